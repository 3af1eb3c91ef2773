//! Which incident, and what can be said of it beforehand.

use std::time::Duration;

use serde::Serialize;
use sim::{Rng, Timestamp};

use super::Scenario;
use super::difficulty::Difficulty;
use super::variant::Variant;

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
    /// The part of it that is played; all of it when there is none. What was to happen before the part begins does not
    /// happen; what happens within it does so at the same times.
    pub part: Option<Part>,
}

/// A stretch of an incident, in seconds after the start of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its beginning.
    pub from_seconds: u64,
    /// Its end.
    pub until_seconds: u64,
}

impl IncidentSpec {
    /// When the window begins: on a day of 2026 that the seed draws, at a time that suits the scenario.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        const FIRST_OF_JANUARY_2026: u64 = 1_767_225_600;
        const DAY: u64 = 86_400;
        let day = scramble(self.seed) % 365;
        let minute = self.scenario.begins_at_minute();
        Timestamp::from_unix_secs(FIRST_OF_JANUARY_2026 + day * DAY + minute * 60)
    }

    /// When what is played begins.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        let from = self.part.map_or(0, |part| part.from_seconds);
        self.start() + Duration::from_secs(from)
    }

    /// How long what is played lasts.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        self.part.map_or(self.window, |part| {
            Duration::from_secs(part.until_seconds.saturating_sub(part.from_seconds))
        })
    }

    /// What the seed draws.
    pub(crate) fn draw(&self) -> Variant {
        let rng: &mut Rng = &mut sim::rng_for("scenario", 0);
        Variant::draw(self.scenario, rng, self.difficulty, self.window)
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
    /// The part of the incident on which a repair is proven: from some time before the trigger to some time after it.
    pub proof: Part,
    /// What the scenario drew.
    pub variant: Variant,
}

/// Spreads neighbouring seeds over the whole range (the finaliser of splitmix64).
fn scramble(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
