//! Every few minutes pages stall for half a minute.
//!
//! A newsletter tells customers of the benchmarks on the start page, and within some minutes hundreds of people have
//! it open. Each open page asks for the benchmarks every ten seconds. Nothing else is unusual.

use std::time::Duration;

use serde::Serialize;
use sim::{Rng, Timestamp};

use super::conditions::{Conditions, StartPages};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario. Times are seconds after the start of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StallingPages {
    /// When people begin to open the start page.
    pub open_from_seconds: u64,
    /// How long it takes until all of them have.
    pub open_over_seconds: u64,
    /// How many pages are open then.
    pub pages: u64,
    /// Executions that the database keeps.
    pub executions_kept: u64,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

/// Requests a second beside those of the start pages.
const RATE: f64 = 8.0;

/// Start pages that are open already: people who were asked for their opinion.
const EARLY_PAGES: u64 = 3;

impl StallingPages {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        let seconds = window.as_secs_f64();
        let from = seconds * rng.range(0.24..0.34);
        let over = seconds * rng.range(0.03..0.06);
        // Coincidences lie around the first time that everybody feels it.
        let around = Duration::from_secs_f64(from + over);
        Self {
            open_from_seconds: from as u64,
            open_over_seconds: over as u64,
            pages: rng.range(320..370),
            executions_kept: rng.range(3_900_000..4_300_000),
            red_herrings: draw(rng, difficulty, window, around),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: self.open_from_seconds,
            proof: Part {
                from_seconds: self.open_from_seconds.saturating_sub(600),
                until_seconds: self.open_from_seconds + 2_700,
            },
        }
    }

    pub(crate) fn conditions(&self, start: Timestamp) -> Conditions {
        Conditions {
            rate: RATE,
            start_pages: Some(StartPages {
                early: EARLY_PAGES,
                count: self.pages,
                from: start + Duration::from_secs(self.open_from_seconds),
                over: Duration::from_secs(self.open_over_seconds),
            }),
            executions_kept: self.executions_kept,
            red_herrings: self.red_herrings.clone(),
            ..Conditions::ordinary()
        }
    }
}
