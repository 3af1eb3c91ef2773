//! The time limit of a request.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api::problem::ApiError;
use crate::api::state::SharedState;

/// Gives a request up when it takes longer than it may. Whatever it was doing is dropped.
pub async fn limit(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let limit = state.config.request_timeout;
    match sim::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout {
            seconds: limit.as_secs(),
        }
        .into_response(),
    }
}
