//! A recording's metrics as PromQL sees them.

use std::cell::RefCell;

use promql::{Selection, Series, Source, SourceError};
use telemetry::metrics::{Labels, METRIC_NAME, MatchOp, Matcher, MetricStore};

use crate::problem::Problem;

/// The series of a recording.
#[derive(Debug)]
pub(crate) struct MetricSource<'a>(pub(crate) &'a MetricStore);

impl Source for MetricSource<'_> {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let matchers: Vec<Matcher> = selection.matchers.iter().map(matcher).collect();
        let Selection {
            start_ms,
            end_ms,
            max_series,
            max_samples,
            ..
        } = *selection;
        let selected = self
            .0
            .select(&matchers, start_ms, end_ms, max_series, max_samples)
            .map_err(|too_much| SourceError::TooMuch {
                series: too_much.series,
                samples: too_much.samples,
            })?;
        Ok(selected
            .into_iter()
            .map(|series| Series {
                labels: labels(&series.labels),
                timestamps: series.times_ms,
                values: series.values,
            })
            .collect())
    }
}

/// Holds no series, but remembers what a query asked for.
#[derive(Debug, Default)]
pub(crate) struct SelectorCollector {
    selectors: RefCell<Vec<Vec<Matcher>>>,
}

impl SelectorCollector {
    /// The matchers of every selector in a query, in which the parts of a histogram stand for the
    /// part that carries exemplars.
    pub(crate) fn collect(query: &str, at_ms: i64) -> Result<Vec<Vec<Matcher>>, Problem> {
        let collector = Self::default();
        promql::instant(query, &collector, at_ms, &promql::Options::default())
            .map_err(|error| problem(query, error))?;
        Ok(collector.selectors.into_inner())
    }
}

impl Source for SelectorCollector {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let matchers = selection
            .matchers
            .iter()
            .map(matcher)
            .map(with_exemplars)
            .collect();
        self.selectors.borrow_mut().push(matchers);
        Ok(Vec::new())
    }
}

/// A query for the count or the sum of a histogram is meant for the histogram.
fn with_exemplars(mut matcher: Matcher) -> Matcher {
    if matcher.name == METRIC_NAME && matches!(matcher.op, MatchOp::Equal) {
        let base = matcher
            .value
            .strip_suffix("_count")
            .or(matcher.value.strip_suffix("_sum"));
        if let Some(base) = base {
            matcher.value = format!("{base}_bucket");
        }
    }
    matcher
}

fn matcher(matcher: &promql::Matcher) -> Matcher {
    Matcher {
        name: matcher.name.clone(),
        op: match &matcher.op {
            promql::MatchOp::Equal => MatchOp::Equal,
            promql::MatchOp::NotEqual => MatchOp::NotEqual,
            promql::MatchOp::Regex(regex) => MatchOp::Regex(regex.clone()),
            promql::MatchOp::NotRegex(regex) => MatchOp::NotRegex(regex.clone()),
        },
        value: matcher.value.clone(),
    }
}

fn labels(labels: &Labels) -> promql::Labels {
    promql::Labels::from_pairs(
        labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    )
}

/// A failed query with its place marked.
pub(crate) fn problem(query: &str, error: promql::Error) -> Problem {
    let code = match error.kind {
        promql::ErrorKind::Syntax | promql::ErrorKind::Type => "invalid-promql",
        promql::ErrorKind::Unsupported => "unsupported-promql",
        promql::ErrorKind::Request => "invalid-range",
        promql::ErrorKind::Evaluation => "promql-evaluation",
        promql::ErrorKind::Limit => "promql-limit",
        promql::ErrorKind::Cancelled => "cancelled",
        promql::ErrorKind::Source => return Problem::logged(&error, "read the metrics"),
    };
    let span = error.span;
    Problem::bad_request(code, error.message, error.next_step).at(query, span.start, span.len)
}
