//! How fast a counter or gauge moves: `rate` and its kin.

use crate::eval::column::seconds;
use crate::eval::window::Window;

pub(crate) fn rate(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, true, true)
}

pub(crate) fn increase(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, true, false)
}

pub(crate) fn delta(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, false, false)
}

/// The difference between the first and last sample, stretched to the edges of the window.
///
/// When the samples reach an edge up to 10 % of their mean distance, the series is taken to
/// continue over it, and the difference is stretched all the way. Otherwise the series is taken
/// to begin or end in the window, on average half a distance from its outermost sample. A counter
/// is never stretched below zero.
fn extrapolated(window: &Window<'_>, is_counter: bool, is_rate: bool) -> Option<f64> {
    let intervals = window.values.len().checked_sub(1).filter(|n| *n > 0)?;
    let (first, last) = (window.values[0], window.values[intervals]);
    let (first_ms, last_ms) = (window.timestamps[0], window.timestamps[intervals]);
    let mut difference = last - first;
    if is_counter {
        for reset in window.resets.iter() {
            difference += window.values[reset - 1];
        }
    }
    let sampled = seconds(last_ms - first_ms);
    let distance = sampled / intervals as f64;
    let threshold = distance * 1.1;
    let mut to_start = seconds(first_ms - window.start_ms);
    let mut to_end = seconds(window.end_ms - last_ms);
    if to_start >= threshold {
        to_start = distance / 2.0;
    }
    if is_counter {
        let to_zero = if difference > 0.0 && first >= 0.0 {
            sampled * (first / difference)
        } else {
            to_start
        };
        if to_zero < to_start {
            to_start = to_zero;
        }
    }
    if to_end >= threshold {
        to_end = distance / 2.0;
    }
    let mut factor = (sampled + to_start + to_end) / sampled;
    if is_rate {
        factor /= window.range_seconds();
    }
    Some(difference * factor)
}

/// The rate between the last two samples.
pub(crate) fn instant_rate(window: &Window<'_>) -> Option<f64> {
    let (before, last, elapsed_ms) = last_two(window)?;
    let difference = if last < before { last } else { last - before };
    Some(difference / seconds(elapsed_ms))
}

/// The difference between the last two samples.
pub(crate) fn instant_delta(window: &Window<'_>) -> Option<f64> {
    last_two(window).map(|(before, last, _)| last - before)
}

fn last_two(window: &Window<'_>) -> Option<(f64, f64, i64)> {
    let [.., before, last] = window.values else {
        return None;
    };
    let [.., before_ms, last_ms] = window.timestamps else {
        return None;
    };
    Some((*before, *last, last_ms - before_ms))
}

/// How often the value changed; NaN to NaN is no change.
pub(crate) fn changes(values: &[f64]) -> f64 {
    let pairs = values.windows(2);
    let changed =
        pairs.filter(|pair| pair[0] != pair[1] && !(pair[0].is_nan() && pair[1].is_nan()));
    changed.count() as f64
}
