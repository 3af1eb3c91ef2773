//! The server's CPUs and disk: who gets them when, and how busy they are.
//!
//! A request says how long it needs; it is served by the channel that is free first, in the order of asking. The
//! answer is the time at which it will be done, so no queue has to be walked and one timer is enough. Long work asks
//! in slices, so that short statements get in between as they would under a scheduler.

use std::time::Duration;

use crate::Timestamp;

/// The longest piece of CPU time that is given at once.
pub(super) const SLICE: Duration = Duration::from_millis(10);

/// CPU slots and disk channels.
#[derive(Debug)]
pub(super) struct Capacity {
    pub(super) cpu: Channels,
    pub(super) disk: Channels,
}

impl Capacity {
    pub(super) fn new(cpu_slots: usize, disk_channels: usize) -> Self {
        Capacity {
            cpu: Channels::new(cpu_slots),
            disk: Channels::new(disk_channels),
        }
    }
}

/// Several servers of one queue.
#[derive(Debug)]
pub(super) struct Channels {
    /// When each is free, in nanoseconds since the epoch.
    free_at: Vec<u64>,
    /// Nanoseconds of service planned so far.
    planned: u128,
}

impl Channels {
    fn new(count: usize) -> Self {
        Channels {
            free_at: vec![0; count.max(1)],
            planned: 0,
        }
    }

    /// Plans `duration` of service for a request that arrives now, and says when it ends.
    pub(super) fn reserve(&mut self, now: Timestamp, duration: Duration) -> Timestamp {
        let now = now.as_unix_nanos();
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let mut first = 0;
        for index in 1..self.free_at.len() {
            if self.free_at[index] < self.free_at[first] {
                first = index;
            }
        }
        let end = self.free_at[first].max(now).saturating_add(nanos);
        self.free_at[first] = end;
        self.planned += u128::from(nanos);
        Timestamp::from_unix_nanos(end)
    }

    /// Nanoseconds of service given up to now, over all channels. `now` must not be before the last request: what is
    /// planned ahead is then one piece for each channel.
    pub(super) fn busy(&self, now: Timestamp) -> u128 {
        let now = now.as_unix_nanos();
        let ahead: u128 = self
            .free_at
            .iter()
            .map(|free| u128::from(free.saturating_sub(now)))
            .sum();
        self.planned.saturating_sub(ahead)
    }

    /// Share of the channels that were busy, given the `busy` of two times.
    pub(super) fn utilization(&self, before: u128, after: u128, elapsed: Duration) -> f64 {
        let available = elapsed.as_nanos() * self.free_at.len() as u128;
        if available == 0 {
            0.0
        } else {
            (after.saturating_sub(before) as f64 / available as f64).min(1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_queue_when_all_channels_are_busy() {
        let at = |millis: u64| Timestamp::from_unix_nanos(millis * 1_000_000);
        let span = Duration::from_millis;
        let mut channels = Channels::new(2);
        assert_eq!(channels.reserve(at(0), span(10)), at(10));
        assert_eq!(channels.reserve(at(0), span(4)), at(4));
        assert_eq!(channels.reserve(at(1), span(1)), at(5));
        // Two channels for two milliseconds.
        assert_eq!(channels.busy(at(2)), span(4).as_nanos());
        assert_eq!(channels.reserve(at(20), span(1)), at(21));
        assert_eq!(channels.busy(at(30)), span(16).as_nanos());
        assert!((channels.utilization(0, span(16).as_nanos(), span(32)) - 0.25).abs() < 1e-9);
    }
}
