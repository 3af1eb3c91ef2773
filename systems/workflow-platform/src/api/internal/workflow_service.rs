//! The workflow service: takes executions to run.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};

use super::observed;
use crate::api::extract::PathId;
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::infra::config::ServerConfig;
use crate::services::ServiceError;
use crate::services::workflow_engine::Engine;
use crate::types::ExecutionId;

/// The router of the workflow service.
pub fn router(engine: Engine, config: &ServerConfig) -> Router {
    let router = Router::new()
        .route("/internal/executions/{id}/run", post(run))
        .with_state(engine);
    observed(router, config)
}

async fn run(
    State(engine): State<Engine>,
    PathId(id): PathId<ExecutionId>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    engine.accept(id).map_err(ServiceError::from)?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "accepted": true }))))
}
