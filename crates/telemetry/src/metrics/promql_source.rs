//! A recording's metrics as PromQL sees them.
//!
//! The evaluator knows no store and the store no language; this is all that stands between them. Start at
//! [`MetricSource`].

use promql::{Selection, Series, Source, SourceError};

use super::labels::{Labels, MatchOp, Matcher};
use super::store::MetricStore;

/// The series of a recording.
#[derive(Debug)]
pub struct MetricSource<'a>(pub &'a MetricStore);

impl Source for MetricSource<'_> {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let matchers: Vec<Matcher> = selection.matchers.iter().map(Matcher::from).collect();
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

impl From<&promql::Matcher> for Matcher {
    fn from(matcher: &promql::Matcher) -> Self {
        Self {
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
}

fn labels(labels: &Labels) -> promql::Labels {
    promql::Labels::from_pairs(
        labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    )
}
