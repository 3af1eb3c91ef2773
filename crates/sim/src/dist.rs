//! Distributions for a [`Rng`], with the parameters that people think in.
//!
//! Start at [`latency`], the one most used.

use std::{f64::consts::TAU, time::Duration};

use crate::Rng;

/// A number in (0, 1]: safe to take the logarithm of.
fn positive(rng: &mut Rng) -> f64 {
    1.0 - rng.f64()
}

/// Standard normal distribution, by Box and Muller.
pub fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * positive(rng).ln()).sqrt();
    radius * (TAU * rng.f64()).cos()
}

/// Log-normal distribution: half of the values lie below `median`, about two thirds within a factor of
/// `exp(sigma)` of it.
pub fn log_normal(rng: &mut Rng, median: f64, sigma: f64) -> f64 {
    median * (sigma * normal(rng)).exp()
}

/// Exponential distribution with this mean.
pub fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    -mean * positive(rng).ln()
}

/// How long something takes: log-normal around `median`.
pub fn latency(rng: &mut Rng, median: Duration, sigma: f64) -> Duration {
    duration(log_normal(rng, median.as_secs_f64(), sigma))
}

/// Time to the next of events that come at random, `mean` apart on average.
pub fn gap(rng: &mut Rng, mean: Duration) -> Duration {
    duration(exponential(rng, mean.as_secs_f64()))
}

/// Pareto distribution: at least `minimum`, with a heavier tail the smaller `shape` is.
pub fn pareto(rng: &mut Rng, minimum: f64, shape: f64) -> f64 {
    minimum / positive(rng).powf(1.0 / shape)
}

/// One of the items, with a probability in proportion to its weight. Weights that are not positive count as
/// zero; if all are, the last item is taken.
///
/// # Panics
/// When there are no items.
pub fn weighted<'a, T>(rng: &mut Rng, items: &'a [(T, f64)]) -> &'a T {
    let weight = |item: &(T, f64)| if item.1 > 0.0 { item.1 } else { 0.0 };
    let mut left = rng.f64() * items.iter().map(weight).sum::<f64>();
    for item in items {
        left -= weight(item);
        if left < 0.0 {
            return &item.0;
        }
    }
    &items[items.len() - 1].0
}

/// Saturating: parameters that overflow give a very long time rather than a panic.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(if seconds > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}
