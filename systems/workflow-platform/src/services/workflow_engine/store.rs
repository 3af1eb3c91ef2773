//! Executions in the database, as the engine needs them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;
use sim::Timestamp;
use sim::postgres::{Row, Value};

use super::state::ExecutionState;
use crate::infra::{Database, DatabaseError, metrics};
use crate::types::workflow::{Definition, ExecutionStatus};
use crate::types::{ExecutionId, TenantId, WorkflowId};

const CLAIM: &str = "UPDATE workflow_executions SET status = 'running', updated_at = $2 \
     WHERE id = $1 AND status = 'pending' \
     RETURNING id, workflow_id, tenant_id, definition, input, state, current_step, created_at";

const SAVE: &str = "UPDATE workflow_executions SET state = $2, current_step = $3, updated_at = $4 \
     WHERE id = $1 AND status = 'running' RETURNING state";

const RELEASE: &str = "UPDATE workflow_executions SET status = 'pending', updated_at = $2 \
     WHERE id = $1 AND status = 'running'";

// The state served its purpose; the history keeps what happened.
const FINISH: &str = "UPDATE workflow_executions SET status = $2, state = $3, current_step = $4, error = $5, \
     updated_at = $6, finished_at = $6 WHERE id = $1 AND status = 'running'";

// An execution that had begun is not among them: its steps may have done things that must not happen twice.
const ABANDONED: &str = "SELECT id FROM workflow_executions WHERE finished_at IS NULL \
     AND updated_at < $1 AND status = 'pending' ORDER BY updated_at LIMIT $2";

/// An execution that this engine works on.
pub(super) struct Claimed {
    pub(super) id: ExecutionId,
    pub(super) workflow_id: WorkflowId,
    pub(super) tenant_id: TenantId,
    pub(super) definition: Definition,
    pub(super) input: Arc<Json>,
    pub(super) state: ExecutionState,
    /// The memory that the state takes.
    pub(super) memory: sim::memory::Charge,
    pub(super) first_step: usize,
    pub(super) created_at: Timestamp,
}

/// One entry of an execution's history.
pub(super) struct HistoryEntry {
    pub(super) event: &'static str,
    pub(super) step: Option<String>,
    pub(super) at: Timestamp,
}

sim::heap!(HistoryEntry { step });

/// The engine's view of the database.
#[derive(Clone)]
pub(super) struct Store {
    db: Database,
}

impl Store {
    pub(super) fn new(db: Database) -> Self {
        Self { db }
    }

    /// Takes an execution, unless it was taken or cancelled already.
    pub(super) async fn claim(&self, id: ExecutionId) -> Result<Option<Claimed>, DatabaseError> {
        let row = self
            .db
            .query_opt(CLAIM, &[Value::from(id), Value::from(sim::now())])
            .await?;
        match row {
            Some(row) => claimed(&row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Gives an execution back that could not go on.
    pub(super) async fn release(&self, id: ExecutionId) -> Result<(), DatabaseError> {
        let parameters = [Value::from(id), Value::from(sim::now())];
        self.db.execute(RELEASE, &parameters).await.map(drop)
    }

    /// Stores progress and gives the state as it is stored. `None` when the execution is not running any more.
    pub(super) async fn save(
        &self,
        execution: &Claimed,
        current_step: usize,
    ) -> Result<Option<ExecutionState>, DatabaseError> {
        let (document, size_bytes) = execution.state.serialize().await;
        metrics::state_stored(size_bytes);
        let parameters = [
            Value::from(execution.id),
            Value::from(document),
            Value::from(current_step as i64),
            Value::from(sim::now()),
        ];
        match self.db.query_opt(SAVE, &parameters).await? {
            Some(row) => {
                let state = ExecutionState::parse(row.get("state"), &execution.input);
                Ok(Some(state.await))
            }
            None => Ok(None),
        }
    }

    /// Stores the end. `false` when the execution was not running any more.
    pub(super) async fn finish(
        &self,
        id: ExecutionId,
        status: ExecutionStatus,
        current_step: usize,
        error: Option<&str>,
    ) -> Result<bool, DatabaseError> {
        let parameters = [
            Value::from(id),
            Value::from(status.as_str()),
            Value::from(Json::Null),
            Value::from(current_step as i64),
            Value::from(error),
            Value::from(sim::now()),
        ];
        Ok(self.db.execute(FINISH, &parameters).await? > 0)
    }

    /// Appends to the history, all entries in one statement.
    pub(super) async fn record(
        &self,
        execution: &Claimed,
        entries: Vec<HistoryEntry>,
    ) -> Result<(), DatabaseError> {
        let mut sql = String::from(
            "INSERT INTO workflow_history (workflow_id, execution_id, event, step, at) VALUES ",
        );
        let mut parameters = vec![
            Value::from(execution.workflow_id),
            Value::from(execution.id),
        ];
        for entry in entries {
            let separator = if parameters.len() == 2 { "" } else { ", " };
            let first = parameters.len() + 1;
            let (second, third) = (first + 1, first + 2);
            // Writing into a string does not fail.
            let _ = write!(sql, "{separator}($1, $2, ${first}, ${second}, ${third})");
            parameters.push(Value::from(entry.event));
            parameters.push(Value::from(entry.step.unwrap_or_default()));
            parameters.push(Value::from(entry.at));
        }
        self.db.execute(&sql, &parameters).await.map(drop)
    }

    /// Executions without progress for `age`, the oldest first.
    pub(super) async fn abandoned(
        &self,
        age: Duration,
        limit: i64,
    ) -> Result<Vec<ExecutionId>, DatabaseError> {
        let before = sim::now() - age;
        let rows = self
            .db
            .query(ABANDONED, &[Value::from(before), Value::from(limit)])
            .await?;
        Ok(rows.iter().map(|row| ExecutionId(row.get("id"))).collect())
    }
}

async fn claimed(row: &Row) -> Result<Claimed, DatabaseError> {
    let definition: Arc<Json> = row.get("definition");
    let definition =
        Definition::deserialize(&*definition).map_err(|error| DatabaseError::Corrupt {
            column: "definition",
            reason: error.to_string(),
        })?;
    let current_step: i64 = row.get("current_step");
    let input: Arc<Json> = row.get("input");
    let state = ExecutionState::parse(row.get("state"), &input).await;
    Ok(Claimed {
        id: ExecutionId(row.get("id")),
        workflow_id: WorkflowId(row.get("workflow_id")),
        tenant_id: TenantId::new(row.get::<Arc<str>>("tenant_id")),
        definition,
        memory: sim::memory::charge(state.size_bytes()),
        state,
        input,
        first_step: usize::try_from(current_step).unwrap_or(0),
        created_at: row.get("created_at"),
    })
}
