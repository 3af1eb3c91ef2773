//! Keeps a tenant's hourly rollups up to date.

use std::time::Duration;

use super::{JobError, JobServices};
use crate::types::job::Job;

pub(super) async fn run(services: &JobServices, job: &Job) -> Result<(), JobError> {
    let now = sim::now();
    // The hour before may have got late entries since the last run.
    services
        .reports
        .roll_up(&job.tenant_id, now - Duration::from_hours(1))
        .await?;
    services.reports.roll_up(&job.tenant_id, now).await?;
    Ok(())
}
