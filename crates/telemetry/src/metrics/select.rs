//! Reading: series by matchers, label names and values, exemplars.

use std::sync::Arc;

use super::STALE;
use super::labels::{Labels, Matcher};
use super::store::{MetricStore, Series, StoredExemplar};

/// A series counts as ended when nothing came for this many of its usual steps …
const MISSED_STEPS: i64 = 4;
/// … but not before a minute.
const MISSED_MS: i64 = 60_000;

/// A series with the samples that were asked for, as two columns.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedSeries {
    /// Its labels.
    pub labels: Labels,
    /// Milliseconds since the Unix epoch, ascending.
    pub times_ms: Vec<i64>,
    /// The values; [`STALE`] where the series ended or paused.
    pub values: Vec<f64>,
}

/// An exemplar with the labels of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedExemplar {
    /// Labels of the series that it belongs to.
    pub labels: Labels,
    /// The value and the trace.
    pub exemplar: StoredExemplar,
}

/// The selection holds more than was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the selection holds at least {series} series and {samples} samples; narrow it with more labels \
     or a shorter range"
)]
pub struct TooMuch {
    /// Series found until the search stopped.
    pub series: usize,
    /// Samples found until the search stopped.
    pub samples: usize,
}

/// A label with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelValues {
    /// The label's name.
    pub name: Arc<str>,
    /// The values with the number of series that have them, the most common first, cut to the
    /// number that was asked for.
    pub values: Vec<(Arc<str>, usize)>,
    /// How many values there are.
    pub total: usize,
}

impl MetricStore {
    /// The series that fulfil all matchers, with their samples from `start_ms` to `end_ms` (both
    /// included), sorted by labels. Series without a sample in that time are left out.
    ///
    /// # Errors
    /// [`TooMuch`] when there are more series or samples than allowed.
    pub fn select(
        &self,
        matchers: &[Matcher],
        start_ms: i64,
        end_ms: i64,
        max_series: usize,
        max_samples: usize,
    ) -> Result<Vec<SelectedSeries>, TooMuch> {
        let mut selected = Vec::new();
        let mut samples = 0;
        for id in self.matching(matchers) {
            let found = self.read(&self.series[id as usize], start_ms, end_ms);
            if found.times_ms.is_empty() {
                continue;
            }
            samples += found.times_ms.len();
            selected.push(found);
            if selected.len() > max_series || samples > max_samples {
                return Err(TooMuch {
                    series: selected.len(),
                    samples,
                });
            }
        }
        selected.sort_by(|a, b| a.labels.cmp(&b.labels));
        Ok(selected)
    }

    /// The exemplars of the series that fulfil all matchers, by time.
    #[must_use]
    pub fn exemplars(
        &self,
        matchers: &[Matcher],
        start_ms: i64,
        end_ms: i64,
    ) -> Vec<SelectedExemplar> {
        let mut found = Vec::new();
        for id in self.matching(matchers) {
            let series = &self.series[id as usize];
            let inside = series
                .exemplars
                .iter()
                .filter(|it| (start_ms..=end_ms).contains(&it.time_ms));
            found.extend(inside.map(|it| SelectedExemplar {
                labels: series.labels.clone(),
                exemplar: *it,
            }));
        }
        found.sort_by_key(|it| it.exemplar.time_ms);
        found
    }

    /// The labels of the series that fulfil all matchers, sorted.
    #[must_use]
    pub fn series_labels(&self, matchers: &[Matcher]) -> Vec<Labels> {
        let matching = self.matching(matchers).into_iter();
        let mut labels: Vec<Labels> = matching
            .map(|id| self.series[id as usize].labels.clone())
            .collect();
        labels.sort();
        labels
    }

    /// The labels of the series that fulfil all matchers, each with at most `limit` values.
    #[must_use]
    pub fn labels(&self, matchers: &[Matcher], limit: usize) -> Vec<LabelValues> {
        let mut counts: std::collections::BTreeMap<
            Arc<str>,
            std::collections::BTreeMap<Arc<str>, usize>,
        > = std::collections::BTreeMap::new();
        for id in self.matching(matchers) {
            for (name, value) in self.series[id as usize].labels.iter() {
                *counts
                    .entry(name.clone())
                    .or_default()
                    .entry(value.clone())
                    .or_default() += 1;
            }
        }
        let ranked = |(name, values): (Arc<str>, std::collections::BTreeMap<Arc<str>, usize>)| {
            let total = values.len();
            let mut values: Vec<(Arc<str>, usize)> = values.into_iter().collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            values.truncate(limit);
            LabelValues {
                name,
                values,
                total,
            }
        };
        counts.into_iter().map(ranked).collect()
    }

    /// Series that fulfil all matchers, by number. A matcher that fixes a label narrows the search
    /// to that value's series; without one, every series is looked at.
    fn matching(&self, matchers: &[Matcher]) -> Vec<u32> {
        let fixed = matchers
            .iter()
            .filter(|it| matches!(it.op, super::MatchOp::Equal) && !it.value.is_empty());
        let lists = fixed.map(|matcher| {
            let values = self.postings.get(matcher.name.as_str());
            values
                .and_then(|values| values.get(matcher.value.as_str()))
                .map_or(&[][..], Vec::as_slice)
        });
        let fits = |id: &u32| {
            let labels = &self.series[*id as usize].labels;
            matchers
                .iter()
                .all(|matcher| matcher.matches(labels.value(&matcher.name)))
        };
        match lists.min_by_key(|list| list.len()) {
            Some(list) => list.iter().copied().filter(fits).collect(),
            None => (0..self.series.len() as u32).filter(fits).collect(),
        }
    }

    /// Reads a series and marks where it ended: without a mark PromQL would go on with the last value
    /// for five minutes after a process is gone.
    fn read(&self, series: &Series, start_ms: i64, end_ms: i64) -> SelectedSeries {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        let step = series.rhythm.step_ms;
        let longest = (step * MISSED_STEPS).max(MISSED_MS);
        // A sample before the range may end inside it, and one after the range may prove a gap in it.
        series.samples.read(
            start_ms.saturating_sub(longest),
            end_ms.saturating_add(longest),
            &mut times,
            &mut values,
        );
        let mut selected = SelectedSeries {
            labels: series.labels.clone(),
            times_ms: Vec::new(),
            values: Vec::new(),
        };
        let mut push = |time: i64, value: f64| {
            if (start_ms..=end_ms).contains(&time) {
                selected.times_ms.push(time);
                selected.values.push(value);
            }
        };
        for (index, (time, value)) in times.iter().zip(&values).enumerate() {
            push(*time, *value);
            // Without a later sample in reach, the recording's own end tells whether more was due.
            let latest = self.extent_ms.map_or(*time, |(_, latest)| latest);
            let next = times.get(index + 1).copied().unwrap_or(latest);
            let silent =
                times.get(index + 1).is_none() && series.samples.last_time() != Some(*time);
            if step > 0 && value.to_bits() != STALE.to_bits() && (silent || next - time > longest) {
                push(time + step, STALE);
            }
        }
        selected
    }
}
