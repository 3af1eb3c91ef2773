//! The public API, assembled.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

use super::middleware::request_logging::{Observer, observe};
use super::middleware::timeout;
use super::problem::ApiError;
use super::routes;
use super::state::SharedState;

/// The router of the public API.
pub fn router(state: SharedState) -> Router {
    let edge = Edge {
        observer: Observer::public(state.config.slow_request),
        limit: state.config.request_timeout,
    };
    Router::new()
        .merge(routes::workflows::router())
        .merge(routes::users::router())
        .merge(routes::data::router())
        .merge(routes::reports::router())
        .merge(routes::events::router())
        .merge(routes::triggers::router())
        .merge(routes::health::router())
        .fallback(async || ApiError::NoRoute.into_response())
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed.into_response())
        .layer(from_fn_with_state(edge, around))
        .with_state(state)
}

/// What every request passes on its way in and out.
#[derive(Clone)]
struct Edge {
    observer: Observer,
    /// How long a request may take.
    limit: Duration,
}

/// From the outside in: logging, the time limit, the handler. One layer, because each one costs every request.
async fn around(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let answer = |request| timeout::limit(edge.limit, next.run(request));
    observe(&edge.observer, request, answer).await
}
