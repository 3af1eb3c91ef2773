//! `GET /recordings/{r}/timeline`: the strip above every tool.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of the timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineParams {
    /// How many points the whole recording is cut into; 10 to 2000, default 600.
    #[param(default = 600, minimum = 10, maximum = 2000)]
    pub points: Option<u32>,
}

/// Requests and failures over the whole recording, and what people did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch.
    pub end_ms: i64,
    /// Width of one point.
    pub step_ms: i64,
    /// Server spans without a parent, that is requests from outside, per point.
    pub requests: Vec<u64>,
    /// Those of them that failed.
    pub failed: Vec<u64>,
    /// Deployments, configuration changes and restarts, oldest first.
    pub annotations: Vec<Annotation>,
    /// Annotations that there are; `annotations` holds at most 500.
    pub annotations_total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Something that somebody or something did to the system.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Annotation {
    /// When, ms since the epoch.
    pub time_ms: i64,
    /// What kind.
    pub kind: AnnotationKind,
    /// To which service.
    pub service: String,
    /// In words.
    pub text: String,
}

/// Kinds of annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKind {
    /// A version was deployed.
    Deployment,
    /// Configuration was changed.
    Configuration,
    /// A process was restarted.
    Restart,
}

/// Requests, failures and annotations over the whole recording.
#[utoipa::path(get, path = "/recordings/{recording}/timeline", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id"), TimelineParams),
    responses(
        (status = 200, body = Timeline),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn timeline(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<TimelineParams>,
) -> Result<Json<Timeline>, Problem> {
    Err(super::pending())
}
