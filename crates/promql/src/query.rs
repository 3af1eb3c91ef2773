//! From a text to an answer: the crate's front door.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{Column, Grid, finish, is_absent};
use crate::eval::evaluator::{Computed, Evaluator, QueryTimes};
use crate::eval::notes::Notes;
use crate::labels::Labels;
use crate::options::Options;
use crate::output::{Instant, Range, Sample, Stats, Value};
use crate::source::{Series, Source};
use crate::syntax::tree::{Node, NodeKind, ValueType};

/// Times beyond this are no times of a store, and near the ends of an i64 sums would overflow.
const MAX_TIME_MS: i64 = 1 << 53;

/// A query that was read and checked, and can be evaluated any number of times.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    node: Node,
}

impl Query {
    /// Reads and checks a query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Syntax`], [`ErrorKind::Type`] or [`ErrorKind::Unsupported`], with the place;
    /// [`ErrorKind::Limit`] when the query is longer or nests deeper than any person writes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Query {
            text: text.into(),
            node: crate::syntax::read(text)?,
        })
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates at one instant, in milliseconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but [`ErrorKind::Syntax`].
    pub fn instant(
        &self,
        source: &dyn Source,
        at_ms: i64,
        options: &Options,
    ) -> Result<Instant, Error> {
        self.check_time(at_ms)?;
        let times = QueryTimes {
            start_ms: at_ms,
            end_ms: at_ms,
            step_ms: 0,
        };
        let mut evaluator = evaluator(source, options, times);
        let value = self.instant_value(&mut evaluator, at_ms)?;
        Ok(Instant {
            value,
            annotations: evaluator.notes.into_annotations(),
            stats: evaluator.stats,
        })
    }

    /// Evaluates at `start_ms`, `start_ms + step_ms`, … up to and including `end_ms`.
    ///
    /// # Errors
    ///
    /// As [`Query::instant`]; [`ErrorKind::Request`] when the step is not positive or the end is
    /// before the start; [`ErrorKind::Type`] when the query is a range or a string;
    /// [`ErrorKind::Limit`] when there are too many steps.
    pub fn range(
        &self,
        source: &dyn Source,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
        options: &Options,
    ) -> Result<Range, Error> {
        self.check_range_type()?;
        let grid = self.grid(start_ms, end_ms, step_ms, options)?;
        let times = QueryTimes {
            start_ms,
            end_ms,
            step_ms,
        };
        let mut evaluator = evaluator(source, options, times);
        let mut columns = match evaluator.eval(&self.node, grid)? {
            Computed::Scalar(values) => vec![Column {
                labels: Labels::default(),
                drop_name: false,
                values,
            }],
            Computed::Vector(columns) => finish(columns, self.node.span)?,
        };
        columns.sort_by(|a, b| a.labels.cmp(&b.labels));
        Ok(Range {
            series: columns.into_iter().map(|c| series(c, grid)).collect(),
            annotations: evaluator.notes.into_annotations(),
            stats: evaluator.stats,
        })
    }

    fn instant_value(&self, evaluator: &mut Evaluator<'_>, at_ms: i64) -> Result<Value, Error> {
        let grid = Grid::instant(at_ms);
        match &self.node.kind {
            NodeKind::Text(text) => return Ok(Value::String(text.value.clone())),
            NodeKind::Range(_) | NodeKind::Subquery(_) => {
                return Ok(Value::Matrix(self.raw(evaluator, grid)?));
            }
            _ => {}
        }
        match evaluator.eval(&self.node, grid)? {
            Computed::Scalar(values) => Ok(Value::Scalar(values[0])),
            Computed::Vector(columns) => {
                let columns = finish(columns, self.node.span)?;
                let present = columns.into_iter().filter(|c| !is_absent(c.values[0]));
                let samples = present.map(|column| Sample {
                    labels: column.labels,
                    value: column.values[0],
                });
                Ok(Value::Vector(samples.collect()))
            }
        }
    }

    /// The samples of a range, as they are.
    fn raw(&self, evaluator: &mut Evaluator<'_>, grid: Grid) -> Result<Vec<Series>, Error> {
        let input = evaluator.range(&self.node, grid)?;
        let after_ms = input.ends.start_ms - input.range_ms;
        let mut result = Vec::with_capacity(input.series.len());
        for one in input.series {
            let samples = one.timestamps.into_iter().zip(one.values);
            let inside = samples.filter(|(t, _)| *t > after_ms && *t <= input.ends.start_ms);
            let labels = if one.drop_name {
                crate::eval::column::without_metadata(&one.labels)
            } else {
                one.labels
            };
            let series = Series::from_samples(labels, inside);
            if !series.timestamps.is_empty() {
                result.push(series);
            }
        }
        result.sort_by(|a, b| a.labels.cmp(&b.labels));
        Ok(result)
    }

    fn check_range_type(&self) -> Result<(), Error> {
        let (what, next_step) = match self.node.value_type() {
            ValueType::Scalar | ValueType::Vector => return Ok(()),
            ValueType::Matrix => ("a range vector", "wrap it in rate(…) or avg_over_time(…)"),
            ValueType::Text => ("a string", "write a metric or a function"),
        };
        Err(Error::new(
            ErrorKind::Type,
            self.node.span,
            format!("{what} cannot be drawn over time"),
            next_step,
        ))
    }

    fn grid(
        &self,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
        options: &Options,
    ) -> Result<Grid, Error> {
        self.check_time(start_ms)?;
        self.check_time(end_ms)?;
        if end_ms < start_ms {
            return Err(self.request("the end is before the start", "swap them"));
        }
        if step_ms <= 0 {
            let next_step = "ask for a step of at least 1 ms";
            return Err(self.request("the step must be positive", next_step));
        }
        let steps = (end_ms - start_ms) / step_ms;
        let len = usize::try_from(steps)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let limit = options.limits.points;
        if len > limit {
            let seconds = (end_ms - start_ms) as f64 / 1000.0 / limit.max(1) as f64;
            return Err(Error::new(
                ErrorKind::Limit,
                self.whole(),
                format!("the range has {len} steps, the limit is {limit}"),
                format!(
                    "use a step of at least {} s, or a shorter range",
                    seconds.ceil()
                ),
            ));
        }
        Ok(Grid {
            start_ms,
            step_ms,
            len,
        })
    }

    fn check_time(&self, time_ms: i64) -> Result<(), Error> {
        if (-MAX_TIME_MS..=MAX_TIME_MS).contains(&time_ms) {
            return Ok(());
        }
        let message = format!("the time {time_ms} ms is out of range");
        Err(self.request(&message, "write milliseconds since 1970"))
    }

    fn request(&self, message: &str, next_step: &str) -> Error {
        Error::new(ErrorKind::Request, self.whole(), message, next_step)
    }

    fn whole(&self) -> Span {
        Span::between(0, self.text.len())
    }
}

fn evaluator<'a>(source: &'a dyn Source, options: &'a Options, times: QueryTimes) -> Evaluator<'a> {
    Evaluator {
        source,
        options,
        times,
        notes: Notes::default(),
        stats: Stats::default(),
    }
}

fn series(column: Column, grid: Grid) -> Series {
    let samples = grid.times().zip(column.values);
    Series::from_samples(
        column.labels,
        samples.filter(|(_, value)| !is_absent(*value)),
    )
}

/// Reads and evaluates a query at one instant. See [`Query::instant`].
///
/// # Errors
///
/// Any [`ErrorKind`].
pub fn instant(
    query: &str,
    source: &dyn Source,
    at_ms: i64,
    options: &Options,
) -> Result<Instant, Error> {
    Query::parse(query)?.instant(source, at_ms, options)
}

/// Reads and evaluates a query at every step of a range. See [`Query::range`].
///
/// # Errors
///
/// Any [`ErrorKind`].
pub fn range(
    query: &str,
    source: &dyn Source,
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
    options: &Options,
) -> Result<Range, Error> {
    Query::parse(query)?.range(source, start_ms, end_ms, step_ms, options)
}
