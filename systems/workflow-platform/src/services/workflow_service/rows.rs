//! Rows of the workflow tables as types.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;
use sim::Timestamp;
use sim::postgres::{Row, Value};
use uuid::Uuid;

use crate::infra::DatabaseError;
use crate::types::api::HistoryEntry;
use crate::types::workflow::{
    Definition, Execution, ExecutionStatus, Inputs, Workflow, WorkflowStatus, WorkflowSummary,
};
use crate::types::{ExecutionId, TenantId, UserId, WorkflowId};

pub(super) fn workflow(row: &Row) -> Result<Workflow, DatabaseError> {
    Ok(Workflow {
        id: WorkflowId(row.get("id")),
        tenant_id: TenantId::new(row.get::<Arc<str>>("tenant_id")),
        name: row.get("name"),
        description: row.get("description"),
        status: workflow_status(row)?,
        version: row.get("version"),
        definition: definition(row)?,
        created_by: UserId(row.get("created_by")),
        created_at: row.get::<Timestamp>("created_at").into(),
        updated_at: row.get::<Timestamp>("updated_at").into(),
    })
}

pub(super) fn summary(row: &Row) -> Result<WorkflowSummary, DatabaseError> {
    Ok(WorkflowSummary {
        id: WorkflowId(row.get("id")),
        name: row.get("name"),
        status: workflow_status(row)?,
        version: row.get("version"),
        updated_at: row.get::<Timestamp>("updated_at").into(),
    })
}

pub(super) fn execution(row: &Row) -> Result<Execution, DatabaseError> {
    let name: Arc<str> = row.get("status");
    let status = ExecutionStatus::parse(&name).ok_or_else(|| unknown("status", &name))?;
    Ok(Execution {
        id: ExecutionId(row.get("id")),
        workflow_id: WorkflowId(row.get("workflow_id")),
        status,
        current_step: row.get("current_step"),
        error: row.get("error"),
        created_at: row.get::<Timestamp>("created_at").into(),
        finished_at: row.get::<Option<Timestamp>>("finished_at").map(Into::into),
    })
}

pub(super) fn history_entry(row: &Row) -> HistoryEntry {
    HistoryEntry {
        execution_id: ExecutionId(row.get::<Uuid>("execution_id")),
        event: row.get("event"),
        step: row
            .get::<Option<String>>("step")
            .filter(|step| !step.is_empty()),
        at: row.get::<Timestamp>("at").into(),
    }
}

pub(super) fn definition(row: &Row) -> Result<Definition, DatabaseError> {
    let json: Arc<Json> = row.get("definition");
    Definition::deserialize(&*json).map_err(|error| DatabaseError::Corrupt {
        column: "definition",
        reason: error.to_string(),
    })
}

/// The declared inputs alone, which is all that a start looks at.
pub(super) fn inputs(row: &Row) -> Result<Inputs, DatabaseError> {
    #[derive(Deserialize)]
    struct Declared {
        #[serde(default)]
        inputs: Inputs,
    }
    let json: Arc<Json> = row.get("definition");
    Declared::deserialize(&*json)
        .map(|declared| declared.inputs)
        .map_err(|error| DatabaseError::Corrupt {
            column: "definition",
            reason: error.to_string(),
        })
}

pub(super) fn workflow_status(row: &Row) -> Result<WorkflowStatus, DatabaseError> {
    let name: Arc<str> = row.get("status");
    WorkflowStatus::parse(&name).ok_or_else(|| unknown("status", &name))
}

fn unknown(column: &'static str, value: &str) -> DatabaseError {
    DatabaseError::Corrupt {
        column,
        reason: format!("`{value}` is unknown"),
    }
}

pub(super) fn definition_value(definition: &Definition) -> Result<Value, DatabaseError> {
    serde_json::to_value(definition)
        .map(Value::from)
        .map_err(|error| DatabaseError::Corrupt {
            column: "definition",
            reason: error.to_string(),
        })
}
