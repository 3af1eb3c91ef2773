//! The notification service: takes notifications to deliver.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;

use super::observed;
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::infra::config::ServerConfig;
use crate::services::notification_service::{AcceptedNotification, NotificationService};
use crate::types::Validate as _;
use crate::types::notification::NotificationRequest;

/// The router of the notification service.
pub fn router(service: NotificationService, config: &ServerConfig) -> Router {
    let router = Router::new()
        .route("/internal/notifications", post(accept))
        .with_state(service);
    observed(router, config)
}

async fn accept(
    State(service): State<NotificationService>,
    Json(request): Json<NotificationRequest>,
) -> Result<(StatusCode, Json<AcceptedNotification>), ApiError> {
    request.check()?;
    Ok((StatusCode::ACCEPTED, Json(service.accept(request).await?)))
}
