//! Background jobs: what runs on a schedule for a tenant.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sim::Timestamp;

use super::{JobId, TenantId};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Brings a data set up to date with its source.
    DataSync,
    /// Sends a digest by e-mail.
    Email,
    /// Aggregates a tenant's executions into a report.
    Report,
    /// Deletes what is past its retention.
    Cleanup,
}

impl JobKind {
    /// The name in the database and in telemetry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataSync => "data-sync",
            Self::Email => "email",
            Self::Report => "report",
            Self::Cleanup => "cleanup",
        }
    }

    /// Reads the name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::DataSync, Self::Email, Self::Report, Self::Cleanup]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A job that is due.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its identifier.
    pub id: JobId,
    /// For whom.
    pub tenant_id: TenantId,
    /// What it does.
    pub kind: JobKind,
    /// When it runs, as a cron expression in UTC.
    pub schedule: String,
    /// Parameters of the kind.
    pub payload: Json,
    /// The time that it was due.
    pub due_at: Timestamp,
    /// Runs that failed in a row.
    pub attempts: u32,
}
