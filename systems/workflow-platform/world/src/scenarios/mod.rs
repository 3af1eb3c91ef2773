//! Scenarios: what the world does to the platform, drawn from a seed.
//!
//! A scenario never touches the platform's code. It sets conditions: how partners behave, how customers' traffic
//! goes, what operators do. `timeout_cascade` is one; [`Scenario`] is the list.

mod difficulty;
mod red_herrings;
mod timeout_cascade;

pub use difficulty::{Difficulty, UnknownDifficulty};
pub use red_herrings::{RedHerring, RedHerringKind};
pub use timeout_cascade::TimeoutCascade;

use std::time::Duration;

use serde::Serialize;
use sim::Timestamp;

/// The scenarios of this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Requests time out that have nothing to do with what is slow.
    TimeoutCascade,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 1] = [Self::TimeoutCascade];

    /// The name on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TimeoutCascade => "timeout-cascade",
        }
    }

    /// Finds a scenario by its name.
    #[must_use]
    pub fn find(slug: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.slug() == slug)
    }
}

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct IncidentSpec {
    /// Which scenario.
    pub scenario: Scenario,
    /// Draws everything that is not fixed.
    pub seed: u64,
    /// How long the window is.
    pub window: Duration,
    /// How hard it is to read.
    pub difficulty: Difficulty,
}

impl IncidentSpec {
    /// When the window begins: at 09:00 UTC on a day of 2026 that the seed draws.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        const FIRST_OF_JANUARY_2026: u64 = 1_767_225_600;
        const DAY: u64 = 86_400;
        let day = scramble(self.seed) % 365;
        Timestamp::from_unix_secs(FIRST_OF_JANUARY_2026 + day * DAY + 9 * 3_600)
    }
}

/// What the seed drew, for authors and tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// The scenario.
    pub scenario: &'static str,
    /// The seed.
    pub seed: u64,
    /// The difficulty.
    pub difficulty: Difficulty,
    /// The beginning of the window, RFC 3339.
    pub start: String,
    /// When the incident begins, in seconds after the start of the window.
    pub onset_seconds: u64,
    /// What the scenario drew.
    pub variant: TimeoutCascade,
}

/// Spreads neighbouring seeds over the whole range (the finaliser of splitmix64).
fn scramble(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
