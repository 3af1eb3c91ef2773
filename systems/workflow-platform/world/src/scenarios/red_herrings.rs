//! Coincidences: things that happen near an incident and have nothing to do with it.

use std::time::Duration;

use serde::Serialize;
use sim::{Rng, Timestamp};

use super::difficulty::Difficulty;

/// The kinds of coincidence; the names are those of the suspects that a diagnosis can rule out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedHerringKind {
    /// A service is rolled out.
    RecentDeployment,
    /// An analyst runs a heavy query.
    SlowReportQuery,
    /// One tenant sends far more than usual.
    TenantBurst,
    /// The cache loses part of its entries.
    CacheEviction,
    /// An operator changes a setting.
    ConfigurationChange,
}

const KINDS: [RedHerringKind; 5] = [
    RedHerringKind::RecentDeployment,
    RedHerringKind::SlowReportQuery,
    RedHerringKind::TenantBurst,
    RedHerringKind::CacheEviction,
    RedHerringKind::ConfigurationChange,
];

/// One coincidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RedHerring {
    /// What happens.
    pub id: RedHerringKind,
    /// When it begins, as seconds after the start of the incident.
    pub at_seconds: u64,
    /// How long it lasts, where that has a meaning.
    pub duration_seconds: u64,
    /// Which tenant, service or setting, as an index that the kind interprets.
    #[serde(skip)]
    pub choice: u64,
}

impl RedHerring {
    pub(crate) fn begins(&self, start: Timestamp) -> Timestamp {
        start + Duration::from_secs(self.at_seconds)
    }

    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.duration_seconds)
    }
}

/// Which service a rollout concerns, where a rollout of the other would change what the incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RolloutOf {
    NotificationService,
    WorkflowService,
}

impl RolloutOf {
    /// The service that a choice means.
    pub(crate) const fn from_choice(choice: u64) -> Self {
        if choice.is_multiple_of(2) {
            Self::NotificationService
        } else {
            Self::WorkflowService
        }
    }

    /// Lets rollouts among the coincidences be of this service.
    pub(crate) fn only(self, mut herrings: Vec<RedHerring>) -> Vec<RedHerring> {
        for herring in &mut herrings {
            if herring.id == RedHerringKind::RecentDeployment {
                herring.choice = herring.choice / 2 * 2 + u64::from(self == Self::WorkflowService);
            }
        }
        herrings
    }
}

/// Draws coincidences around `onset`, within a window of length `window`. Two of a kind are never drawn.
pub(crate) fn draw(
    rng: &mut Rng,
    difficulty: Difficulty,
    window: Duration,
    onset: Duration,
) -> Vec<RedHerring> {
    let mut kinds = KINDS;
    rng.shuffle(&mut kinds);
    let mut drawn: Vec<_> = kinds[..difficulty.red_herrings()]
        .iter()
        .map(|kind| place(rng, *kind, difficulty, window, onset))
        .collect();
    drawn.sort_by_key(|herring| herring.at_seconds);
    drawn
}

fn place(
    rng: &mut Rng,
    id: RedHerringKind,
    difficulty: Difficulty,
    window: Duration,
    onset: Duration,
) -> RedHerring {
    let (nearest, farthest) = difficulty.distance_minutes();
    // A shortened window brings everything closer in proportion.
    let scale = window.as_secs_f64() / Duration::from_hours(6).as_secs_f64();
    let distance = rng.range(nearest..farthest) * 60.0 * scale;
    // Most coincidences come before: what came before is what people blame.
    let before = rng.chance(0.75);
    let at = onset.as_secs_f64() + if before { -distance } else { distance };
    RedHerring {
        id,
        at_seconds: at.max(60.0 * scale) as u64,
        duration_seconds: (rng.range(8.0..20.0) * 60.0 * scale) as u64,
        choice: rng.u64(),
    }
}
