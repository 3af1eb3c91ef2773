//! `/v1/events`: what happens in customers' systems.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::api::extract::{Caller, PathId, ValidJson};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::EventId;
use crate::types::event::{AcceptedEvent, EventView, PostEvent};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/events", post(publish))
        .route("/v1/events/{id}", get(read))
}

async fn publish(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(event): ValidJson<PostEvent>,
) -> Result<(StatusCode, Json<AcceptedEvent>), ApiError> {
    Ok((
        StatusCode::ACCEPTED,
        Json(state.events.publish(&principal, event).await?),
    ))
}

async fn read(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<EventId>,
) -> Result<Json<EventView>, ApiError> {
    Ok(Json(state.events.get(&principal, id).await?))
}
