//! The platform stands still for some minutes of every hour.
//!
//! Many customers let the platform synchronise data sets on the hour, since that is what the form suggests. Nothing
//! else is unusual: what happens at each full hour is the platform's own doing.

use std::time::Duration;

use serde::Serialize;
use sim::Rng;

use super::conditions::{Conditions, Customers};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HourlyFreeze {
    /// Data sets that are synchronised on the hour, over all customers.
    pub hourly_syncs: usize,
    /// Records that each of them compares with its source.
    pub records: u32,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

/// From the beginning of the window to the first full hour.
const FIRST_HOUR_SECONDS: u64 = 25 * 60;

/// Core time that one record takes, in seconds.
const RECORD_SECONDS: f64 = 25e-6;

/// Cores of the api.
const CORES: f64 = 2.0;

impl HourlyFreeze {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        let hourly_syncs: usize = rng.range(1_100..1_700);
        // How long the work of one hour keeps both cores.
        let busy_seconds = rng.range(115.0..160.0);
        let records = busy_seconds * CORES / (hourly_syncs as f64 * RECORD_SECONDS);
        // Coincidences lie around the second hour, which is the first that people write about.
        let around = Duration::from_secs(FIRST_HOUR_SECONDS + 3_600).min(window * 2 / 3);
        Self {
            hourly_syncs,
            records: records as u32,
            red_herrings: draw(rng, difficulty, window, around),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: FIRST_HOUR_SECONDS,
            proof: Part {
                from_seconds: FIRST_HOUR_SECONDS - 600,
                until_seconds: FIRST_HOUR_SECONDS + 3_600 + 600,
            },
        }
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let ordinary = Conditions::ordinary();
        Conditions {
            rate: 14.0,
            customers: Customers {
                hourly_syncs: self.hourly_syncs,
                hourly_sync_records: self.records,
                ..ordinary.customers
            },
            red_herrings: self.red_herrings.clone(),
            ..ordinary
        }
    }
}
