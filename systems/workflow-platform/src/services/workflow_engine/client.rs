//! How other processes reach the engine.

use serde_json::Value as Json;
use sim::http::Client;

use crate::infra::config::EndpointConfig;
use crate::infra::external_apis::{ApiClient, CallError};
use crate::types::ExecutionId;

/// A client of the process that runs workflows.
#[derive(Clone)]
pub struct EngineClient {
    api: ApiClient,
}

impl EngineClient {
    /// A client that reaches the engine as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("workflow-service", http, config),
        }
    }

    /// Asks the engine to run a pending execution. Asking twice does no harm.
    ///
    /// # Errors
    /// When the engine does not answer or has no room.
    pub async fn run(&self, id: ExecutionId) -> Result<(), CallError> {
        self.api
            .post::<_, Json>(&format!("/internal/executions/{id}/run"), &Json::Null)
            .await
            .map(drop)
    }
}
