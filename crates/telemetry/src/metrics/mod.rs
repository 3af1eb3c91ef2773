//! Metrics: OTLP points in, Prometheus series out.
//!
//! A [`MetricStore`] keeps every series of a recording in memory, compressed. [`MetricStore::ingest`]
//! takes requests in, [`MetricStore::select`] gives samples in milliseconds to a PromQL evaluator.
//! Start at [`store`](MetricStore), then `ingest` for the translation.
//!
//! # How OpenTelemetry becomes Prometheus
//! - Names: dots become underscores, the unit becomes a suffix, counters end in `_total`.
//! - Histograms become `_bucket` with cumulative `le`, `_sum` and `_count`; exponential ones are
//!   merged into classic buckets; summaries become `quantile` series.
//! - Attributes become labels. Of the resource, `service.name` becomes `service_name` and
//!   `service.instance.id` becomes `instance`; its other attributes are on the series `target_info`.
//!   A scope's name becomes `otel_scope_name`.
//! - Delta temporality is added up.
//! - A series that is silent for four of its steps, at least a minute, is marked stale one step after
//!   its last sample.
//!
//! It evaluates nothing and knows no HTTP.

mod chunk;
mod exponential;
mod ingest;
mod labels;
mod names;
mod promql_source;
mod select;
mod store;

#[cfg(test)]
mod tests;

pub use chunk::Samples;
pub use ingest::Ingested;
pub use labels::{Labels, METRIC_NAME, MatchOp, Matcher};
pub use names::{label_name, metric_name, unit_name};
pub use promql_source::MetricSource;
pub use select::{LabelValues, SelectedExemplar, SelectedSeries, TooMuch};
pub use store::{
    Metadata, MetricCut, MetricInfo, MetricLimits, MetricStore, MetricType, SeriesId,
    StoredExemplar,
};

/// Prometheus' stale marker: a NaN of its own that says "the series ended here".
pub const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);
