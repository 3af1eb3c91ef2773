//! Failures as problem documents (RFC 9457).
//!
//! The body says what is wrong in words for the caller, and carries the trace id that leads an operator to the
//! request. What only an operator should know goes to the log.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sim::postgres::SqlState;
use thiserror::Error;

use super::json::Json;
use crate::infra::DatabaseError;
use crate::services::ServiceError;
use crate::types::validate::Violation;

/// Everything that a request can be refused for.
#[derive(Debug, Error)]
pub enum ApiError {
    /// No valid bearer token.
    #[error("a valid bearer token is required")]
    Unauthenticated,
    /// The body is no JSON of the expected form.
    #[error("the body cannot be read: {0}")]
    MalformedBody(String),
    /// The body is too large.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The most bytes accepted.
        limit: usize,
    },
    /// There is no such route.
    #[error("there is nothing at this address")]
    NoRoute,
    /// The route exists, but not with this method.
    #[error("this address does not support the method")]
    MethodNotAllowed,
    /// The request took longer than it may.
    #[error("the request did not finish within {seconds} s")]
    Timeout {
        /// How long a request may take.
        seconds: u64,
    },
    /// A service could not fulfil the request.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<Vec<Violation>> for ApiError {
    fn from(violations: Vec<Violation>) -> Self {
        Self::Service(ServiceError::Invalid(violations))
    }
}

/// A stable name of a failure, kept with the response for telemetry (`error.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemKind(pub &'static str);

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Violation],
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

/// How a failure is presented: status, title and stable name.
struct Presentation {
    status: StatusCode,
    title: &'static str,
    kind: &'static str,
}

const fn present(status: StatusCode, title: &'static str, kind: &'static str) -> Presentation {
    Presentation {
        status,
        title,
        kind,
    }
}

impl ApiError {
    fn presentation(&self) -> Presentation {
        match self {
            Self::Unauthenticated => present(
                StatusCode::UNAUTHORIZED,
                "Authentication required",
                "unauthenticated",
            ),
            Self::MalformedBody(_) => {
                present(StatusCode::BAD_REQUEST, "Malformed body", "malformed_body")
            }
            Self::BodyTooLarge { .. } => present(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Body too large",
                "body_too_large",
            ),
            Self::NoRoute => present(StatusCode::NOT_FOUND, "Not found", "no_route"),
            Self::MethodNotAllowed => present(
                StatusCode::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "method_not_allowed",
            ),
            Self::Timeout { .. } => present(
                StatusCode::GATEWAY_TIMEOUT,
                "Request timeout",
                "request_timeout",
            ),
            Self::Service(error) => present_service_error(error),
        }
    }

    /// What the caller may know.
    fn detail(&self) -> String {
        match self {
            Self::Service(ServiceError::Database(DatabaseError::PoolTimeout { .. })) => {
                "no database connection became free in time; try again later".to_owned()
            }
            Self::Service(ServiceError::Database(_)) => {
                "the database could not do this; try again later".to_owned()
            }
            other => other.to_string(),
        }
    }

    fn violations(&self) -> &[Violation] {
        match self {
            Self::Service(ServiceError::Invalid(violations)) => violations,
            _ => &[],
        }
    }
}

fn present_service_error(error: &ServiceError) -> Presentation {
    match error {
        ServiceError::NotFound { .. } => present(StatusCode::NOT_FOUND, "Not found", "not_found"),
        ServiceError::Conflict(_) => present(StatusCode::CONFLICT, "Conflict", "conflict"),
        ServiceError::Invalid(_) => present(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid request",
            "invalid_request",
        ),
        ServiceError::Forbidden { .. } => {
            present(StatusCode::FORBIDDEN, "Permission required", "forbidden")
        }
        ServiceError::QuotaExceeded { .. } => present(
            StatusCode::FORBIDDEN,
            "Plan limit reached",
            "quota_exceeded",
        ),
        ServiceError::Busy(_) => present(StatusCode::SERVICE_UNAVAILABLE, "Too busy", "busy"),
        ServiceError::Upstream(_) => present(
            StatusCode::BAD_GATEWAY,
            "Upstream service failed",
            "upstream",
        ),
        ServiceError::Database(error) => present_database_error(error),
    }
}

fn present_database_error(error: &DatabaseError) -> Presentation {
    match error {
        DatabaseError::PoolTimeout { .. } => present(
            StatusCode::SERVICE_UNAVAILABLE,
            "Database unavailable",
            "pool_timeout",
        ),
        DatabaseError::Postgres(error) if is_unreachable(error.code) => present(
            StatusCode::SERVICE_UNAVAILABLE,
            "Database unavailable",
            "database_unavailable",
        ),
        DatabaseError::Postgres(error) if is_transient(error.code) => present(
            StatusCode::SERVICE_UNAVAILABLE,
            "Database busy",
            "database_busy",
        ),
        DatabaseError::TransactionTimeout { .. } => present(
            StatusCode::SERVICE_UNAVAILABLE,
            "Database busy",
            "transaction_timeout",
        ),
        DatabaseError::Postgres(_) | DatabaseError::Corrupt { .. } => present(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error",
            "internal",
        ),
    }
}

/// Classes 08 (connection), 53 (resources) and 57P (operator intervention).
fn is_unreachable(code: SqlState) -> bool {
    ["08", "53", "57P"]
        .iter()
        .any(|class| code.code().starts_with(class))
}

/// Deadlock, serialisation failure and statement timeout.
fn is_transient(code: SqlState) -> bool {
    matches!(code.code(), "40001" | "40P01" | "57014")
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Presentation {
            status,
            title,
            kind,
        } = self.presentation();
        if status.is_server_error() {
            tracing::error!(http.response.status_code = status.as_u16(), error.type = kind, error = %self, "{title}");
        }
        let problem = Problem {
            kind: format!("/problems/{}", kind.replace('_', "-")),
            title,
            status: status.as_u16(),
            detail: self.detail(),
            errors: self.violations(),
            trace_id: emit::current_span().map(|span| format!("{:032x}", span.trace_id)),
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(ProblemKind(kind));
        response
    }
}
