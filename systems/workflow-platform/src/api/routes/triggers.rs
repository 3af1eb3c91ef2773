//! `/v1/triggers`: which events start which workflows.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get};

use crate::api::extract::{Caller, PathId, ValidJson};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::TriggerId;
use crate::types::event::{CreateTrigger, TriggerView};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/triggers", get(list).post(create))
        .route("/v1/triggers/{id}", delete(remove))
}

async fn list(
    State(state): State<SharedState>,
    Caller(principal): Caller,
) -> Result<Json<Vec<TriggerView>>, ApiError> {
    Ok(Json(state.triggers.list(&principal).await?))
}

async fn create(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(request): ValidJson<CreateTrigger>,
) -> Result<(StatusCode, Json<TriggerView>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(state.triggers.create(&principal, request).await?),
    ))
}

async fn remove(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<TriggerId>,
) -> Result<StatusCode, ApiError> {
    state.triggers.remove(&principal, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
