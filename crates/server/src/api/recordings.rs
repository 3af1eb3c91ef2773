//! `GET /recordings`, `GET /recordings/{r}`: what can be queried.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::Path;
use crate::problem::Problem;

/// Every recording of this server.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingList {
    /// Newest first.
    pub recordings: Vec<Recording>,
}

/// The telemetry of one incident or of live systems.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recording {
    /// The id in URLs.
    pub id: String,
    /// A name for people.
    pub title: String,
    /// Whether it can still grow.
    pub state: RecordingState,
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch.
    pub end_ms: i64,
    /// Spans held.
    pub spans: u64,
    /// Log records held.
    pub logs: u64,
    /// Metric samples held.
    pub samples: u64,
    /// Metric series held.
    pub series: u64,
    /// Size on disk.
    pub bytes_on_disk: u64,
    /// Services that sent anything.
    pub services: Vec<String>,
    /// The session that it was made for.
    pub session_id: Option<String>,
}

/// Whether a recording can still grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Telemetry is still arriving.
    Open,
    /// Complete and immutable.
    Sealed,
}

/// Every recording.
#[utoipa::path(get, path = "/recordings", tag = "recordings", responses(
    (status = 200, body = RecordingList),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list_recordings(State(_app): State<App>) -> Result<Json<RecordingList>, Problem> {
    Err(super::pending())
}

/// One recording.
#[utoipa::path(get, path = "/recordings/{recording}", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id")),
    responses(
        (status = 200, body = Recording),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_recording(
    State(_app): State<App>,
    Path(_recording): Path<String>,
) -> Result<Json<Recording>, Problem> {
    Err(super::pending())
}
