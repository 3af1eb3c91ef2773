//! Scenarios: what the world does to the platform, drawn from a seed.
//!
//! A scenario never touches the platform's code. It sets [`Conditions`]: how partners behave, what customers have and
//! do, what operators do. [`Scenario`] is the list; each scenario has a module of its name whose type is what a seed
//! draws. Start at `timeout_cascade`.

mod conditions;
mod crashing_service;
mod difficulty;
mod failing_webhooks;
mod hourly_freeze;
mod red_herrings;
mod slow_customer;
mod spec;
mod stalling_pages;
mod timeout_cascade;
mod variant;

pub(crate) use conditions::{
    Archive, Conditions, Customers, Enrichment, Event, Happening, Outage, StartPages,
};
pub use crashing_service::CrashingService;
pub use difficulty::{Difficulty, UnknownDifficulty};
pub use failing_webhooks::FailingWebhooks;
pub use hourly_freeze::HourlyFreeze;
pub(crate) use red_herrings::RolloutOf;
pub use red_herrings::{RedHerring, RedHerringKind};
pub use slow_customer::SlowCustomer;
pub use spec::{Description, IncidentSpec, Part};
pub use stalling_pages::StallingPages;
pub use timeout_cascade::TimeoutCascade;
pub(crate) use variant::Timing;
pub use variant::Variant;

/// The scenarios of this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Everything hangs for some minutes of every hour.
    HourlyFreeze,
    /// Requests time out that have nothing to do with what is slow.
    TimeoutCascade,
    /// Webhooks are not delivered, and everything else becomes slow.
    FailingWebhooks,
    /// The workflows of one customer take minutes.
    SlowCustomer,
    /// A service dies every few hours.
    CrashingService,
    /// Pages stall every few minutes.
    StallingPages,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 6] = [
        Self::HourlyFreeze,
        Self::TimeoutCascade,
        Self::FailingWebhooks,
        Self::SlowCustomer,
        Self::CrashingService,
        Self::StallingPages,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::HourlyFreeze => "hourly-freeze",
            Self::TimeoutCascade => "timeout-cascade",
            Self::FailingWebhooks => "failing-webhooks",
            Self::SlowCustomer => "slow-customer",
            Self::CrashingService => "crashing-service",
            Self::StallingPages => "stalling-pages",
        }
    }

    /// Finds a scenario by its name.
    #[must_use]
    pub fn find(slug: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.slug() == slug)
    }

    /// The time of day at which its window begins, in minutes.
    pub(crate) const fn begins_at_minute(self) -> u64 {
        match self {
            // A little before the hour, so that the first stretch is an ordinary one.
            Self::HourlyFreeze => 8 * 60 + 35,
            // The night before: the pattern takes most of a day.
            Self::CrashingService => 60,
            Self::TimeoutCascade | Self::FailingWebhooks | Self::SlowCustomer => 9 * 60,
            Self::StallingPages => 9 * 60 + 15,
        }
    }
}
