//! Brings a data set up to date with its source: compares every record and stores those that changed.

use serde::Deserialize;
use serde_json::Value as Json;
use sim::postgres::Value;

use super::{JobError, JobServices};
use crate::services::data_service::RECORD_COST;
use crate::types::job::Job;

/// Records that are compared at a stretch; between stretches others get their turn.
const STRETCH: u32 = 200;

/// One of so many records changes between two runs.
const CHANGES_ONE_IN: u64 = 400;

const KNOWN: &str =
    "SELECT count(*) AS found FROM data_records WHERE tenant_id = $1 AND dataset = $2";

#[derive(Deserialize)]
struct Payload {
    dataset: String,
    source: String,
    records: u32,
}

pub(super) async fn run(services: &JobServices, job: &Job) -> Result<(), JobError> {
    let payload = Payload::deserialize(&job.payload)?;
    let due_ms = job.due_at.as_unix_nanos() / 1_000_000;
    let mut changed = Vec::new();
    for first in (0..payload.records).step_by(STRETCH as usize) {
        let stretch = first..(first + STRETCH).min(payload.records);
        let cost = RECORD_COST * (stretch.end - stretch.start);
        let rows = stretch.filter(|row| has_changed(*row, due_ms));
        changed.extend(sim::cpu::work(cost, || rows.collect::<Vec<_>>()).await);
        sim::yield_now().await;
    }
    let record = |row: &u32| serde_json::json!({ "source": payload.source, "row": row, "synced_at_ms": due_ms });
    let records: Vec<Json> = changed.iter().map(record).collect();
    if !records.is_empty() {
        services
            .data
            .store(&job.tenant_id, &payload.dataset, &records)
            .await?;
    }
    let parameters = [job.tenant_id.to_value(), Value::from(&payload.dataset)];
    let known = services.db.query_opt(KNOWN, &parameters).await?;
    let known: i64 = known.map_or(0, |row| row.get("found"));
    tracing::info!(
        job.id = %job.id,
        data.dataset = payload.dataset,
        known,
        compared = payload.records,
        changed = records.len(),
        "data set synchronised"
    );
    Ok(())
}

/// Whether the source has another version of a record than the run before saw.
fn has_changed(row: u32, due_ms: u64) -> bool {
    (u64::from(row) + due_ms / 1_000).is_multiple_of(CHANGES_ONE_IN)
}
