//! The service and what its operations share.

use crate::infra::config::CacheConfig;
use crate::infra::external_apis::ValidationService;
use crate::infra::{Cache, Database};
use crate::services::ServiceError;
use crate::services::workflow_engine::EngineClient;
use crate::types::workflow::Definition;
use crate::types::{TenantId, WorkflowId};

/// Creates, changes, starts and shows workflows.
#[derive(Clone)]
pub struct WorkflowService {
    pub(super) db: Database,
    pub(super) cache: Cache,
    pub(super) cache_config: CacheConfig,
    pub(super) validation: ValidationService,
    pub(super) engine: EngineClient,
}

impl WorkflowService {
    /// A service on these parts.
    #[must_use]
    pub fn new(
        db: Database,
        cache: Cache,
        cache_config: CacheConfig,
        validation: ValidationService,
        engine: EngineClient,
    ) -> Self {
        Self {
            db,
            cache,
            cache_config,
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

    pub(super) async fn forget_cached(&self, tenant_id: &TenantId, id: WorkflowId) {
        self.cache.remove(&workflow_key(tenant_id, id)).await;
    }
}

pub(super) fn workflow_key(tenant_id: &TenantId, id: WorkflowId) -> String {
    format!("workflow:{tenant_id}:{id}")
}

pub(super) fn latest_execution_key(id: WorkflowId) -> String {
    format!("workflow:{id}:latest")
}
