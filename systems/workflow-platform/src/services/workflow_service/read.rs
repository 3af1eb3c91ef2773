//! Looking at workflows, their executions and their history.

use sim::postgres::Value;

use super::rows;
use super::service::{WorkflowService, latest_execution_key, workflow_key};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::api::{HistoryEntry, ListWorkflows, Page, Window, WorkflowStatusView};
use crate::types::user::{Permission, Principal};
use crate::types::workflow::{Execution, Workflow, WorkflowSummary};
use crate::types::{ExecutionId, WorkflowId};

const WORKFLOW_BY_ID: &str = "SELECT id, tenant_id, name, description, status, version, definition, created_by, \
     created_at, updated_at FROM workflows WHERE id = $1 AND tenant_id = $2";

const WORKFLOWS: &str = "SELECT id, name, status, version, updated_at FROM workflows WHERE tenant_id = $1 \
     ORDER BY name LIMIT $2 OFFSET $3";

const WORKFLOWS_BY_STATUS: &str = "SELECT id, name, status, version, updated_at FROM workflows \
     WHERE tenant_id = $1 AND status = $4 ORDER BY name LIMIT $2 OFFSET $3";

const EXECUTION_BY_ID: &str = "SELECT id, workflow_id, status, current_step, error, created_at, finished_at \
     FROM workflow_executions WHERE id = $1 AND workflow_id = $2";

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
        self.cached(principal, id).await
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
        let workflow = self.cached(principal, id).await?;
        let latest_execution = self.latest_execution(id).await?;
        Ok(WorkflowStatusView {
            workflow_id: id,
            status: workflow.status,
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
        self.cached(principal, id).await?;
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

    async fn cached(
        &self,
        principal: &Principal,
        id: WorkflowId,
    ) -> Result<Workflow, ServiceError> {
        let key = workflow_key(&principal.tenant_id, id);
        let load = async {
            let parameters = [Value::from(id), principal.tenant_id.to_value()];
            let row = self.db.query_opt(WORKFLOW_BY_ID, &parameters).await?;
            let row = row.ok_or_else(|| ServiceError::not_found("workflow", id))?;
            Ok(rows::workflow(&row)?)
        };
        self.cache
            .get_or_load(&key, self.cache_config.workflow_ttl, load)
            .await
    }

    async fn latest_execution(&self, id: WorkflowId) -> Result<Option<Execution>, ServiceError> {
        let known: Option<ExecutionId> = self.cache.get(&latest_execution_key(id)).await;
        let row = match known {
            Some(execution) => {
                self.db
                    .query_opt(EXECUTION_BY_ID, &[Value::from(execution), Value::from(id)])
                    .await?
            }
            None => {
                self.db
                    .query_opt(LATEST_EXECUTION, &[Value::from(id)])
                    .await?
            }
        };
        Ok(row.as_ref().map(rows::execution).transpose()?)
    }
}
