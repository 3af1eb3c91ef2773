//! The workflows of one customer take minutes where they took seconds.
//!
//! The customer lets a workflow of twenty steps go through a data set, once for each of its folders, and that several
//! times an hour. Then it imports its archive into the data set: some 50 MB of documents where there was one. Nothing
//! else changes.

use std::time::Duration;

use serde::Serialize;
use sim::Rng;

use super::conditions::{Archive, Conditions, Enrichment, Event, Happening};
use super::difficulty::Difficulty;
use super::red_herrings::{RedHerring, RolloutOf, draw};
use super::spec::Part;
use super::variant::Timing;

/// A variant of the scenario. Times are seconds after the start of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlowCustomer {
    /// When the customer begins to import its archive.
    pub import_seconds: u64,
    /// Documents in the archive.
    pub documents: u32,
    /// Length of each, in bytes.
    pub document_bytes: u64,
    /// Workflows that it starts at a time, one for each of its folders.
    pub passes: u32,
    /// Time from one such time to the next.
    pub every_seconds: u64,
    /// The customer's place in the list.
    pub tenant: usize,
    /// Coincidences.
    pub red_herrings: Vec<RedHerring>,
}

/// Documents that the data set held before.
const DOCUMENTS_BEFORE: u32 = 40;

/// When the data set and its workflow are set up.
const SET_UP_SECONDS: u64 = 20;

impl SlowCustomer {
    /// Draws a variant.
    pub(crate) fn draw(rng: &mut Rng, difficulty: Difficulty, window: Duration) -> Self {
        let import = window.as_secs_f64() * rng.range(0.35..0.5);
        let documents: u32 = rng.range(1_700..2_300);
        let bytes = rng.range(46.0..54.0) * 1e6 / f64::from(documents);
        Self {
            import_seconds: import as u64,
            documents,
            document_bytes: bytes as u64,
            passes: rng.range(14..17),
            every_seconds: rng.range(1_500..2_100),
            tenant: rng.range(3..12),
            red_herrings: RolloutOf::NotificationService.only(draw(
                rng,
                difficulty,
                window,
                Duration::from_secs_f64(import),
            )),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        Timing {
            onset_seconds: self.import_seconds,
            proof: Part {
                from_seconds: self.import_seconds.saturating_sub(900),
                until_seconds: self.import_seconds + self.every_seconds + 2_000,
            },
        }
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let archive = |documents| {
            Happening::ImportArchive(Archive {
                tenant: self.tenant,
                documents,
                bytes: self.document_bytes,
            })
        };
        let enrich = Happening::Enrich(Enrichment {
            tenant: self.tenant,
            passes: self.passes,
            every: Duration::from_secs(self.every_seconds),
        });
        let event = |at_seconds, what| Event { at_seconds, what };
        Conditions {
            events: vec![
                event(SET_UP_SECONDS, archive(DOCUMENTS_BEFORE)),
                event(SET_UP_SECONDS, enrich),
                event(self.import_seconds, archive(self.documents)),
            ],
            red_herrings: self.red_herrings.clone(),
            ..Conditions::ordinary()
        }
    }
}
