//! What a PromQL query asks for, and how its failure is told.

use std::cell::RefCell;

use promql::{Selection, Series, Source, SourceError};
use telemetry::metrics::{METRIC_NAME, MatchOp, Matcher};

use crate::problem::Problem;

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
            .map(Matcher::from)
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
