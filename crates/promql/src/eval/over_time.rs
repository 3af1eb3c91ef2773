//! Aggregations over the samples of a window.

use crate::eval::math::{self, Mean, Sum};
use crate::eval::window::Window;

pub(crate) fn sum(values: &[f64]) -> f64 {
    let sum = values
        .iter()
        .fold(Sum::default(), |sum, value| sum.add(*value));
    if sum.value.is_infinite() {
        sum.value
    } else {
        sum.total()
    }
}

pub(crate) fn avg(values: &[f64]) -> f64 {
    let mut mean = Mean::of(values[0]);
    for value in &values[1..] {
        mean.add(*value);
    }
    mean.value()
}

/// The time and value of the first smallest sample; NaN only when there is nothing else.
pub(crate) fn min(window: &Window<'_>) -> (i64, f64) {
    pick(window, |value, best| value < best || best.is_nan())
}

/// The time and value of the first largest sample; NaN only when there is nothing else.
pub(crate) fn max(window: &Window<'_>) -> (i64, f64) {
    pick(window, |value, best| value > best || best.is_nan())
}

/// The time of the last smallest sample.
pub(crate) fn last_min(window: &Window<'_>) -> i64 {
    pick(window, |value, best| value <= best || best.is_nan()).0
}

/// The time of the last largest sample.
pub(crate) fn last_max(window: &Window<'_>) -> i64 {
    pick(window, |value, best| value >= best || best.is_nan()).0
}

fn pick(window: &Window<'_>, is_better: impl Fn(f64, f64) -> bool) -> (i64, f64) {
    let mut best = (window.timestamps[0], window.values[0]);
    for (time, value) in window.timestamps.iter().zip(window.values) {
        if is_better(*value, best.1) {
            best = (*time, *value);
        }
    }
    best
}

/// The quantile that the first parameter names.
pub(crate) fn quantile(window: &Window<'_>, scratch: &mut Vec<f64>) -> f64 {
    scratch.clear();
    scratch.extend_from_slice(window.values);
    math::quantile(window.params[0], scratch)
}

/// The population variance.
pub(crate) fn variance(values: &[f64]) -> f64 {
    let mut mean = Sum::default();
    let mut squares = Sum::default();
    let mut count = 0.0;
    for value in values {
        count += 1.0;
        let delta = value - mean.total();
        mean = mean.add(delta / count);
        squares = squares.add(delta * (value - mean.total()));
    }
    squares.total() / count
}

/// The median of the distances from the median.
pub(crate) fn deviation(values: &[f64], scratch: &mut Vec<f64>) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    scratch.clear();
    scratch.extend_from_slice(values);
    let median = math::quantile(0.5, scratch);
    for value in scratch.iter_mut() {
        *value = (*value - median).abs();
    }
    math::quantile(0.5, scratch)
}
