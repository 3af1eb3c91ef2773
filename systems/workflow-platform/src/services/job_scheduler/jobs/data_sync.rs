//! Brings a data set up to date with its source.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{JobError, JobServices};
use crate::services::data_service::RECORD_COST;
use crate::types::job::Job;

#[derive(Deserialize)]
struct Payload {
    dataset: String,
    source: String,
    batch: u32,
}

pub(super) async fn run(services: &JobServices, job: &Job) -> Result<(), JobError> {
    let payload = Payload::deserialize(&job.payload)?;
    let due_ms = job.due_at.as_unix_nanos() / 1_000_000;
    let records: Vec<Json> = sim::cpu::work(RECORD_COST * payload.batch, || {
        let record = |row| serde_json::json!({ "source": payload.source, "row": row, "synced_at_ms": due_ms });
        (0..payload.batch).map(record).collect()
    })
    .await;
    services
        .data
        .store(&job.tenant_id, &payload.dataset, &records)
        .await?;
    Ok(())
}
