//! What each kind of job does.

mod cleanup;
mod data_sync;
mod email;
mod report;

use std::time::Duration;

use thiserror::Error;

use crate::infra::external_apis::CallError;
use crate::infra::{Database, DatabaseError};
use crate::services::ServiceError;
use crate::services::data_service::DataService;
use crate::services::notification_service::NotificationClient;
use crate::services::report_service::ReportService;
use crate::types::job::{Job, JobKind};

/// The services that jobs work with. Cheap to clone.
#[derive(Clone)]
pub struct JobServices {
    /// For cleanup, which belongs to no service.
    pub db: Database,
    /// For data synchronisation.
    pub data: DataService,
    /// For reports.
    pub reports: ReportService,
    /// For digests.
    pub notifications: NotificationClient,
}

/// Why a run failed.
#[derive(Debug, Error)]
pub(super) enum JobError {
    #[error("took longer than {} s", limit.as_secs())]
    Timeout { limit: Duration },
    #[error("the job's payload cannot be used: {0}")]
    Payload(#[from] serde_json::Error),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl JobError {
    /// A short, stable name for telemetry (`error.type`).
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Timeout { .. } => "timeout",
            Self::Payload(_) => "payload",
            Self::Service(ServiceError::Database(error)) | Self::Database(error) => error.kind(),
            Self::Service(_) => "service",
            Self::Call(_) => "call",
        }
    }
}

impl JobServices {
    /// Runs a job once.
    pub(super) async fn run(&self, job: &Job) -> Result<(), JobError> {
        match job.kind {
            JobKind::DataSync => data_sync::run(self, job).await,
            JobKind::Email => email::run(self, job).await,
            JobKind::Report => report::run(self, job).await,
            JobKind::Cleanup => cleanup::run(self, job).await,
        }
    }
}
