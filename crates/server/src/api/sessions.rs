//! Sessions: create, list, get, delete, retry.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drills::Level;
use super::session::Session;
use crate::app::App;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// A session to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The drill's id.
    #[schema(example = "d-5c1f0a")]
    pub drill_id: String,
    /// A whole number from 0 to 2⁶⁴ − 1, as a number or in decimal digits; drawn when left out.
    #[schema(value_type = Option<SeedInput>)]
    pub seed: Option<serde_json::Value>,
    /// The drill's level when left out.
    pub difficulty: Option<Level>,
}

/// A seed as it can be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum SeedInput {
    /// A number that JavaScript can hold.
    Number(u64),
    /// Decimal digits.
    Digits(String),
}

/// Sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// Newest first.
    pub sessions: Vec<Session>,
}

/// Starts a drill: creates a session and simulates its incident.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = NewSession, responses(
    (status = 201, body = Session),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create_session(
    State(_app): State<App>,
    extract::Json(_new): extract::Json<NewSession>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    Err(super::pending())
}

/// Every session of this server.
#[utoipa::path(get, path = "/sessions", tag = "sessions", responses(
    (status = 200, body = SessionList),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list_sessions(State(_app): State<App>) -> Result<Json<SessionList>, Problem> {
    Err(super::pending())
}

/// One session.
#[utoipa::path(get, path = "/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Session),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_session(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<Session>, Problem> {
    Err(super::pending())
}

/// Deletes a session with its notebook and its recording; stops its simulation.
#[utoipa::path(delete, path = "/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete_session(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<StatusCode, Problem> {
    Err(super::pending())
}

/// Simulates the incident of a failed session again, with the same seed.
#[utoipa::path(post, path = "/sessions/{session}/retry", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Session),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn retry_session(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<Session>, Problem> {
    Err(super::pending())
}
