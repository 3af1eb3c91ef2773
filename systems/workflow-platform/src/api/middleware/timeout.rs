//! The time limit of a request.

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};

use crate::api::problem::ApiError;

/// Gives a request up when its answer takes longer than it may. Whatever it was doing is dropped.
pub async fn limit(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    match sim::timeout(limit, answer).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout {
            seconds: limit.as_secs(),
        }
        .into_response(),
    }
}
