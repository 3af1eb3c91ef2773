//! Bucket boundaries of histograms. Start at [`Buckets`].
//!
//! It does not know exponential histograms: explicit buckets are what PromQL reads.

use std::sync::Arc;

use metrics::Unit;

/// OpenTelemetry's advice for durations in seconds, continued at both ends: below, where a lookup by key
/// lies, and above, where time limits lie. They are close there, because what runs into a limit of 30 s ends
/// a little later, and a quantile in a bucket up to a minute would say that it took a minute.
const SECONDS: [f64; 24] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    12.5, 15.0, 20.0, 22.5, 30.0, 32.5, 45.0, 60.0,
];

/// A rule that gives some histograms their bucket boundaries.
#[derive(Clone, Debug)]
pub struct Buckets {
    applies_to: Applies,
    bounds: Arc<[f64]>,
}

#[derive(Clone, Debug)]
enum Applies {
    Name(String),
    Unit(Unit),
}

impl Buckets {
    /// Boundaries for the histogram of this name. They are sorted, and numbers that are not finite left out.
    pub fn for_name(name: &str, bounds: &[f64]) -> Self {
        Self {
            applies_to: Applies::Name(name.to_owned()),
            bounds: tidy(bounds),
        }
    }

    /// Boundaries for every histogram described with this unit before it is first used.
    pub fn for_unit(unit: Unit, bounds: &[f64]) -> Self {
        Self {
            applies_to: Applies::Unit(unit),
            bounds: tidy(bounds),
        }
    }
}

fn tidy(bounds: &[f64]) -> Arc<[f64]> {
    let mut bounds: Vec<f64> = bounds
        .iter()
        .copied()
        .filter(|bound| bound.is_finite())
        .collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds.into()
}

/// The boundaries for a histogram: the first rule that fits, else those for seconds.
pub(crate) fn choose(rules: &[Buckets], name: &str, unit: Option<Unit>) -> Arc<[f64]> {
    let fits = |rule: &&Buckets| match &rule.applies_to {
        Applies::Name(wanted) => wanted == name,
        Applies::Unit(wanted) => Some(*wanted) == unit,
    };
    rules
        .iter()
        .find(fits)
        .map_or_else(|| Arc::from(SECONDS), |rule| Arc::clone(&rule.bounds))
}
