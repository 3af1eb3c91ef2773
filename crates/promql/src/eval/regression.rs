//! Trends: lines and smoothed curves through the samples of a window.

use crate::eval::column::seconds;
use crate::eval::math::Sum;
use crate::eval::window::Window;

/// The slope of the line through the samples, per second.
pub(crate) fn deriv(window: &Window<'_>) -> Option<f64> {
    // Times relative to a sample keep precision that times since 1970 would lose.
    line(window, window.timestamps[0]).map(|(slope, _)| slope)
}

/// Where the line through the samples will be after as many seconds as the first parameter says.
pub(crate) fn predict(window: &Window<'_>) -> Option<f64> {
    line(window, window.eval_ms).map(|(slope, here)| slope * window.params[0] + here)
}

/// Slope, and height at `origin_ms`, of the line with the least squares.
fn line(window: &Window<'_>, origin_ms: i64) -> Option<(f64, f64)> {
    let values = window.values;
    if values.len() < 2 {
        return None;
    }
    if values[1..].iter().all(|value| *value == values[0]) {
        let flat = if values[0].is_infinite() {
            (f64::NAN, f64::NAN)
        } else {
            (0.0, values[0])
        };
        return Some(flat);
    }
    let (mut x_sum, mut y_sum) = (Sum::default(), Sum::default());
    let (mut xy_sum, mut xx_sum) = (Sum::default(), Sum::default());
    for (time, y) in window.timestamps.iter().zip(values) {
        let x = seconds(time - origin_ms);
        x_sum = x_sum.add(x);
        y_sum = y_sum.add(*y);
        xy_sum = xy_sum.add(x * y);
        xx_sum = xx_sum.add(x * x);
    }
    let n = values.len() as f64;
    let (x, y) = (x_sum.total(), y_sum.total());
    let covariance = xy_sum.total() - x * y / n;
    let variance = xx_sum.total() - x * x / n;
    let slope = covariance / variance;
    Some((slope, y / n - slope * x / n))
}

/// Double exponential smoothing (Holt's linear trend). The parameters are the weights of new
/// values and of new trends.
pub(crate) fn smooth(window: &Window<'_>) -> Option<f64> {
    let [first, second, ..] = window.values else {
        return None;
    };
    let [value_weight, trend_weight] = window.params;
    let (mut before, mut level, mut trend) = (0.0, *first, second - first);
    for (at, value) in window.values.iter().enumerate().skip(1) {
        if at > 1 {
            trend = trend_weight * (level - before) + (1.0 - trend_weight) * trend;
        }
        let next = value_weight * value + (1.0 - value_weight) * (level + trend);
        (before, level) = (level, next);
    }
    Some(level)
}
