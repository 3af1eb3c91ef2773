//! What the platform's processes offer each other. Reachable from inside only, so there is no authentication.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use super::middleware::request_logging::{Observer, observe};
use crate::infra::config::ServerConfig;

pub mod notification_service;
pub mod workflow_service;

fn observed(router: Router, config: &ServerConfig) -> Router {
    router.layer(from_fn_with_state(
        Observer::internal(config.slow_request),
        around,
    ))
}

async fn around(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    observe(&observer, request, |request| next.run(request)).await
}
