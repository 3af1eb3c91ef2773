//! Creating a workflow.

use sim::postgres::Value;

use super::service::WorkflowService;
use crate::infra::{DatabaseError, Transaction};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::api::CreateWorkflow;
use crate::types::time::Instant;
use crate::types::user::{Permission, Principal};
use crate::types::workflow::{Workflow, WorkflowStatus};
use crate::types::{TenantId, WorkflowId};

const PLAN: &str = "SELECT workflows_max FROM tenants WHERE id = $1";

const COUNT: &str = "SELECT count(*) AS workflows FROM workflows WHERE tenant_id = $1";

const INSERT: &str = "INSERT INTO workflows (id, tenant_id, name, description, status, version, definition, \
     created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";

impl WorkflowService {
    /// Creates a workflow that can be started at once.
    ///
    /// # Errors
    /// When the plan allows no more, the name is taken, the definition is not allowed, or the database fails.
    #[tracing::instrument(name = "workflow.create", skip_all)]
    pub async fn create(
        &self,
        principal: &Principal,
        request: CreateWorkflow,
    ) -> Result<Workflow, ServiceError> {
        require(principal, Permission::WorkflowWrite)?;
        let now = Instant::now();
        let workflow = Workflow {
            id: WorkflowId::generate(),
            tenant_id: principal.tenant_id.clone(),
            name: request.name,
            description: request.description,
            status: WorkflowStatus::Active,
            version: 1,
            definition: request.definition,
            created_by: principal.user_id,
            created_at: now,
            updated_at: now,
        };
        self.db
            .transaction(async |tx: &mut Transaction| {
                check_quota(tx, &workflow.tenant_id).await?;
                self.approve_definition(&workflow.tenant_id, &workflow.definition)
                    .await?;
                insert(tx, &workflow).await
            })
            .await?;
        tracing::info!(workflow.id = %workflow.id, workflow.steps = workflow.definition.steps.len(), "workflow created");
        Ok(workflow)
    }
}

async fn check_quota(tx: &mut Transaction, tenant_id: &TenantId) -> Result<(), ServiceError> {
    let plan = tx.query_opt(PLAN, &[tenant_id.to_value()]).await?;
    let plan = plan.ok_or_else(|| ServiceError::not_found("tenant", tenant_id))?;
    let limit: i64 = plan.get("workflows_max");
    let count = tx.query_opt(COUNT, &[tenant_id.to_value()]).await?;
    let existing: i64 = count.map_or(0, |row| row.get("workflows"));
    if existing >= limit {
        return Err(ServiceError::QuotaExceeded {
            resource: "workflows",
            limit,
        });
    }
    Ok(())
}

async fn insert(tx: &mut Transaction, workflow: &Workflow) -> Result<(), ServiceError> {
    let definition = super::rows::definition_value(&workflow.definition)?;
    let parameters = [
        Value::from(workflow.id),
        workflow.tenant_id.to_value(),
        Value::from(&workflow.name),
        Value::from(&workflow.description),
        Value::from(workflow.status.as_str()),
        Value::from(workflow.version),
        definition,
        Value::from(workflow.created_by),
        Value::from(workflow.created_at.0),
    ];
    tx.execute(INSERT, &parameters)
        .await
        .map(drop)
        .map_err(|error| name_taken(error, &workflow.name))
}

/// A broken unique index on the name, as the caller should see it.
pub(super) fn name_taken(error: DatabaseError, name: &str) -> ServiceError {
    if error.is_unique_violation() {
        ServiceError::Conflict(format!("a workflow named `{name}` exists already"))
    } else {
        error.into()
    }
}
