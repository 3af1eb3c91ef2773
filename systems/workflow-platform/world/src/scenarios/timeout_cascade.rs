//! The validation service turns slow for a while.
//!
//! Onset, slope, slowness and recovery are drawn; so is whether the engineer on call restarts the api in the middle.
//! Everything else that happens is the platform's own doing.

use std::time::Duration;

use serde::Serialize;
use sim::http::{Condition, Scheduled};
use sim::{Rng, Timestamp};

use super::conditions::{Conditions, Event, Happening};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario. Times are seconds after the start of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeoutCascade {
    /// When the validation service begins to slow down.
    pub onset_seconds: u64,
    /// How long it takes to become as slow as it gets.
    pub ramp_seconds: u64,
    /// When it is itself again.
    pub recovery_seconds: u64,
    /// Half of its answers take longer, at the worst.
    pub slowness_seconds: f64,
    /// Spread of its answers' times.
    pub slowness_sigma: f64,
    /// When the engineer on call restarts the api, if that happens.
    pub restart_seconds: Option<u64>,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

/// Steps in which the slowness rises.
const RAMP_STEPS: u32 = 6;

impl TimeoutCascade {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        let window_seconds = window.as_secs_f64();
        let scale = window_seconds / Duration::from_hours(6).as_secs_f64();
        let onset = window_seconds * rng.range(1.0 / 3.0..2.0 / 3.0);
        let ramp = rng.range(4.0..12.0) * 60.0 * scale;
        let lasts = rng.range(30.0..70.0) * 60.0 * scale;
        let restart = rng
            .chance(0.4)
            .then(|| onset + ramp + lasts * rng.range(0.35..0.6));
        let slowness_seconds = rng.range(26.0..45.0);
        let slowness_sigma = rng.range(0.2..0.4);
        let red_herrings = draw(rng, difficulty, window, Duration::from_secs_f64(onset));
        Self {
            onset_seconds: onset as u64,
            ramp_seconds: ramp as u64,
            recovery_seconds: (onset + ramp + lasts) as u64,
            slowness_seconds,
            slowness_sigma,
            restart_seconds: restart.map(|at| at as u64),
            red_herrings,
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: self.onset_seconds,
            proof: Part {
                from_seconds: self.onset_seconds.saturating_sub(600),
                until_seconds: self.recovery_seconds + 600,
            },
        }
    }

    pub(crate) fn conditions(&self, start: Timestamp) -> Conditions {
        let restart = |at_seconds| Event {
            at_seconds,
            what: Happening::RestartApi,
        };
        Conditions {
            validation: self.validation_schedule(start),
            events: self.restart_seconds.map(restart).into_iter().collect(),
            red_herrings: self.red_herrings.clone(),
            ..Conditions::ordinary()
        }
    }

    /// The validation service's schedule.
    fn validation_schedule(&self, start: Timestamp) -> Vec<Scheduled> {
        let onset = start + Duration::from_secs(self.onset_seconds);
        let step = Duration::from_secs(self.ramp_seconds) / RAMP_STEPS;
        let full = onset + step * RAMP_STEPS;
        let recovery = start + Duration::from_secs(self.recovery_seconds);
        let slow = |from, until, seconds: f64| Scheduled {
            from,
            until,
            condition: Condition::Slow {
                median: Duration::from_secs_f64(seconds),
                sigma: self.slowness_sigma,
            },
        };
        let mut schedule: Vec<_> = (0..RAMP_STEPS)
            .map(|index| {
                // From a quarter of a second up, each step longer than the one before by the same factor.
                let progress = f64::from(index) / f64::from(RAMP_STEPS);
                let seconds = 0.25 * (self.slowness_seconds / 0.25).powf(progress);
                slow(onset + step * index, onset + step * (index + 1), seconds)
            })
            .collect();
        schedule.push(slow(full, recovery, self.slowness_seconds));
        schedule
    }
}
