//! Asks the source for series, and holds it to its contract and the query to its limits.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{ABSENT, Grid};
use crate::eval::evaluator::Evaluator;
use crate::matcher::Matcher;
use crate::source::{Selection, Series, SourceError, is_stale};

impl Evaluator<'_> {
    /// The matching series between two times, both included, sorted by labels.
    pub(crate) fn load(
        &mut self,
        matchers: &[Matcher],
        start_ms: i64,
        end_ms: i64,
        span: Span,
    ) -> Result<Vec<Series>, Error> {
        self.check_cancelled(span)?;
        let limits = self.options.limits;
        let selection = Selection {
            matchers,
            start_ms,
            end_ms,
            max_series: limits.series.saturating_sub(self.stats.series),
            max_samples: limits.samples.saturating_sub(self.stats.samples),
        };
        let mut series = self
            .source
            .select(&selection)
            .map_err(|error| self.source_error(error, span))?;
        series.retain(|one| !one.timestamps.is_empty());
        let samples: usize = series.iter().map(|one| one.timestamps.len()).sum();
        self.count(series.len(), samples, span)?;
        series.sort_by(|a, b| a.labels.cmp(&b.labels));
        check_contract(&series, span)?;
        Ok(series)
    }

    fn count(&mut self, series: usize, samples: usize, span: Span) -> Result<(), Error> {
        self.stats.series += series;
        self.stats.samples += samples;
        let limits = self.options.limits;
        if self.stats.series > limits.series || self.stats.samples > limits.samples {
            return Err(self.too_much(self.stats.series, self.stats.samples, span));
        }
        Ok(())
    }

    fn source_error(&self, error: SourceError, span: Span) -> Error {
        match error {
            SourceError::TooMuch { series, samples } => {
                let series = self.stats.series + series;
                self.too_much(series, self.stats.samples + samples, span)
            }
            SourceError::Unsupported(_) => {
                let next_step = "select other series with label matchers";
                Error::new(ErrorKind::Unsupported, span, error.to_string(), next_step)
            }
            SourceError::Failed(_) => {
                Error::new(ErrorKind::Source, span, error.to_string(), "try again")
            }
        }
    }

    fn too_much(&self, series: usize, samples: usize, span: Span) -> Error {
        let limits = self.options.limits;
        Error::new(
            ErrorKind::Limit,
            span,
            format!(
                "the query touches at least {series} series with {samples} samples, the limit is \
                 {} series with {} samples",
                limits.series, limits.samples
            ),
            "narrow it with label matchers such as {job=\"…\"}, or ask for a shorter range",
        )
    }
}

/// A source that breaks its contract would give wrong answers silently.
fn check_contract(series: &[Series], span: Span) -> Result<(), Error> {
    let twice = series
        .windows(2)
        .find(|pair| pair[0].labels == pair[1].labels);
    let broken = |one: &&Series| {
        one.timestamps.len() != one.values.len() || !one.timestamps.is_sorted_by(|a, b| a < b)
    };
    let problem = match (twice, series.iter().find(broken)) {
        (Some(pair), _) => format!("the store returned {} twice", pair[0].labels),
        (None, Some(one)) => format!("the store returned {} with broken columns", one.labels),
        (None, None) => return Ok(()),
    };
    let next_step = "report this as a defect of the store";
    Err(Error::new(ErrorKind::Source, span, problem, next_step))
}

/// At each step what `read` makes of the latest sample, if it is no older than the lookback and
/// the series has not ended.
pub(crate) fn latest(
    series: &Series,
    grid: Grid,
    lookback_ms: i64,
    read: impl Fn(i64, f64) -> f64,
) -> Vec<f64> {
    let mut next = 0;
    let mut column = Vec::with_capacity(grid.len);
    for time_ms in grid.times() {
        while series.timestamps.get(next).is_some_and(|t| *t <= time_ms) {
            next += 1;
        }
        let sample = next
            .checked_sub(1)
            .map(|at| (series.timestamps[at], series.values[at]))
            .filter(|(t, value)| *t > time_ms - lookback_ms && !is_stale(*value));
        column.push(sample.map_or(ABSENT, |(t, value)| read(t, value)));
    }
    column
}
