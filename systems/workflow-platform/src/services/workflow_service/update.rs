//! Changing a workflow.

use sim::postgres::Value;

use super::create::name_taken;
use super::rows;
use super::service::WorkflowService;
use crate::infra::Transaction;
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::api::UpdateWorkflow;
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};
use crate::types::workflow::Workflow;
use crate::types::{TenantId, WorkflowId};

const WORKFLOW_FOR_UPDATE: &str = "SELECT id, tenant_id, name, description, status, version, definition, \
     created_by, created_at, updated_at FROM workflows WHERE id = $1 AND tenant_id = $2 FOR UPDATE";

const UPDATE: &str = "UPDATE workflows SET name = $2, description = $3, status = $4, version = $5, \
     definition = $6, updated_at = $7 WHERE id = $1";

impl WorkflowService {
    /// Changes a workflow. Executions that run already keep the definition that they were started with.
    ///
    /// # Errors
    /// When it does not exist, was changed by someone else meanwhile, the name is taken, the definition is not
    /// allowed, or the database fails.
    #[tracing::instrument(name = "workflow.update", skip_all)]
    pub async fn update(
        &self,
        principal: &Principal,
        id: WorkflowId,
        request: UpdateWorkflow,
    ) -> Result<Workflow, ServiceError> {
        require(principal, Permission::WorkflowWrite)?;
        let updated = self
            .db
            .transaction(async |tx: &mut Transaction| {
                let stored = lock(tx, &principal.tenant_id, id).await?;
                let updated = apply(stored, request)?;
                self.approve_definition(&updated.tenant_id, &updated.definition)
                    .await?;
                store(tx, &updated).await?;
                Ok::<_, ServiceError>(updated)
            })
            .await?;
        tracing::info!(workflow.id = %id, workflow.version = updated.version, "workflow updated");
        Ok(updated)
    }
}

async fn lock(
    tx: &mut Transaction,
    tenant_id: &TenantId,
    id: WorkflowId,
) -> Result<Workflow, ServiceError> {
    let row = tx
        .query_opt(
            WORKFLOW_FOR_UPDATE,
            &[Value::from(id), tenant_id.to_value()],
        )
        .await?;
    let row = row.ok_or_else(|| ServiceError::not_found("workflow", id))?;
    Ok(rows::workflow(&row)?)
}

fn apply(stored: Workflow, request: UpdateWorkflow) -> Result<Workflow, ServiceError> {
    if let Some(expected) = request.version
        && expected != stored.version
    {
        return Err(ServiceError::Conflict(format!(
            "the workflow is at version {} and not {expected}; read it again",
            stored.version
        )));
    }
    Ok(Workflow {
        name: request.name.unwrap_or(stored.name),
        description: request.description.unwrap_or(stored.description),
        definition: request.definition.unwrap_or(stored.definition),
        status: request.status.unwrap_or(stored.status),
        version: stored.version + 1,
        updated_at: Instant::now(),
        ..stored
    })
}

async fn store(tx: &mut Transaction, workflow: &Workflow) -> Result<(), ServiceError> {
    let parameters = [
        Value::from(workflow.id),
        Value::from(&workflow.name),
        Value::from(&workflow.description),
        Value::from(workflow.status.as_str()),
        Value::from(workflow.version),
        rows::definition_value(&workflow.definition)?,
        Value::from(workflow.updated_at.0),
    ];
    tx.execute(UPDATE, &parameters)
        .await
        .map(drop)
        .map_err(|error| name_taken(error, &workflow.name))
}
