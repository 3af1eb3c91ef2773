//! Deletes what is past its retention.

use std::time::Duration;

use serde::Deserialize;
use sim::postgres::Value;

use super::{JobError, JobServices};
use crate::types::job::Job;

const NOTIFICATIONS: &str = "DELETE FROM notifications WHERE tenant_id = $1 AND created_at < $2";
const RECORDS: &str =
    "DELETE FROM data_records WHERE tenant_id = $1 AND dataset = $3 AND created_at < $2";

#[derive(Deserialize)]
struct Payload {
    retention_hours: u64,
    dataset: String,
}

pub(super) async fn run(services: &JobServices, job: &Job) -> Result<(), JobError> {
    let payload = Payload::deserialize(&job.payload)?;
    let before = Value::from(sim::now() - Duration::from_hours(payload.retention_hours));
    let tenant = job.tenant_id.to_value();
    let notifications = services
        .db
        .execute(NOTIFICATIONS, &[tenant.clone(), before.clone()])
        .await?;
    let records = services
        .db
        .execute(RECORDS, &[tenant, before, Value::from(payload.dataset)])
        .await?;
    tracing::info!(job.id = %job.id, notifications, records, "old data deleted");
    Ok(())
}
