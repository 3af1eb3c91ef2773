//! How far a query may go: lookback, limits and cancellation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How to evaluate. The default is what Prometheus does.
#[derive(Debug, Clone)]
pub struct Options {
    /// How old the last sample of a series may be for an instant selector, in milliseconds.
    /// Default 5 minutes.
    pub lookback_ms: i64,
    /// The step of a subquery that states none (`[30m:]`), in milliseconds. Default 1 minute.
    pub subquery_step_ms: i64,
    /// What a query may touch.
    pub limits: Limits,
    /// Ends the query early.
    pub cancel: Cancel,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            lookback_ms: 5 * 60 * 1000,
            subquery_step_ms: 60 * 1000,
            limits: Limits::default(),
            cancel: Cancel::default(),
        }
    }
}

/// What one query may touch. A query that would exceed a limit fails with
/// [`crate::ErrorKind::Limit`]; it is never answered in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of a range query. Default 11 000.
    pub points: usize,
    /// Series that all selectors of the query load together. Default 50 000.
    pub series: usize,
    /// Samples that all selectors of the query load together; also the values that one
    /// intermediate result may hold, and the steps of a subquery. Default 50 million.
    pub samples: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            points: 11_000,
            series: 50_000,
            samples: 50_000_000,
        }
    }
}

/// A switch that ends a running query from another thread. Copies share the switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    cancelled: Arc<AtomicBool>,
}

impl Cancel {
    /// Ends the query at its next check, with [`crate::ErrorKind::Cancelled`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether [`Cancel::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
