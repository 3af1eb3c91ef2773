//! Jobs in the database.

use std::sync::Arc;
use std::time::Duration;

use sim::postgres::{Row, Value};

use super::plan::Next;
use crate::infra::{Database, DatabaseError, Transaction};
use crate::types::job::{Job, JobKind};
use crate::types::{JobId, TenantId};

// Other instances skip what this one has locked.
const DUE: &str = "SELECT id, tenant_id, kind, schedule, payload, due_at, attempts FROM jobs \
     WHERE status = 'scheduled' AND due_at <= $1 ORDER BY due_at FOR UPDATE SKIP LOCKED";

const START: &str = "UPDATE jobs SET status = 'running', updated_at = $2 WHERE id = ANY($1)";

const PLAN: &str = "UPDATE jobs SET status = 'scheduled', due_at = $2, attempts = $3, last_error = $4, \
     updated_at = $5 WHERE id = $1";

const DISABLE: &str =
    "UPDATE jobs SET status = 'disabled', last_error = $2, updated_at = $3 WHERE id = $1";

const RELEASE_LOST: &str = "UPDATE jobs SET status = 'scheduled', updated_at = $1 \
     WHERE status = 'running' AND updated_at < $2";

/// The scheduler's view of the database.
#[derive(Clone)]
pub(super) struct Store {
    db: Database,
}

impl Store {
    pub(super) fn new(db: Database) -> Self {
        Self { db }
    }

    /// Claims the jobs that are due, the longest due first.
    pub(super) async fn claim(&self) -> Result<Vec<Job>, DatabaseError> {
        let now = Value::from(sim::now());
        self.db
            .transaction(async |tx: &mut Transaction| {
                let rows = tx.query(DUE, std::slice::from_ref(&now)).await?;
                if rows.is_empty() {
                    return Ok(Vec::new());
                }
                let jobs = rows.iter().map(job).collect::<Result<Vec<_>, _>>()?;
                let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
                tx.execute(START, &[Value::from(&ids[..]), now.clone()])
                    .await?;
                Ok(jobs)
            })
            .await
    }

    /// Plans a job's next run.
    pub(super) async fn plan(
        &self,
        id: JobId,
        next: Next,
        error: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let parameters = [
            Value::from(id),
            Value::from(next.due_at),
            Value::from(next.attempts),
            Value::from(error),
            Value::from(sim::now()),
        ];
        self.db.execute(PLAN, &parameters).await.map(drop)
    }

    /// Takes a job off the schedule.
    pub(super) async fn disable(&self, id: JobId, reason: &str) -> Result<(), DatabaseError> {
        let parameters = [
            Value::from(id),
            Value::from(reason),
            Value::from(sim::now()),
        ];
        self.db.execute(DISABLE, &parameters).await.map(drop)
    }

    /// Puts jobs back on the schedule that were claimed more than `age` ago and never ended: their process went away.
    pub(super) async fn release_lost(&self, age: Duration) -> Result<u64, DatabaseError> {
        let now = sim::now();
        self.db
            .execute(RELEASE_LOST, &[Value::from(now), Value::from(now - age)])
            .await
    }
}

fn job(row: &Row) -> Result<Job, DatabaseError> {
    let kind: Arc<str> = row.get("kind");
    let kind = JobKind::parse(&kind).ok_or_else(|| DatabaseError::Corrupt {
        column: "kind",
        reason: format!("`{kind}` is unknown"),
    })?;
    Ok(Job {
        id: JobId(row.get("id")),
        tenant_id: TenantId::new(row.get::<Arc<str>>("tenant_id")),
        kind,
        schedule: row.get("schedule"),
        payload: row.get("payload"),
        due_at: row.get("due_at"),
        attempts: row.get("attempts"),
    })
}
