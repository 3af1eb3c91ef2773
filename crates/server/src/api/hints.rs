//! Hints: how many there are, which were shown, when the next may be asked for.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::Path;
use crate::problem::Problem;

/// The hints of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hints {
    /// Hints that the drill has.
    pub total: u32,
    /// Those that were shown, in order.
    pub shown: Vec<ShownHint>,
    /// The next one; null when all were shown.
    pub next: Option<NextHint>,
}

/// A hint that was shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownHint {
    /// Counted from 1.
    pub number: u32,
    /// The hint, in Markdown.
    pub text_md: String,
    /// When it was shown, ms since the epoch.
    pub shown_at_ms: i64,
}

/// A hint that was not shown yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextHint {
    /// Counted from 1.
    pub number: u32,
    /// Seconds until the drill suggests it; 0 when it is due. It may be asked for earlier.
    pub due_after_s: u64,
}

/// The hints of a session.
#[utoipa::path(get, path = "/sessions/{session}/hints", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Hints),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_hints(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<Hints>, Problem> {
    Err(super::pending())
}

/// Shows the next hint.
#[utoipa::path(post, path = "/sessions/{session}/hints", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Hints),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_hint(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<Hints>, Problem> {
    Err(super::pending())
}
