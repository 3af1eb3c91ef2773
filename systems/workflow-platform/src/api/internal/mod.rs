//! What the platform's processes offer each other. Reachable from inside only, so there is no authentication.

use axum::Router;
use axum::middleware::from_fn_with_state;

use super::middleware::request_logging::{Observer, observe};
use crate::infra::config::ServerConfig;

pub mod notification_service;
pub mod workflow_service;

fn observed(router: Router, config: &ServerConfig) -> Router {
    router.layer(from_fn_with_state(
        Observer::internal(config.slow_request),
        observe,
    ))
}
