//! Function calls: evaluates the arguments and hands them to the function.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{ABSENT, Column, Grid, is_absent, seconds};
use crate::eval::date::date_part;
use crate::eval::evaluator::{Computed, Evaluator};
use crate::eval::function::Function;
use crate::eval::math;
use crate::eval::window::WindowFunction;
use crate::labels::{Labels, METRIC_NAME};
use crate::matcher::{MatchOp, Matcher};
use crate::syntax::tree::{Call, Node, NodeKind};

impl Evaluator<'_> {
    pub(crate) fn call(&mut self, call: &Call, span: Span, grid: Grid) -> Result<Computed, Error> {
        let args = Arguments {
            args: &call.args,
            span,
        };
        match call.function {
            Function::Scalar
            | Function::Time
            | Function::Pi
            | Function::MaxOf
            | Function::MinOf
            | Function::QueryStart
            | Function::QueryEnd
            | Function::QueryRange
            | Function::QueryStep => {
                let values = self.scalar_call(call.function, args, grid)?;
                Ok(Computed::Scalar(values))
            }
            function => {
                let columns = self.vector_call(function, args, grid)?;
                Ok(Computed::Vector(columns))
            }
        }
    }

    fn scalar_call(
        &mut self,
        function: Function,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<f64>, Error> {
        let times = self.times;
        let constant = match function {
            Function::Pi => std::f64::consts::PI,
            Function::QueryStart => seconds(times.start_ms),
            Function::QueryEnd => seconds(times.end_ms),
            Function::QueryRange => seconds(times.end_ms - times.start_ms),
            Function::QueryStep if times.start_ms == times.end_ms => 0.0,
            Function::QueryStep => seconds(times.step_ms),
            Function::Time => return Ok(grid.times().map(seconds).collect()),
            Function::Scalar => {
                let columns = self.vector(args.get(0)?, grid)?;
                return Ok((0..grid.len).map(|step| only(&columns, step)).collect());
            }
            _ => {
                let left = self.scalar(args.get(0)?, grid)?;
                let right = self.scalar(args.get(1)?, grid)?;
                let pick = if matches!(function, Function::MaxOf) {
                    math::max
                } else {
                    math::min
                };
                return Ok(left
                    .into_iter()
                    .zip(right)
                    .map(|(l, r)| pick(l, r))
                    .collect());
            }
        };
        Ok(vec![constant; grid.len])
    }

    fn vector_call(
        &mut self,
        function: Function,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        match function {
            Function::Math(f) => {
                let columns = self.vector(args.get(0)?, grid)?;
                Ok(map(columns, f))
            }
            Function::Date(part) => match args.args.first() {
                Some(arg) => {
                    let columns = self.vector(arg, grid)?;
                    Ok(map(columns, |value| date_part(part, value)))
                }
                None => {
                    let seconds = grid.times().map(|ms| ms.div_euclid(1000) as f64);
                    Ok(vec![unnamed(seconds.map(|s| date_part(part, s)).collect())])
                }
            },
            Function::Window(function) => {
                let (range, params) = args.split_range()?;
                self.window(function, range, &params, grid)
            }
            Function::Absent => {
                let arg = args.get(0)?;
                let columns = self.vector(arg, grid)?;
                Ok(absent(arg, &columns, grid, false))
            }
            Function::AbsentOverTime => {
                let arg = args.get(0)?;
                let columns = self.window(WindowFunction::Present, arg, &[], grid)?;
                Ok(absent(arg, &columns, grid, true))
            }
            Function::Clamp | Function::ClampMin | Function::ClampMax | Function::Round => {
                self.bounded(function, args, grid)
            }
            Function::Vector => Ok(vec![unnamed(self.scalar(args.get(0)?, grid)?)]),
            Function::Timestamp => self.timestamp(args.get(0)?, grid),
            Function::LabelReplace => self.label_replace(args, grid),
            Function::LabelJoin => self.label_join(args, grid),
            Function::Sort | Function::SortDesc => self.sort(function, args, grid),
            Function::SortByLabel | Function::SortByLabelDesc => {
                self.sort_by_label(function, args, grid)
            }
            Function::HistogramQuantile => self.histogram_quantile(args, grid),
            Function::HistogramQuantiles => self.histogram_quantiles(args, grid),
            Function::HistogramFraction => self.histogram_fraction(args, grid),
            // The others give numbers and do not come here.
            _ => Err(args.missing()),
        }
    }

    /// `clamp` and `round`, whose other arguments change from step to step.
    fn bounded(
        &mut self,
        function: Function,
        args: Arguments<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let mut columns = self.vector(args.get(0)?, grid)?;
        let mut numbers = Vec::new();
        for arg in &args.args[1..] {
            numbers.push(self.scalar(arg, grid)?);
        }
        for column in &mut columns {
            column.drop_name = true;
            for (step, value) in column.values.iter_mut().enumerate() {
                if is_absent(*value) {
                    continue;
                }
                let number = |at: usize| numbers.get(at).map(|values: &Vec<f64>| values[step]);
                let first = number(0);
                *value = match function {
                    Function::Round => math::round_to(*value, first.unwrap_or(1.0)),
                    Function::ClampMin => clamp(*value, first, None),
                    Function::ClampMax => clamp(*value, None, first),
                    _ => clamp(*value, first, number(1)),
                };
            }
        }
        columns.retain(|column| !column.is_empty());
        Ok(columns)
    }

    /// The time of each sample: its own for a plain selector, otherwise that of the step.
    fn timestamp(&mut self, arg: &Node, grid: Grid) -> Result<Vec<Column>, Error> {
        let mut columns = match &arg.kind {
            NodeKind::Selector(selector) => {
                self.latest(selector, arg.span, grid, |time_ms, _| {
                    time_ms as f64 / 1000.0
                })?
            }
            _ => {
                let mut columns = self.vector(arg, grid)?;
                for column in &mut columns {
                    for (value, time_ms) in column.values.iter_mut().zip(grid.times()) {
                        if !is_absent(*value) {
                            *value = seconds(time_ms);
                        }
                    }
                }
                columns
            }
        };
        for column in &mut columns {
            column.drop_name = true;
        }
        Ok(columns)
    }
}

/// The arguments of a call.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a> {
    pub(crate) args: &'a [Node],
    pub(crate) span: Span,
}

impl<'a> Arguments<'a> {
    pub(crate) fn get(&self, at: usize) -> Result<&'a Node, Error> {
        self.args.get(at).ok_or_else(|| self.missing())
    }

    pub(crate) fn text(&self, at: usize) -> Result<&'a str, Error> {
        match &self.get(at)?.kind {
            NodeKind::Text(text) => Ok(&text.value),
            _ => Err(self.missing()),
        }
    }

    /// The one argument that is a range, and the others.
    fn split_range(&self) -> Result<(&'a Node, Vec<&'a Node>), Error> {
        let is_range = |arg: &&Node| matches!(arg.kind, NodeKind::Range(_) | NodeKind::Subquery(_));
        let range = self.args.iter().find(is_range);
        let others = self.args.iter().filter(|arg| !is_range(arg)).collect();
        range
            .map(|range| (range, others))
            .ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Error {
        let next_step = "see the function's arguments";
        Error::new(
            ErrorKind::Type,
            self.span,
            "an argument is missing",
            next_step,
        )
    }
}

fn map(mut columns: Vec<Column>, f: impl Fn(f64) -> f64) -> Vec<Column> {
    for column in &mut columns {
        column.map(&f);
        column.drop_name = true;
    }
    columns
}

pub(crate) fn unnamed(values: Vec<f64>) -> Column {
    Column {
        labels: Labels::default(),
        drop_name: false,
        values,
    }
}

/// The sample of a step, if it is the only one.
fn only(columns: &[Column], step: usize) -> f64 {
    let mut values = columns.iter().map(|column| column.values[step]);
    let mut present = values.by_ref().filter(|value| !is_absent(*value));
    match (present.next(), present.next()) {
        (Some(value), None) => value,
        _ => f64::NAN,
    }
}

/// Bounds that exclude each other leave nothing.
fn clamp(value: f64, min: Option<f64>, max: Option<f64>) -> f64 {
    let min = min.unwrap_or(f64::NEG_INFINITY);
    let max = max.unwrap_or(f64::INFINITY);
    if max < min {
        return ABSENT;
    }
    if min.is_nan() || max.is_nan() {
        return f64::NAN;
    }
    math::max(min, math::min(max, value))
}

/// 1 at each step at which no column has a sample, with the labels that the selector asks for.
fn absent(arg: &Node, columns: &[Column], grid: Grid, drop_name: bool) -> Vec<Column> {
    let missing = |step: usize| columns.iter().all(|column| is_absent(column.values[step]));
    let values = (0..grid.len).map(|step| if missing(step) { 1.0 } else { ABSENT });
    let column = Column {
        labels: match &arg.kind {
            NodeKind::Selector(selector) => wanted_labels(&selector.matchers),
            NodeKind::Range(range) => wanted_labels(&range.selector.matchers),
            _ => Labels::default(),
        },
        drop_name,
        values: values.collect(),
    };
    if column.is_empty() {
        Vec::new()
    } else {
        vec![column]
    }
}

/// The labels that matchers pin to one value.
fn wanted_labels(matchers: &[Matcher]) -> Labels {
    let mut labels = Labels::default();
    let mut seen: Vec<&str> = Vec::new();
    for matcher in matchers
        .iter()
        .filter(|matcher| matcher.name != METRIC_NAME)
    {
        let is_first = !seen.contains(&matcher.name.as_str());
        if is_first && matches!(matcher.op, MatchOp::Equal) {
            labels.set(&matcher.name, &matcher.value);
            seen.push(&matcher.name);
        } else {
            labels.remove(&matcher.name);
        }
    }
    labels
}
