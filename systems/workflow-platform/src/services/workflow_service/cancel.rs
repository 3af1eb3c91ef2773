//! Cancelling what runs.

use sim::postgres::Value;

use super::service::WorkflowService;
use crate::infra::Transaction;
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::api::CancelledExecutions;
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};
use crate::types::{ExecutionId, WorkflowId};

const CANCEL: &str = "UPDATE workflow_executions SET status = 'cancelled', updated_at = $3, finished_at = $3 \
     WHERE workflow_id = $1 AND tenant_id = $2 AND status IN ('pending', 'running') RETURNING id";

const INSERT_HISTORY: &str = "INSERT INTO workflow_history (workflow_id, execution_id, event, at) \
     VALUES ($1, $2, 'execution.cancelled', $3)";

impl WorkflowService {
    /// Cancels every execution of a workflow that has not ended. The engine stops before the next step.
    ///
    /// # Errors
    /// When nothing of the workflow runs, or the database fails.
    #[tracing::instrument(name = "workflow.cancel", skip_all)]
    pub async fn cancel(
        &self,
        principal: &Principal,
        id: WorkflowId,
    ) -> Result<CancelledExecutions, ServiceError> {
        require(principal, Permission::WorkflowRun)?;
        let now = Value::from(Instant::now().0);
        let cancelled = self
            .db
            .transaction(async |tx: &mut Transaction| {
                let parameters = [Value::from(id), principal.tenant_id.to_value(), now.clone()];
                let rows = tx.query(CANCEL, &parameters).await?;
                let cancelled: Vec<_> = rows.iter().map(|row| ExecutionId(row.get("id"))).collect();
                for execution in &cancelled {
                    let entry = [Value::from(id), Value::from(*execution), now.clone()];
                    tx.execute(INSERT_HISTORY, &entry).await?;
                }
                Ok::<_, ServiceError>(cancelled)
            })
            .await?;
        if cancelled.is_empty() {
            return Err(ServiceError::Conflict(
                "no execution of this workflow is pending or running".to_owned(),
            ));
        }
        tracing::info!(workflow.id = %id, executions = cancelled.len(), "executions cancelled");
        Ok(CancelledExecutions {
            workflow_id: id,
            cancelled,
        })
    }
}
