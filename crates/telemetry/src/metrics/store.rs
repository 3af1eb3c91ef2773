//! Series in memory: labels, samples, exemplars, and what is known about each metric.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::chunk::Samples;
use super::ingest::Identities;
use super::labels::{Labels, METRIC_NAME};

/// How much a store may hold. What does not fit is refused and counted, never dropped silently.
#[derive(Debug, Clone, Copy)]
pub struct MetricLimits {
    /// Greatest number of series.
    pub series: usize,
    /// Greatest number of exemplars.
    pub exemplars: usize,
    /// Greatest number of samples.
    pub samples: usize,
}

impl Default for MetricLimits {
    fn default() -> Self {
        Self {
            series: 200_000,
            exemplars: 1_000_000,
            samples: 200_000_000,
        }
    }
}

/// What a metric is, as Prometheus' metadata says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricType {
    /// Only grows, until a restart.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets with upper bounds `le`, a sum and a count.
    Histogram,
    /// Quantiles, a sum and a count.
    Summary,
}

/// What is known about one metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What kind of metric it is.
    #[serde(rename = "type")]
    pub metric_type: MetricType,
    /// The unit in words; empty when there is none.
    pub unit: String,
    /// What it measures.
    pub help: String,
}

/// A measured value with the trace that it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredExemplar {
    /// Milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The value.
    pub value: f64,
    /// The trace, or zero.
    pub trace_id: u128,
    /// The span, or zero.
    pub span_id: u64,
}

#[derive(Debug)]
pub(super) struct Series {
    pub(super) labels: Labels,
    pub(super) samples: Samples,
    pub(super) exemplars: Vec<StoredExemplar>,
    pub(super) rhythm: Rhythm,
}

/// How far apart a series' samples usually are: the step that is in the majority, so that one
/// collection out of turn changes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rhythm {
    pub(super) step_ms: i64,
    votes: u32,
}

impl Rhythm {
    fn count(&mut self, gap_ms: i64) {
        // Live clocks jitter; whole seconds do not.
        let step = ((gap_ms + 500) / 1_000 * 1_000).max(1_000);
        if self.step_ms == step {
            self.votes = self.votes.saturating_add(1).min(16);
        } else if self.votes == 0 {
            *self = Self {
                step_ms: step,
                votes: 1,
            };
        } else {
            self.votes -= 1;
        }
    }
}

/// All series of one recording. See [`crate::metrics`].
#[derive(Debug, Default)]
pub struct MetricStore {
    pub(super) limits: MetricLimits,
    pub(super) series: Vec<Series>,
    pub(super) by_labels: HashMap<Labels, u32, FixedState>,
    /// Label name → value → series, for selecting and for completion.
    pub(super) postings: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<u32>>>,
    pub(super) metadata: BTreeMap<String, Metadata>,
    pub(super) identities: Identities,
    pub(super) extent_ms: Option<(i64, i64)>,
    samples: usize,
    exemplars: usize,
}

impl MetricStore {
    /// An empty store with limits of its own.
    #[must_use]
    pub fn new(limits: MetricLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Number of series.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// Number of samples.
    #[must_use]
    pub fn sample_count(&self) -> usize {
        self.samples
    }

    /// Number of exemplars.
    #[must_use]
    pub fn exemplar_count(&self) -> usize {
        self.exemplars
    }

    /// The times of the earliest and the latest sample, milliseconds since the Unix epoch.
    #[must_use]
    pub fn extent_ms(&self) -> Option<(i64, i64)> {
        self.extent_ms
    }

    /// Bytes of memory, without the allocator's own.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.series
            .iter()
            .map(|series| {
                let labels: usize = series
                    .labels
                    .iter()
                    .map(|(name, value)| name.len() + value.len() + 48)
                    .sum();
                labels + series.samples.bytes() + series.exemplars.capacity() * 48
            })
            .sum()
    }

    /// What is known about a metric, by its Prometheus name.
    #[must_use]
    pub fn metadata(&self, metric: &str) -> Option<&Metadata> {
        self.metadata.get(metric)
    }

    /// Sets what is known about a metric, unless something is known already.
    pub fn describe(&mut self, metric: &str, metadata: Metadata) {
        if !self.metadata.contains_key(metric) && self.metadata.len() < self.limits.series {
            self.metadata.insert(metric.to_owned(), metadata);
        }
    }

    /// The series with these labels, made if it is new. `None` when there is no room for it.
    pub fn series(&mut self, labels: &Labels) -> Option<SeriesId> {
        if let Some(id) = self.by_labels.get(labels) {
            return Some(SeriesId(*id));
        }
        let id = u32::try_from(self.series.len())
            .ok()
            .filter(|_| self.series.len() < self.limits.series)?;
        for (name, value) in labels.iter() {
            let values = self.postings.entry(name.clone()).or_default();
            values.entry(value.clone()).or_default().push(id);
        }
        self.by_labels.insert(labels.clone(), id);
        self.series.push(Series {
            labels: labels.clone(),
            samples: Samples::default(),
            exemplars: Vec::new(),
            rhythm: Rhythm::default(),
        });
        Some(SeriesId(id))
    }

    /// Appends a sample. `false` when it is not later than the series' last one, or when the store
    /// is full.
    pub fn append(&mut self, series: SeriesId, time_ms: i64, value: f64) -> bool {
        if self.samples >= self.limits.samples {
            return false;
        }
        let Some(series) = self.series.get_mut(series.0 as usize) else {
            return false;
        };
        if let Some(last) = series.samples.last_time().filter(|last| time_ms > *last) {
            series.rhythm.count(time_ms - last);
        }
        let appended = series.samples.push(time_ms, value);
        self.samples += usize::from(appended);
        let (first, last) = self.extent_ms.unwrap_or((time_ms, time_ms));
        self.extent_ms = Some((first.min(time_ms), last.max(time_ms)));
        appended
    }

    /// Appends an exemplar. `false` when the store is full.
    pub fn append_exemplar(&mut self, series: SeriesId, exemplar: StoredExemplar) -> bool {
        if self.exemplars >= self.limits.exemplars {
            return false;
        }
        let Some(series) = self.series.get_mut(series.0 as usize) else {
            return false;
        };
        series.exemplars.push(exemplar);
        self.exemplars += 1;
        true
    }

    /// The metrics' names with the number of their series. A histogram's parts count as one metric.
    #[must_use]
    pub fn metric_names(&self) -> Vec<MetricInfo> {
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, series) in self.postings.get(METRIC_NAME).into_iter().flatten() {
            *found.entry(self.family(name)).or_default() += series.len();
        }
        let info = |(name, series): (&str, usize)| MetricInfo {
            name: name.to_owned(),
            metadata: self.metadata.get(name).cloned(),
            series,
        };
        found.into_iter().map(info).collect()
    }

    /// The metric that a series' name belongs to: without `_bucket`, `_sum` or `_count` where that
    /// is a histogram's or a summary's.
    #[must_use]
    pub fn family<'n>(&self, name: &'n str) -> &'n str {
        for part in ["_bucket", "_sum", "_count"] {
            if let Some(base) = name.strip_suffix(part)
                && let Some(metadata) = self.metadata.get(base)
                && matches!(
                    metadata.metric_type,
                    MetricType::Histogram | MetricType::Summary
                )
            {
                return base;
            }
        }
        name
    }

    /// All series in order of creation with their labels, samples and exemplars, for writing to disk.
    pub fn iter(&self) -> impl Iterator<Item = (&Labels, &Samples, &[StoredExemplar])> {
        self.series
            .iter()
            .map(|series| (&series.labels, &series.samples, &series.exemplars[..]))
    }

    /// All that is known about metrics, by name.
    pub fn all_metadata(&self) -> &BTreeMap<String, Metadata> {
        &self.metadata
    }
}

/// How much of a store there was at a moment: per series the samples and the exemplars.
#[derive(Debug, Clone, Default)]
pub struct MetricCut {
    series: Vec<(usize, usize)>,
}

impl MetricCut {
    /// Samples, or exemplars, of a series; none for a series that came later.
    pub(crate) fn of(&self, series: usize, exemplars: bool) -> usize {
        let (samples, of_series) = self.series.get(series).copied().unwrap_or_default();
        if exemplars { of_series } else { samples }
    }
}

impl MetricStore {
    /// How much there is now. What is appended later leaves it as it is, so a cut says what to write.
    #[must_use]
    pub fn cut(&self) -> MetricCut {
        let series = self.series.iter();
        MetricCut {
            series: series
                .map(|series| (series.samples.len(), series.exemplars.len()))
                .collect(),
        }
    }
}

/// Names a series of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesId(pub(super) u32);

/// One metric with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricInfo {
    /// The Prometheus name.
    pub name: String,
    /// Type, unit and help, when the sender gave them.
    pub metadata: Option<Metadata>,
    /// How many series it has.
    pub series: usize,
}
