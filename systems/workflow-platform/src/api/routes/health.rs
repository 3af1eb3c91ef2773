//! `/health`: for load balancers and people.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::services::ServiceError;

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// `GET /health` says that the process runs, `GET /health/ready` that it can reach its database.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/health", get(live))
        .route("/health/ready", get(ready))
}

async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn ready(State(state): State<SharedState>) -> Result<Json<Health>, ApiError> {
    state
        .db
        .query("SELECT 1 AS one", &[])
        .await
        .map_err(ServiceError::from)?;
    Ok(Json(Health { status: "ready" }))
}
