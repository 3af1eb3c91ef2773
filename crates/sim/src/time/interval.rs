//! Something that happens again and again. Start at [`interval`].

use std::time::Duration;

use super::{Timestamp, now, sleep_until};

/// Ticks at once and then every `period`, counted from now. A tick that was missed because the caller was
/// busy is left out; the following ones keep their times.
///
/// # Panics
/// When the period is zero.
pub fn interval(period: Duration) -> Interval {
    assert!(
        !period.is_zero(),
        "the period of an interval must not be zero"
    );
    Interval {
        next: now(),
        period,
    }
}

/// See [`interval`].
#[derive(Debug)]
pub struct Interval {
    next: Timestamp,
    period: Duration,
}

impl Interval {
    /// Waits for the next tick and returns the time for which it was planned.
    pub async fn tick(&mut self) -> Timestamp {
        let planned = self.next;
        sleep_until(planned).await;
        let late = (now() - planned).as_nanos() / self.period.as_nanos();
        let skipped = u32::try_from(late).unwrap_or(u32::MAX);
        self.next = planned + self.period.saturating_mul(skipped.saturating_add(1));
        planned
    }
}
