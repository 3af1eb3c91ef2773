//! The public API, assembled.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;

use super::middleware::request_logging::{Observer, observe};
use super::middleware::{auth, timeout};
use super::problem::ApiError;
use super::routes;
use super::state::SharedState;

/// The router of the public API.
pub fn router(state: SharedState) -> Router {
    let observer = Observer::public(state.config.slow_request);
    let protected = Router::new()
        .merge(routes::workflows::router())
        .merge(routes::users::router())
        .merge(routes::data::router())
        .merge(routes::reports::router())
        .route_layer(from_fn_with_state(state.clone(), auth::authenticate));
    Router::new()
        .merge(protected)
        .merge(routes::health::router())
        .fallback(async || ApiError::NoRoute.into_response())
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed.into_response())
        .layer((
            from_fn_with_state(observer, observe),
            from_fn_with_state(state.clone(), timeout::limit),
        ))
        .with_state(state)
}
