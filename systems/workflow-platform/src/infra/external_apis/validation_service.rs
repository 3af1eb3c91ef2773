//! The validation service: knows every tenant's connectors, quotas and policies, and judges whether a
//! definition, or the input of a start, complies with them.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sim::http::Client;

use super::{ApiClient, CallError};
use crate::infra::config::EndpointConfig;
use crate::types::validate::Violation;
use crate::types::workflow::Definition;
use crate::types::{TenantId, WorkflowId};

/// What the validation service found.
#[derive(Debug, Clone, Deserialize)]
pub struct ValidationReport {
    /// Whether nothing speaks against it.
    pub valid: bool,
    /// What speaks against it.
    #[serde(default)]
    pub problems: Vec<ValidationProblem>,
}

/// One objection.
#[derive(Debug, Clone, Deserialize)]
pub struct ValidationProblem {
    /// Where in the definition or input.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl ValidationReport {
    /// `Ok` when nothing speaks against it.
    ///
    /// # Errors
    /// The objections, as violations of the request.
    pub fn into_result(self) -> Result<(), Vec<Violation>> {
        if self.valid {
            return Ok(());
        }
        Err(self
            .problems
            .into_iter()
            .map(|p| Violation {
                field: p.path,
                message: p.message,
            })
            .collect())
    }
}

/// A client of the validation service.
#[derive(Clone)]
pub struct ValidationService {
    api: ApiClient,
}

#[derive(Serialize)]
struct DefinitionRequest<'a> {
    tenant_id: &'a TenantId,
    definition: &'a Definition,
}

#[derive(Serialize)]
struct InputRequest<'a> {
    tenant_id: &'a TenantId,
    workflow_id: WorkflowId,
    version: i64,
    input: &'a Json,
}

impl ValidationService {
    /// A client that reaches the service as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("validation-service", http, config),
        }
    }

    /// Judges a definition.
    ///
    /// # Errors
    /// When the service gives no verdict.
    pub async fn check_definition(
        &self,
        tenant_id: &TenantId,
        definition: &Definition,
    ) -> Result<ValidationReport, CallError> {
        self.api
            .post(
                "/v1/definitions/check",
                &DefinitionRequest {
                    tenant_id,
                    definition,
                },
            )
            .await
    }

    /// Judges the input of a start.
    ///
    /// # Errors
    /// When the service gives no verdict.
    pub async fn check_input(
        &self,
        tenant_id: &TenantId,
        workflow_id: WorkflowId,
        version: i64,
        input: &Json,
    ) -> Result<ValidationReport, CallError> {
        self.api
            .post(
                "/v1/inputs/check",
                &InputRequest {
                    tenant_id,
                    workflow_id,
                    version,
                    input,
                },
            )
            .await
    }
}
