//! Starting a workflow.

use std::sync::Arc;

use serde_json::Value as Json;
use sim::postgres::{Row, Value};

use super::rows;
use super::service::WorkflowService;
use crate::infra::Transaction;
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::api::{StartWorkflow, StartedExecution};
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};
use crate::types::validate::Violations;
use crate::types::workflow::{ExecutionStatus, WorkflowStatus};
use crate::types::{ExecutionId, WorkflowId};

const WORKFLOW_TO_START: &str =
    "SELECT status, version, definition FROM workflows WHERE id = $1 AND tenant_id = $2";

const INSERT_EXECUTION: &str = "INSERT INTO workflow_executions (id, workflow_id, tenant_id, status, definition, \
     input, state, current_step, started_by, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $9)";

const INSERT_HISTORY: &str = "INSERT INTO workflow_history (workflow_id, execution_id, event, at) \
     VALUES ($1, $2, 'execution.accepted', $3)";

impl WorkflowService {
    /// Accepts a start: stores an execution and hands it to the engine.
    ///
    /// An execution that the engine does not take at once stays pending; the engine looks for such executions.
    ///
    /// # Errors
    /// When the workflow does not exist or is not active, the input is not allowed, or the database fails.
    #[tracing::instrument(name = "workflow.start", skip_all, fields(execution.id = tracing::field::Empty))]
    pub async fn start(
        &self,
        principal: &Principal,
        id: WorkflowId,
        request: StartWorkflow,
    ) -> Result<StartedExecution, ServiceError> {
        require(principal, Permission::WorkflowRun)?;
        let execution_id = ExecutionId::generate();
        tracing::Span::current().record("execution.id", tracing::field::display(execution_id));
        self.db
            .transaction(async |tx: &mut Transaction| {
                let workflow = startable(tx, principal, id).await?;
                self.approve_input(principal, id, &workflow, &request.input)
                    .await?;
                accept(tx, principal, id, execution_id, &workflow, request.input).await
            })
            .await?;
        tracing::info!(workflow.id = %id, execution.id = %execution_id, "workflow started");
        if let Err(error) = self.engine.run(execution_id).await {
            tracing::warn!(execution.id = %execution_id, error = %error, "engine did not take the execution yet");
        }
        Ok(StartedExecution {
            execution_id,
            workflow_id: id,
            status: ExecutionStatus::Pending,
        })
    }

    /// Refuses input that the definition or the tenant's policies do not allow.
    async fn approve_input(
        &self,
        principal: &Principal,
        id: WorkflowId,
        workflow: &Row,
        input: &Json,
    ) -> Result<(), ServiceError> {
        let mut violations = Violations::default();
        rows::inputs(workflow)?.check(input, &mut violations);
        violations.into_result().map_err(ServiceError::Invalid)?;
        let version = workflow.get("version");
        let report = self
            .validation
            .check_input(&principal.tenant_id, id, version, input)
            .await?;
        report.into_result().map_err(ServiceError::Invalid)
    }
}

/// The workflow, provided that it can be started.
async fn startable(
    tx: &mut Transaction,
    principal: &Principal,
    id: WorkflowId,
) -> Result<Row, ServiceError> {
    let row = tx
        .query_opt(
            WORKFLOW_TO_START,
            &[Value::from(id), principal.tenant_id.to_value()],
        )
        .await?;
    let row = row.ok_or_else(|| ServiceError::not_found("workflow", id))?;
    match rows::workflow_status(&row)? {
        WorkflowStatus::Active => Ok(row),
        status => Err(ServiceError::Conflict(format!(
            "the workflow is {}; only an active workflow can be started",
            status.as_str()
        ))),
    }
}

/// Stores the execution, with the definition that it is started with, and the first entry of its history.
pub(super) async fn accept(
    tx: &mut Transaction,
    principal: &Principal,
    id: WorkflowId,
    execution_id: ExecutionId,
    workflow: &Row,
    input: Json,
) -> Result<(), ServiceError> {
    let now = Value::from(Instant::now().0);
    let parameters = [
        Value::from(execution_id),
        Value::from(id),
        principal.tenant_id.to_value(),
        Value::from(ExecutionStatus::Pending.as_str()),
        Value::from(workflow.get::<Arc<Json>>("definition")),
        Value::from(input),
        Value::from(Json::Null),
        Value::from(principal.user_id),
        now.clone(),
    ];
    tx.execute(INSERT_EXECUTION, &parameters).await?;
    let entry = [Value::from(id), Value::from(execution_id), now];
    tx.execute(INSERT_HISTORY, &entry).await?;
    Ok(())
}
