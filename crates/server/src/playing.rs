//! An incident that is still being simulated, as tools query it.
//!
//! A person who waits for six hours of telemetry can look at the first of them after a few seconds. What is
//! there already is exact and stays; what is not there yet is not drawn. Its extent is the planned one from the
//! beginning, so that nothing moves under a person's hands while it grows.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use telemetry::recording::Growing;

/// A recording in the making.
#[derive(Debug)]
pub(crate) struct Playing {
    /// The recording's title.
    pub(crate) title: String,
    /// The session that it is made for.
    pub(crate) session_id: String,
    /// What there is by now.
    pub(crate) growing: Growing,
    /// Start and end (exclusive) of the whole incident, ms since the epoch.
    pub(crate) extent_ms: (i64, i64),
    recorded_until_ms: AtomicI64,
}

impl Playing {
    /// An incident that lasts `total`; `None` while there is nothing of it.
    pub(crate) fn new(
        growing: Growing,
        title: String,
        session_id: String,
        total: Duration,
    ) -> Option<Self> {
        let start_ms = growing.extent()?.start.div_euclid(1_000_000);
        Some(Self {
            title,
            session_id,
            growing,
            extent_ms: (start_ms, start_ms.saturating_add(millis(total))),
            recorded_until_ms: AtomicI64::new(start_ms),
        })
    }

    /// The simulation has come this far.
    pub(crate) fn advance(&self, elapsed: Duration) {
        let (start_ms, end_ms) = self.extent_ms;
        let until_ms = start_ms.saturating_add(millis(elapsed)).min(end_ms);
        self.recorded_until_ms.store(until_ms, Ordering::Relaxed);
    }

    /// Up to where there is telemetry (exclusive), ms since the epoch.
    pub(crate) fn recorded_until_ms(&self) -> i64 {
        self.recorded_until_ms.load(Ordering::Relaxed)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
