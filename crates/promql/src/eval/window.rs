//! Functions over ranges: slides a window over each series, once for all steps.

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{ABSENT, Column, Grid, is_absent, seconds};
use crate::eval::evaluator::Evaluator;
use crate::eval::range::{RangeInput, RangeSeries};
use crate::eval::{counter, over_time, regression};
use crate::syntax::tree::Node;

/// What to make of the samples in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowFunction {
    Rate,
    Increase,
    Delta,
    Irate,
    Idelta,
    Resets,
    Changes,
    Deriv,
    PredictLinear,
    Smoothing,
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Quantile,
    Stddev,
    Stdvar,
    First,
    Last,
    Present,
    Mad,
    TimeOfFirst,
    TimeOfLast,
    TimeOfMin,
    TimeOfMax,
}

/// The samples of one series in one window, at least one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) timestamps: &'a [i64],
    pub(crate) values: &'a [f64],
    /// Positions in `values`, from the second on, whose value is below the one before: where a
    /// counter was reset.
    pub(crate) resets: Resets<'a>,
    /// The window begins after this time.
    pub(crate) start_ms: i64,
    /// The window ends with this time.
    pub(crate) end_ms: i64,
    /// The time of evaluation.
    pub(crate) eval_ms: i64,
    /// The function's numbers, zero when it has none.
    pub(crate) params: [f64; 2],
}

impl Window<'_> {
    pub(crate) fn range_seconds(&self) -> f64 {
        seconds(self.end_ms - self.start_ms)
    }
}

/// The resets of a series that lie in a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resets<'a> {
    /// Positions in the whole series.
    positions: &'a [usize],
    /// Where the window begins in the series.
    first: usize,
}

impl Resets<'_> {
    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Positions in the window.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.positions.iter().map(|position| position - self.first)
    }
}

impl Evaluator<'_> {
    /// Applies a function to every window of a range. `params` are its other arguments, in order.
    pub(crate) fn window(
        &mut self,
        function: WindowFunction,
        range: &Node,
        params: &[&Node],
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let mut numbers = Vec::with_capacity(params.len());
        for param in params {
            numbers.push(self.scalar(param, grid)?);
        }
        let input = self.range(range, grid)?;
        self.check_cells(input.series.len(), grid.len, range.span)?;
        if function == WindowFunction::Smoothing {
            check_factors(&input, params, &numbers)?;
        }
        let mut columns = Vec::with_capacity(input.series.len());
        let mut slider = Slider {
            function,
            grid,
            numbers: &numbers,
            scratch: Vec::new(),
        };
        let keeps_name = matches!(function, WindowFunction::First | WindowFunction::Last);
        for series in &input.series {
            self.check_cancelled(range.span)?;
            let column = Column {
                labels: series.labels.clone(),
                drop_name: series.drop_name || !keeps_name,
                values: slider.slide(series, &input),
            };
            if !column.is_empty() {
                columns.push(column);
            }
        }
        match function {
            WindowFunction::Rate | WindowFunction::Increase => {
                self.note_gauges(&columns, range.span);
            }
            WindowFunction::Quantile if !input.series.is_empty() => {
                self.note_quantiles(&numbers, params, &columns);
            }
            _ => {}
        }
        Ok(columns)
    }

    /// A counter's name says so; anything else may be a gauge by mistake.
    fn note_gauges(&mut self, columns: &[Column], span: Span) {
        const COUNTERS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];
        for column in columns {
            let name = column.labels.metric_name().unwrap_or("");
            if !name.is_empty() && !COUNTERS.iter().any(|ending| name.ends_with(ending)) {
                let message = format!(
                    "metric might not be a counter, name does not end in \
                     _total/_sum/_count/_bucket: {name:?}"
                );
                self.notes.inform(span, message);
            }
        }
    }

    fn note_quantiles(&mut self, numbers: &[Vec<f64>], params: &[&Node], columns: &[Column]) {
        let (Some(quantiles), Some(param)) = (numbers.first(), params.first()) else {
            return;
        };
        for (step, quantile) in quantiles.iter().enumerate() {
            let is_used = || columns.iter().any(|column| !is_absent(column.values[step]));
            if !(0.0..=1.0).contains(quantile) && is_used() {
                self.notes.invalid_quantile(param.span, *quantile);
            }
        }
    }
}

/// Both factors of `double_exponential_smoothing` lie between 0 and 1.
fn check_factors(input: &RangeInput, params: &[&Node], numbers: &[Vec<f64>]) -> Result<(), Error> {
    if input.series.is_empty() {
        return Ok(());
    }
    for (name, (param, values)) in ["smoothing", "trend"]
        .iter()
        .zip(params.iter().zip(numbers))
    {
        let outside = |value: &&f64| !(**value > 0.0 && **value < 1.0);
        if let Some(value) = values.iter().find(outside) {
            return Err(Error::new(
                ErrorKind::Evaluation,
                param.span,
                format!("invalid {name} factor. Expected: 0 < factor < 1, got: {value:.6}"),
                "write a number between 0 and 1, such as 0.5",
            ));
        }
    }
    Ok(())
}

/// Slides one function over series after series.
struct Slider<'a> {
    function: WindowFunction,
    grid: Grid,
    numbers: &'a [Vec<f64>],
    scratch: Vec<f64>,
}

impl Slider<'_> {
    fn slide(&mut self, series: &RangeSeries, input: &RangeInput) -> Vec<f64> {
        let resets = self.find_resets(series);
        let (mut from, mut to) = (0, 0);
        let (mut reset_from, mut reset_to) = (0, 0);
        let mut column = Vec::with_capacity(self.grid.len);
        for (step, eval_ms) in self.grid.times().enumerate() {
            let end_ms = input.ends.time(if input.repeats { 0 } else { step });
            let start_ms = end_ms - input.range_ms;
            while series.timestamps.get(to).is_some_and(|t| *t <= end_ms) {
                to += 1;
            }
            while from < to && series.timestamps[from] <= start_ms {
                from += 1;
            }
            if from == to {
                column.push(ABSENT);
                continue;
            }
            while resets.get(reset_to).is_some_and(|position| *position < to) {
                reset_to += 1;
            }
            while reset_from < reset_to && resets[reset_from] <= from {
                reset_from += 1;
            }
            let window = Window {
                timestamps: &series.timestamps[from..to],
                values: &series.values[from..to],
                resets: Resets {
                    positions: &resets[reset_from..reset_to],
                    first: from,
                },
                start_ms,
                end_ms,
                eval_ms,
                params: self.params(step),
            };
            column.push(self.apply(&window).unwrap_or(ABSENT));
        }
        column
    }

    fn find_resets(&self, series: &RangeSeries) -> Vec<usize> {
        use WindowFunction::{Increase, Rate, Resets};
        if !matches!(self.function, Rate | Increase | Resets) {
            return Vec::new();
        }
        let pairs = series.values.windows(2).enumerate();
        let falls = pairs.filter(|(_, pair)| pair[1] < pair[0]);
        falls.map(|(at, _)| at + 1).collect()
    }

    fn params(&self, step: usize) -> [f64; 2] {
        let number = |at: usize| self.numbers.get(at).map_or(0.0, |values| values[step]);
        [number(0), number(1)]
    }

    fn apply(&mut self, window: &Window<'_>) -> Option<f64> {
        use WindowFunction as W;
        let values = window.values;
        match self.function {
            W::Rate => counter::rate(window),
            W::Increase => counter::increase(window),
            W::Delta => counter::delta(window),
            W::Irate => counter::instant_rate(window),
            W::Idelta => counter::instant_delta(window),
            W::Resets => Some(window.resets.len() as f64),
            W::Changes => Some(counter::changes(values)),
            W::Deriv => regression::deriv(window),
            W::PredictLinear => regression::predict(window),
            W::Smoothing => regression::smooth(window),
            W::Sum => Some(over_time::sum(values)),
            W::Avg => Some(over_time::avg(values)),
            W::Min => Some(over_time::min(window).1),
            W::Max => Some(over_time::max(window).1),
            W::Count => Some(values.len() as f64),
            W::Quantile => Some(over_time::quantile(window, &mut self.scratch)),
            W::Stddev => Some(over_time::variance(values).sqrt()),
            W::Stdvar => Some(over_time::variance(values)),
            W::First => values.first().copied(),
            W::Last => values.last().copied(),
            W::Present => Some(1.0),
            W::Mad => Some(over_time::deviation(values, &mut self.scratch)),
            W::TimeOfFirst => window.timestamps.first().map(|t| seconds(*t)),
            W::TimeOfLast => window.timestamps.last().map(|t| seconds(*t)),
            W::TimeOfMin => Some(seconds(over_time::last_min(window))),
            W::TimeOfMax => Some(seconds(over_time::last_max(window))),
        }
    }
}
