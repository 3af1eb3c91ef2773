//! Records as they are stored.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use sim::postgres::Value;

use crate::infra::{DatabaseError, Transaction};
use crate::types::TenantId;

/// What reading or writing one record of usual size costs a core.
pub const RECORD_COST: Duration = Duration::from_micros(25);

/// Records that one statement inserts.
const BATCH: usize = 50;

/// One record of a data set.
pub type Record = Arc<Json>;

/// Stores `records`, a batch a statement.
pub(super) async fn insert(
    tx: &mut Transaction,
    tenant_id: &TenantId,
    dataset: &str,
    records: &[Json],
) -> Result<u64, DatabaseError> {
    let mut stored = 0;
    let now = Value::from(sim::now());
    for batch in records.chunks(BATCH) {
        let mut parameters = vec![tenant_id.to_value(), Value::from(dataset), now.clone()];
        for record in batch {
            parameters.push(Value::from(sim::uuid()));
            parameters.push(Value::from(record));
        }
        stored += tx
            .execute(&insert_statement(batch.len()), &parameters)
            .await?;
    }
    Ok(stored)
}

fn insert_statement(records: usize) -> String {
    let mut sql = String::from(
        "INSERT INTO data_records (id, tenant_id, dataset, record, created_at) VALUES ",
    );
    for index in 0..records {
        let separator = if index == 0 { "" } else { ", " };
        let first = 4 + 2 * index;
        sql.push_str(&format!(
            "{separator}(${first}, $1, $2, ${}, $3)",
            first + 1
        ));
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_statement() {
        assert!(insert_statement(2).ends_with("VALUES ($4, $1, $2, $5, $3), ($6, $1, $2, $7, $3)"));
    }
}
