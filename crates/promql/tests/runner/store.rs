//! Holds what a script loads.

use std::collections::BTreeMap;

use promql::{Labels, METRIC_NAME, Selection, Series, Source, SourceError};

use crate::runner::script::Load;
use crate::runner::series::Point;

#[derive(Default)]
pub(crate) struct Store {
    /// The points of each series by time; `Omitted` is not among them.
    series: BTreeMap<Labels, BTreeMap<i64, Point>>,
}

impl Store {
    pub(crate) fn load(&mut self, load: Load) {
        // Within one load a series that is written twice counts as last written.
        let series: BTreeMap<Labels, Vec<Point>> = load.series.into_iter().collect();
        for (labels, points) in series {
            let times = (0..).map(|step| step * load.step_ms);
            let timed: Vec<_> = times
                .zip(points)
                .filter(|(_, point)| *point != Point::Omitted)
                .collect();
            if let Some(native) = native_labels(&labels).filter(|_| load.with_histograms) {
                let converted = timed.iter().map(|(t, _)| (*t, Point::Histogram));
                self.series.entry(native).or_default().extend(converted);
            }
            self.series.entry(labels).or_default().extend(timed);
        }
    }
}

/// The labels of the native histogram that a classic series is part of.
fn native_labels(labels: &Labels) -> Option<Labels> {
    let name = labels.metric_name()?;
    let endings = ["_bucket", "_count", "_sum"];
    let base = endings
        .iter()
        .find_map(|ending| name.strip_suffix(ending))?;
    let mut native = labels.filtered(|name| name != "le");
    native.set(METRIC_NAME, base);
    Some(native)
}

impl Source for Store {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let mut found = Vec::new();
        for (labels, points) in &self.series {
            if !selection.matches(labels) {
                continue;
            }
            let mut series = Series {
                labels: labels.clone(),
                ..Series::default()
            };
            if selection.start_ms > selection.end_ms {
                continue;
            }
            for (time, point) in points.range(selection.start_ms..=selection.end_ms) {
                let Point::Float(value) = point else {
                    return Err(SourceError::Unsupported("native histograms".to_owned()));
                };
                series.timestamps.push(*time);
                series.values.push(*value);
            }
            found.push(series);
        }
        Ok(found)
    }
}
