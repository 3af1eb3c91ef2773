//! The service and what its operations share.

use crate::infra::Database;
use crate::infra::external_apis::ValidationService;
use crate::services::ServiceError;
use crate::services::workflow_engine::EngineClient;
use crate::types::TenantId;
use crate::types::workflow::Definition;

/// Creates, changes, starts and shows workflows.
#[derive(Clone)]
pub struct WorkflowService {
    pub(super) db: Database,
    pub(super) validation: ValidationService,
    pub(super) engine: EngineClient,
}

impl WorkflowService {
    /// A service on these parts.
    #[must_use]
    pub fn new(db: Database, validation: ValidationService, engine: EngineClient) -> Self {
        Self {
            db,
            validation,
            engine,
        }
    }

    /// Refuses a definition that the tenant's policies do not allow.
    pub(super) async fn approve_definition(
        &self,
        tenant_id: &TenantId,
        definition: &Definition,
    ) -> Result<(), ServiceError> {
        let report = self
            .validation
            .check_definition(tenant_id, definition)
            .await?;
        report.into_result().map_err(ServiceError::Invalid)
    }
}
