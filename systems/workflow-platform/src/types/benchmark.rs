//! Figures over all customers, with which each of them compares its own.

use serde::{Deserialize, Serialize};

use super::time::Instant;

/// How customers use the platform. Nobody can be recognised in it: figures of single customers appear as quartiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Benchmarks {
    /// Executions that ended within so many days are counted.
    pub days: u64,
    /// Customers that ran anything in this time.
    pub customers: usize,
    /// Executions of all of them.
    pub executions: i64,
    /// Executions of one customer.
    pub executions_per_customer: Quartiles,
    /// Executions of one customer that were completed, per execution that ended; 0 to 1.
    pub success_ratio: Quartiles,
    /// Mean time of one customer's executions from their start to their end.
    pub duration_seconds: Quartiles,
    /// When this was computed. Customers are promised that it is not more than twenty minutes ago.
    pub computed_at: Instant,
}

/// A figure of which every customer has one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    /// A quarter of the customers are below.
    pub lower: f64,
    /// Half of the customers are below.
    pub median: f64,
    /// Three quarters of the customers are below.
    pub upper: f64,
}

impl Quartiles {
    /// The quartiles of these figures, each of them one of the figures; zero when there are none.
    #[must_use]
    pub fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let at = |quarter: usize| {
            let place = figures.len().saturating_sub(1) * quarter / 4;
            figures.get(place).copied().unwrap_or_default()
        };
        Self {
            lower: at(1),
            median: at(2),
            upper: at(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(figures: &[f64], expect: [f64; 3]) {
        let [lower, median, upper] = expect;
        let expect = Quartiles {
            lower,
            median,
            upper,
        };
        assert_eq!(Quartiles::of(figures.iter().copied()), expect);
    }

    #[test]
    fn quartiles_are_figures_that_somebody_has() {
        check(&[], [0.0, 0.0, 0.0]);
        check(&[3.0], [3.0, 3.0, 3.0]);
        check(&[9.0, 1.0, 5.0, 7.0, 3.0], [3.0, 5.0, 7.0]);
        check(&[4.0, 2.0], [2.0, 2.0, 2.0]);
    }
}
