//! What a seed draws, whatever the scenario.

use std::time::Duration;

use serde::Serialize;
use sim::{Rng, Timestamp};

use super::conditions::Conditions;
use super::difficulty::Difficulty;
use super::{
    CrashingService, FailingWebhooks, HourlyFreeze, Part, Scenario, SlowCustomer, StallingPages,
    TimeoutCascade,
};

/// A variant of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Variant {
    /// Of [`Scenario::HourlyFreeze`].
    HourlyFreeze(HourlyFreeze),
    /// Of [`Scenario::TimeoutCascade`].
    TimeoutCascade(TimeoutCascade),
    /// Of [`Scenario::FailingWebhooks`].
    FailingWebhooks(FailingWebhooks),
    /// Of [`Scenario::SlowCustomer`].
    SlowCustomer(SlowCustomer),
    /// Of [`Scenario::CrashingService`].
    CrashingService(CrashingService),
    /// Of [`Scenario::StallingPages`].
    StallingPages(StallingPages),
}

/// When things happen, in seconds after the start of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timing {
    /// The incident begins.
    pub(crate) onset_seconds: u64,
    /// The part on which a repair is proven.
    pub(crate) proof: Part,
}

impl Variant {
    pub(super) fn draw(
        scenario: Scenario,
        rng: &mut Rng,
        difficulty: Difficulty,
        window: Duration,
    ) -> Self {
        match scenario {
            Scenario::HourlyFreeze => {
                Self::HourlyFreeze(HourlyFreeze::draw(rng, difficulty, window))
            }
            Scenario::TimeoutCascade => {
                Self::TimeoutCascade(TimeoutCascade::draw(rng, difficulty, window))
            }
            Scenario::FailingWebhooks => {
                Self::FailingWebhooks(FailingWebhooks::draw(rng, difficulty, window))
            }
            Scenario::SlowCustomer => {
                Self::SlowCustomer(SlowCustomer::draw(rng, difficulty, window))
            }
            Scenario::CrashingService => {
                Self::CrashingService(CrashingService::draw(rng, difficulty, window))
            }
            Scenario::StallingPages => {
                Self::StallingPages(StallingPages::draw(rng, difficulty, window))
            }
        }
    }

    /// When things happen.
    pub(crate) fn timing(&self) -> Timing {
        match self {
            Self::HourlyFreeze(variant) => variant.timing(),
            Self::TimeoutCascade(variant) => variant.timing(),
            Self::FailingWebhooks(variant) => variant.timing(),
            Self::SlowCustomer(variant) => variant.timing(),
            Self::CrashingService(variant) => variant.timing(),
            Self::StallingPages(variant) => variant.timing(),
        }
    }

    /// The conditions that it sets, in a window that begins at `start`.
    pub(crate) fn conditions(&self, start: Timestamp) -> Conditions {
        match self {
            Self::HourlyFreeze(variant) => variant.conditions(),
            Self::TimeoutCascade(variant) => variant.conditions(start),
            Self::FailingWebhooks(variant) => variant.conditions(start),
            Self::SlowCustomer(variant) => variant.conditions(),
            Self::CrashingService(variant) => variant.conditions(),
            Self::StallingPages(variant) => variant.conditions(start),
        }
    }
}
