//! Looking at workflows, their executions and their history.

use sim::postgres::Value;

use super::rows;
use super::service::WorkflowService;
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::WorkflowId;
use crate::types::api::{HistoryEntry, ListWorkflows, Page, Window, WorkflowStatusView};
use crate::types::user::{Permission, Principal};
use crate::types::workflow::{Workflow, WorkflowStatus, WorkflowSummary};

const WORKFLOW_BY_ID: &str = "SELECT id, tenant_id, name, description, status, version, definition, created_by, \
     created_at, updated_at FROM workflows WHERE id = $1 AND tenant_id = $2";

const WORKFLOWS: &str = "SELECT id, name, status, version, updated_at FROM workflows WHERE tenant_id = $1 \
     ORDER BY name LIMIT $2 OFFSET $3";

const WORKFLOWS_BY_STATUS: &str = "SELECT id, name, status, version, updated_at FROM workflows \
     WHERE tenant_id = $1 AND status = $4 ORDER BY name LIMIT $2 OFFSET $3";

const STATUS_BY_ID: &str = "SELECT status FROM workflows WHERE id = $1 AND tenant_id = $2";

const LATEST_EXECUTION: &str = "SELECT id, workflow_id, status, current_step, error, created_at, finished_at \
     FROM workflow_executions WHERE workflow_id = $1 ORDER BY created_at DESC LIMIT 1";

const HISTORY: &str = "SELECT execution_id, event, step, at FROM workflow_history WHERE workflow_id = $1 \
     ORDER BY at DESC LIMIT $2 OFFSET $3";

impl WorkflowService {
    /// One workflow.
    ///
    /// # Errors
    /// When it does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "workflow.get", skip_all)]
    pub async fn get(
        &self,
        principal: &Principal,
        id: WorkflowId,
    ) -> Result<Workflow, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        let parameters = [Value::from(id), principal.tenant_id.to_value()];
        let row = self.db.query_opt(WORKFLOW_BY_ID, &parameters).await?;
        let row = row.ok_or_else(|| ServiceError::not_found("workflow", id))?;
        Ok(rows::workflow(&row)?)
    }

    /// The tenant's workflows by name.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "workflow.list", skip_all)]
    pub async fn list(
        &self,
        principal: &Principal,
        query: &ListWorkflows,
    ) -> Result<Page<WorkflowSummary>, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        let window = query.window();
        let tenant = principal.tenant_id.to_value();
        let (limit, offset) = (
            Value::from(window.limit() + 1),
            Value::from(window.offset()),
        );
        let rows = match query.status {
            None => self.db.query(WORKFLOWS, &[tenant, limit, offset]).await?,
            Some(status) => {
                let status = Value::from(status.as_str());
                self.db
                    .query(WORKFLOWS_BY_STATUS, &[tenant, limit, offset, status])
                    .await?
            }
        };
        let items = rows.iter().map(rows::summary).collect::<Result<_, _>>()?;
        Ok(Page::cut(items, &window))
    }

    /// How a workflow is doing: its own status and that of its latest execution.
    ///
    /// # Errors
    /// When it does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "workflow.status", skip_all)]
    pub async fn status(
        &self,
        principal: &Principal,
        id: WorkflowId,
    ) -> Result<WorkflowStatusView, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        let status = self.workflow_status(principal, id).await?;
        let latest = self
            .db
            .query_opt(LATEST_EXECUTION, &[Value::from(id)])
            .await?;
        let latest_execution = latest.as_ref().map(rows::execution).transpose()?;
        Ok(WorkflowStatusView {
            workflow_id: id,
            status,
            latest_execution,
        })
    }

    /// What happened to a workflow's executions, newest first.
    ///
    /// # Errors
    /// When the workflow does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "workflow.history", skip_all)]
    pub async fn history(
        &self,
        principal: &Principal,
        id: WorkflowId,
        window: &Window,
    ) -> Result<Page<HistoryEntry>, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        self.workflow_status(principal, id).await?;
        let parameters = [
            Value::from(id),
            Value::from(window.limit() + 1),
            Value::from(window.offset()),
        ];
        let rows = self.db.query(HISTORY, &parameters).await?;
        Ok(Page::cut(
            rows.iter().map(rows::history_entry).collect(),
            window,
        ))
    }

    /// The status of a workflow, which also shows that it exists for this tenant.
    async fn workflow_status(
        &self,
        principal: &Principal,
        id: WorkflowId,
    ) -> Result<WorkflowStatus, ServiceError> {
        let parameters = [Value::from(id), principal.tenant_id.to_value()];
        let row = self.db.query_opt(STATUS_BY_ID, &parameters).await?;
        let row = row.ok_or_else(|| ServiceError::not_found("workflow", id))?;
        Ok(rows::workflow_status(&row)?)
    }
}
