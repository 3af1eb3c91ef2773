//! Exponential backoff with full jitter.
//!
//! The pause before attempt `n + 1` is drawn evenly from zero to `base_delay · 2ⁿ⁻¹`, cut at `max_delay`:
//! callers that failed together do not come back together.

use std::time::Duration;

use super::config::RetryConfig;

impl RetryConfig {
    /// Whether there is another attempt after `made` attempts.
    #[must_use]
    pub const fn allows_another(&self, made: u32) -> bool {
        made < self.attempts
    }

    /// The longest pause after `made` attempts.
    #[must_use]
    pub fn longest_pause(&self, made: u32) -> Duration {
        let doublings = made.saturating_sub(1).min(31);
        self.base_delay
            .saturating_mul(1_u32 << doublings)
            .min(self.max_delay)
    }

    /// A pause after `made` attempts.
    #[must_use]
    pub fn pause(&self, made: u32) -> Duration {
        self.longest_pause(made)
            .mul_f64(sim::rng("retry.pause").f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry() -> RetryConfig {
        RetryConfig {
            attempts: 4,
            base_delay: Duration::from_secs(2),
            max_delay: Duration::from_secs(5),
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses: Vec<_> = (1..=4)
            .map(|made| retry().longest_pause(made).as_secs())
            .collect();
        assert_eq!(pauses, [2, 4, 5, 5]);
        assert_eq!(retry().longest_pause(u32::MAX), Duration::from_secs(5));
    }

    #[test]
    fn attempts_end() {
        assert!(retry().allows_another(3));
        assert!(!retry().allows_another(4));
    }
}
