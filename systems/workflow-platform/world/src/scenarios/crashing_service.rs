//! The workflow service dies every few hours.
//!
//! Customers send documents with their starts, and some of their workflows wait for people. The service lives for
//! some hours at a time. An engineer takes heap snapshots now and then.

use std::time::Duration;

use serde::Serialize;
use sim::Rng;
use workflow_platform::Role;

use super::conditions::{Conditions, Customers, Event, Happening};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, RolloutOf, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario. Times are seconds after the start of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrashingService {
    /// How long the service lives at a time, about.
    pub life_seconds: u64,
    /// The mean length of the documents that come with a start, in bytes.
    pub document_bytes: u64,
    /// When heap snapshots are taken.
    pub snapshot_seconds: Vec<u64>,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

/// Requests a second.
const RATE: f64 = 3.2;

/// Executions that one request brings about, on average.
const EXECUTIONS_PER_REQUEST: f64 = 0.325;

/// Memory that the service may use.
const LIMIT: u64 = 1 << 30;

/// Memory in which a life begins, and what is in use for a moment.
const USED_ANYWAY: u64 = 200 << 20;

impl CrashingService {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        // Between four and six hours in the usual window of fourteen.
        let life = window.as_secs_f64() * rng.range(4.3..5.7) / 14.0;
        let executions = life * RATE * EXECUTIONS_PER_REQUEST;
        let document_bytes = (LIMIT - USED_ANYWAY) as f64 / executions;
        let at = |share: f64| (life * share) as u64;
        Self {
            life_seconds: life as u64,
            document_bytes: document_bytes as u64,
            snapshot_seconds: vec![at(0.15), at(0.45), at(0.8), at(1.4)],
            red_herrings: RolloutOf::NotificationService.only(draw(
                rng,
                difficulty,
                window,
                Duration::from_secs_f64(life),
            )),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: self.life_seconds * 3 / 4,
            proof: Part {
                from_seconds: 0,
                until_seconds: self.life_seconds * 5 / 4,
            },
        }
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let ordinary = Conditions::ordinary();
        let mean = self.document_bytes;
        let snapshot = |at_seconds: &u64| Event {
            at_seconds: *at_seconds,
            what: Happening::HeapSnapshot(Role::WorkflowService),
        };
        Conditions {
            rate: RATE,
            customers: Customers {
                documents: Some(mean / 3..mean * 5 / 3),
                waiting_share: 0.15,
                ..ordinary.customers
            },
            engine_memory_limit: LIMIT,
            events: self.snapshot_seconds.iter().map(snapshot).collect(),
            red_herrings: self.red_herrings.clone(),
            ..ordinary
        }
    }
}
