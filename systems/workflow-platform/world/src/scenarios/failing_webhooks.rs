//! Webhooks are not delivered, and everything that notifies becomes slow.
//!
//! One customer's webhook endpoint goes down: its load balancer answers 503 to everything. It comes back by itself,
//! after the window's end. Which customer, when, and for how long is drawn.

use std::time::Duration;

use serde::Serialize;
use sim::{Rng, Timestamp};

use super::conditions::{Conditions, Outage};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, RolloutOf, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario. Times are seconds after the start of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailingWebhooks {
    /// When the endpoint goes down.
    pub down_from_seconds: u64,
    /// When it is back.
    pub down_until_seconds: u64,
    /// Whose endpoint: the customer's rank in traffic; 0 sends the most.
    pub rank: usize,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

impl FailingWebhooks {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        // People write a quarter of an hour after it began, and the window ends when they do.
        let shown: f64 = 60.0 * rng.range(14.0..17.0);
        let shown = shown.min(window.as_secs_f64() / 2.0);
        let onset = window.as_secs_f64() - shown;
        // It is back a little later: nobody who writes can know.
        let lasts = shown + rng.range(2.0..4.0) * 60.0;
        Self {
            down_from_seconds: onset as u64,
            down_until_seconds: (onset + lasts) as u64,
            rank: rng.range(0..3),
            red_herrings: RolloutOf::WorkflowService.only(draw(
                rng,
                difficulty,
                window,
                Duration::from_secs_f64(onset),
            )),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: self.down_from_seconds,
            proof: Part {
                from_seconds: self.down_from_seconds.saturating_sub(600),
                until_seconds: self.down_until_seconds + 1_500,
            },
        }
    }

    pub(crate) fn conditions(&self, start: Timestamp) -> Conditions {
        let outage = Outage {
            rank: self.rank,
            from: start + Duration::from_secs(self.down_from_seconds),
            until: start + Duration::from_secs(self.down_until_seconds),
        };
        Conditions {
            endpoint: Some(outage),
            red_herrings: self.red_herrings.clone(),
            ..Conditions::ordinary()
        }
    }
}
