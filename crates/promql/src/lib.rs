//! A PromQL evaluator over any store of series.
//!
//! It exists because PromQL is the query language that people know for metrics, and because no
//! evaluator outside of Prometheus reached upstream's standard. It follows Prometheus 3
//! (left-open ranges, five minutes of lookback, delayed name removal) and is held to it by
//! upstream's own test scripts (`tests/conformance/`).
//!
//! Start reading at [`Query`]: a text becomes a query, and a query is evaluated over a
//! [`Source`], either at one instant or at every step of a range.
//!
//! ```
//! use promql::{Labels, Options, Selection, Series, Source, SourceError};
//!
//! struct OneSeries;
//!
//! impl Source for OneSeries {
//!     fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
//!         let labels = Labels::from_pairs([("__name__", "requests_total"), ("job", "api")]);
//!         if !selection.matches(&labels) {
//!             return Ok(Vec::new());
//!         }
//!         let samples = (0..=10).map(|minute| (minute * 60_000, minute as f64 * 120.0));
//!         Ok(vec![Series::from_samples(labels, samples)])
//!     }
//! }
//!
//! let answer = promql::range(
//!     "sum by (job) (rate(requests_total[5m]))",
//!     &OneSeries,
//!     300_000,
//!     600_000,
//!     60_000,
//!     &Options::default(),
//! )?;
//! assert_eq!(answer.series[0].labels.get("job"), Some("api"));
//! assert_eq!(answer.series[0].values[0], 2.0);
//!
//! let error = promql::instant("rate(requests_total)", &OneSeries, 0, &Options::default())
//!     .unwrap_err();
//! assert_eq!((error.span.start, error.span.len), (5, 14));
//! # Ok::<(), promql::Error>(())
//! ```
//!
//! Inside, a query becomes a tree with types and places (`syntax`), and the tree is evaluated over
//! a grid of times in columns, one per series (`eval`).
//!
//! What it does not do: it stores nothing, it speaks no HTTP, and it starts no threads. Not
//! implemented yet, and refused with [`ErrorKind::Unsupported`] instead of answered wrongly:
//! native histograms (`histogram_count`, `histogram_sum`, `histogram_avg`, `histogram_stddev`,
//! `histogram_stdvar`, and samples that are histograms), `info()` and `start_timestamp()`. Syntax
//! behind upstream's experimental flags (`anchored`, `smoothed`, arithmetic between durations) and
//! the histogram operators `</` and `>/` are refused with [`ErrorKind::Syntax`].
//!
//! Differences from upstream on purpose: results are never cut off, but refused beyond
//! [`Limits`]; `limit_ratio` samples by another hash; series that differ only in whether they will
//! lose their name stay apart over a range as they do at an instant.

mod error;
mod eval;
mod labels;
mod matcher;
mod options;
mod output;
mod query;
mod source;
mod syntax;
mod vocabulary;

pub use error::{Error, ErrorKind, Span};
pub use labels::{Labels, METRIC_NAME};
pub use matcher::{MatchOp, Matcher};
pub use options::{Cancel, Limits, Options};
pub use output::{Annotation, Instant, Range, Sample, Severity, Stats, Value};
pub use query::{Query, instant, range};
pub use source::{STALE, Selection, Series, Source, SourceError, is_stale};
pub use vocabulary::{AGGREGATIONS, KEYWORDS, functions};
