//! What a scenario may set: the conditions under which the platform lives through an incident.
//!
//! Everything has its ordinary value in [`Conditions::ordinary`]; a scenario changes what wakes its fault and nothing
//! else. Start there.

use std::time::Duration;

use sim::Timestamp;
use sim::http::Scheduled;
use workflow_platform::Role;

use super::red_herrings::RedHerring;

/// The conditions of one incident.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    /// Requests a second around the middle of the day.
    pub(crate) rate: f64,
    /// Who the customers are and what they have.
    pub(crate) customers: Customers,
    /// The validation service's bad times.
    pub(crate) validation: Vec<Scheduled>,
    /// When one customer's webhook endpoint is down.
    pub(crate) endpoint: Option<Outage>,
    /// Start pages that people leave open.
    pub(crate) start_pages: Option<StartPages>,
    /// Executions that the database keeps; a simulation holds only a part of them.
    pub(crate) executions_kept: u64,
    /// Memory beyond which the workflow service is killed, in bytes.
    pub(crate) engine_memory_limit: u64,
    /// What people do, and when.
    pub(crate) events: Vec<Event>,
    /// Coincidences.
    pub(crate) red_herrings: Vec<RedHerring>,
}

/// Who the customers are, as far as a scenario says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Customers {
    /// Workflows that are synchronised on the hour, over all customers.
    pub(crate) hourly_syncs: usize,
    /// Records that each of these compares with its source.
    pub(crate) hourly_sync_records: u32,
    /// The length of the documents that come with a start, in bytes; nothing when there are none.
    pub(crate) documents: Option<std::ops::Range<u64>>,
    /// Share of starts whose workflow waits for somebody for some minutes.
    pub(crate) waiting_share: f64,
}

/// A customer's endpoint answers 503 to everything.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outage {
    /// The customer's rank in traffic; 0 sends the most.
    pub(crate) rank: usize,
    /// Its beginning.
    pub(crate) from: Timestamp,
    /// Its end.
    pub(crate) until: Timestamp,
}

/// Start pages that people leave open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StartPages {
    /// How many are open from the beginning.
    pub(crate) early: u64,
    /// How many more are opened.
    pub(crate) count: u64,
    /// When the first of these are opened …
    pub(crate) from: Timestamp,
    /// … and how long it takes until all of them are.
    pub(crate) over: Duration,
}

/// Something that happens at some time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// Seconds after the start of the window.
    pub(crate) at_seconds: u64,
    /// What happens.
    pub(crate) what: Happening,
}

/// See [`Event`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Happening {
    /// The engineer on call restarts the api.
    RestartApi,
    /// A customer imports documents into a data set.
    ImportArchive(Archive),
    /// A customer starts one workflow several times, again and again.
    Enrich(Enrichment),
    /// Somebody takes a heap snapshot of a process.
    HeapSnapshot(Role),
}

/// A customer's documents.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Archive {
    /// The customer's place in the list.
    pub(crate) tenant: usize,
    /// How many there are.
    pub(crate) documents: u32,
    /// The length of each, in bytes.
    pub(crate) bytes: u64,
}

/// A workflow that goes through a whole data set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enrichment {
    /// The customer's place in the list.
    pub(crate) tenant: usize,
    /// How often it is started at a time.
    pub(crate) passes: u32,
    /// Time from one such time to the next.
    pub(crate) every: Duration,
}

impl Happening {
    /// Whether it goes on, so that a part of an incident that begins later must begin with it.
    pub(crate) const fn goes_on(&self) -> bool {
        matches!(self, Self::ImportArchive(_) | Self::Enrich(_))
    }
}

impl Conditions {
    /// An ordinary day.
    pub(crate) fn ordinary() -> Self {
        Self {
            rate: 20.0,
            customers: Customers {
                hourly_syncs: 0,
                hourly_sync_records: 0,
                documents: None,
                waiting_share: 0.0,
            },
            validation: Vec::new(),
            endpoint: None,
            start_pages: None,
            executions_kept: 14_000_000,
            engine_memory_limit: 2 << 30,
            events: Vec::new(),
            red_herrings: Vec::new(),
        }
    }
}
