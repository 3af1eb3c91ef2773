//! Starting a workflow because something happened, and not because somebody asks.
//!
//! A start is judged first ([`TriggeredStarts::approve`]) and stored later ([`ApprovedStart::accept`]), so that
//! whoever starts several workflows at once stores all of them in one transaction.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use sim::postgres::{Row, Value};

use super::rows;
use super::start::accept;
use crate::infra::external_apis::ValidationService;
use crate::infra::{Database, Transaction};
use crate::services::ServiceError;
use crate::types::user::{Principal, Role};
use crate::types::validate::Violations;
use crate::types::workflow::WorkflowStatus;
use crate::types::{ExecutionId, TenantId, UserId, WorkflowId};

const WORKFLOW: &str =
    "SELECT status, version, definition FROM workflows WHERE id = $1 AND tenant_id = $2";

/// Judges starts. Cheap to clone.
#[derive(Clone)]
pub struct TriggeredStarts {
    db: Database,
    validation: ValidationService,
}

/// A start that nothing speaks against.
pub struct ApprovedStart {
    principal: Principal,
    workflow_id: WorkflowId,
    workflow: Row,
    input: Json,
}

impl TriggeredStarts {
    /// Starts that `validation` judges.
    #[must_use]
    pub fn new(db: Database, validation: ValidationService) -> Self {
        Self { db, validation }
    }

    /// Judges a start on behalf of whoever set the trigger up. `None` when the workflow is no longer there or not
    /// active: then it is not to run.
    ///
    /// # Errors
    /// When the input is not allowed, or it cannot be found out whether it is.
    pub async fn approve(
        &self,
        tenant_id: &TenantId,
        user_id: UserId,
        workflow_id: WorkflowId,
        input: Json,
    ) -> Result<Option<ApprovedStart>, ServiceError> {
        let parameters = [Value::from(workflow_id), tenant_id.to_value()];
        let Some(workflow) = self.db.query_opt(WORKFLOW, &parameters).await? else {
            return Ok(None);
        };
        if rows::workflow_status(&workflow)? != WorkflowStatus::Active {
            return Ok(None);
        }
        let mut violations = Violations::default();
        rows::inputs(&workflow)?.check(&input, &mut violations);
        violations.into_result().map_err(ServiceError::Invalid)?;
        let version = workflow.get("version");
        let report = self
            .validation
            .check_input(tenant_id, workflow_id, version, &input)
            .await?;
        report.into_result().map_err(ServiceError::Invalid)?;
        Ok(Some(ApprovedStart {
            principal: Principal {
                tenant_id: tenant_id.clone(),
                user_id,
                role: Role::Editor,
                granted: BTreeSet::new(),
            },
            workflow_id,
            workflow,
            input,
        }))
    }
}

impl ApprovedStart {
    /// Stores an execution, which the engine may run once the transaction is committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accept(self, tx: &mut Transaction) -> Result<ExecutionId, ServiceError> {
        let id = ExecutionId::generate();
        let Self {
            principal,
            workflow_id,
            workflow,
            input,
        } = self;
        accept(tx, &principal, workflow_id, id, &workflow, input).await?;
        Ok(id)
    }
}
