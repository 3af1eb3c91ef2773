//! Evaluates one expression over a grid: the recursion over the tree.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{Column, Grid};
use crate::eval::notes::Notes;
use crate::options::Options;
use crate::output::Stats;
use crate::source::Source;
use crate::syntax::tree::{At, Node, NodeKind, Selector, Shift};

/// The times that the caller asked for, which `start()`, `@ end()` and the like mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryTimes {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// Zero for an instant.
    pub(crate) step_ms: i64,
}

pub(crate) struct Evaluator<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) options: &'a Options,
    pub(crate) times: QueryTimes,
    pub(crate) notes: Notes,
    pub(crate) stats: Stats,
}

/// The value of an expression over a grid.
pub(crate) enum Computed {
    /// One number for each step.
    Scalar(Vec<f64>),
    Vector(Vec<Column>),
}

impl Evaluator<'_> {
    /// Evaluates an expression that is a scalar or an instant vector.
    pub(crate) fn eval(&mut self, node: &Node, grid: Grid) -> Result<Computed, Error> {
        self.check_cancelled(node.span)?;
        match &node.kind {
            NodeKind::Number(value) => Ok(Computed::Scalar(vec![*value; grid.len])),
            NodeKind::Selector(selector) => {
                let columns = self.selector(selector, node.span, grid)?;
                Ok(Computed::Vector(columns))
            }
            NodeKind::Negate(inner) => self.negate(inner, grid),
            NodeKind::Call(call) => self.call(call, node.span, grid),
            NodeKind::Aggregate(aggregate) => {
                let columns = self.aggregate(aggregate, node.span, grid)?;
                Ok(Computed::Vector(columns))
            }
            NodeKind::Binary(binary) => self.binary(binary, node.span, grid),
            NodeKind::Text(_) | NodeKind::Range(_) | NodeKind::Subquery(_) => {
                Err(wrong_type(node, "a number or an instant vector"))
            }
        }
    }

    pub(crate) fn vector(&mut self, node: &Node, grid: Grid) -> Result<Vec<Column>, Error> {
        match self.eval(node, grid)? {
            Computed::Vector(columns) => Ok(columns),
            Computed::Scalar(_) => Err(wrong_type(node, "an instant vector")),
        }
    }

    pub(crate) fn scalar(&mut self, node: &Node, grid: Grid) -> Result<Vec<f64>, Error> {
        match self.eval(node, grid)? {
            Computed::Scalar(values) => Ok(values),
            Computed::Vector(_) => Err(wrong_type(node, "a number")),
        }
    }

    fn negate(&mut self, inner: &Node, grid: Grid) -> Result<Computed, Error> {
        Ok(match self.eval(inner, grid)? {
            Computed::Scalar(values) => {
                Computed::Scalar(values.into_iter().map(|value| -value).collect())
            }
            Computed::Vector(mut columns) => {
                for column in &mut columns {
                    column.map(|value| -value);
                    column.drop_name = true;
                }
                Computed::Vector(columns)
            }
        })
    }

    /// The values of an instant selector: at each step the latest sample that is young enough.
    fn selector(
        &mut self,
        selector: &Selector,
        span: Span,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        self.latest(selector, span, grid, |_, value| value)
    }

    /// At each step what `read` makes of the time and value of the latest sample.
    pub(crate) fn latest(
        &mut self,
        selector: &Selector,
        span: Span,
        grid: Grid,
        read: impl Fn(i64, f64) -> f64,
    ) -> Result<Vec<Column>, Error> {
        let lookback_ms = self.options.lookback_ms;
        let (shifted, repeats) = self.shift(selector.shift, grid);
        let from_ms = shifted.start_ms - lookback_ms + 1;
        let series = self.load(&selector.matchers, from_ms, shifted.end_ms(), span)?;
        self.check_cells(series.len(), grid.len, span)?;
        let mut columns = Vec::with_capacity(series.len());
        for one in series {
            let mut values = crate::eval::load::latest(&one, shifted, lookback_ms, &read);
            if repeats {
                values = vec![values[0]; grid.len];
            }
            let column = Column {
                labels: one.labels,
                drop_name: false,
                values,
            };
            if !column.is_empty() {
                columns.push(column);
            }
        }
        Ok(columns)
    }

    /// The times at which a shifted selector looks. With `@` there is one, which stands for all
    /// steps; the flag says so.
    pub(crate) fn shift(&self, shift: Shift, grid: Grid) -> (Grid, bool) {
        let at_ms = match shift.at {
            None => {
                let start_ms = grid.start_ms - shift.offset_ms;
                return (Grid { start_ms, ..grid }, false);
            }
            Some(At::Start) => self.times.start_ms,
            Some(At::End) => self.times.end_ms,
            Some(At::Time(at_ms)) => at_ms,
        };
        (Grid::instant(at_ms - shift.offset_ms), true)
    }

    pub(crate) fn check_cancelled(&self, span: Span) -> Result<(), Error> {
        if !self.options.cancel.is_cancelled() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Cancelled,
            span,
            "the query was cancelled",
            "run it again, with a shorter range if it took too long",
        ))
    }

    /// Refuses a result of `columns` × `steps` values that would take too much memory.
    pub(crate) fn check_cells(
        &self,
        columns: usize,
        steps: usize,
        span: Span,
    ) -> Result<(), Error> {
        let limit = self.options.limits.samples;
        let cells = columns.saturating_mul(steps);
        if cells <= limit {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Limit,
            span,
            format!("{columns} series at {steps} steps are {cells} values, the limit is {limit}"),
            "narrow it with label matchers, aggregate earlier, or use a larger step",
        ))
    }
}

/// Types are checked when a query is read; this is what a slip there would look like.
pub(crate) fn wrong_type(node: &Node, wanted: &str) -> Error {
    let found = node.value_type().name();
    Error::new(
        ErrorKind::Type,
        node.span,
        format!("this is {found}, but {wanted} is needed"),
        "wrap it in a function that makes one of it",
    )
}
