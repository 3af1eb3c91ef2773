//! `GET /recordings/{r}/timeline`: the strip above every tool.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use telemetry::query::{self, LogRecord};
use telemetry::table::OwnedValue;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::data::query_problem;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Annotations of one answer.
const MAX_ANNOTATIONS: usize = 500;
/// Annotations that are counted.
const MAX_COUNTED: usize = 10_000;

/// Parameters of the timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineParams {
    /// About how many points the whole recording is cut into; 10 to 2000, default 600. Steps are
    /// round, so there may be fewer.
    #[param(default = 600, minimum = 10, maximum = 2000)]
    pub points: Option<u32>,
}

/// Requests and failures over the whole recording, and what people did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// Start of the first point, ms since the epoch.
    pub start_ms: i64,
    /// End of the recording (exclusive), ms since the epoch.
    pub end_ms: i64,
    /// Width of one point.
    pub step_ms: i64,
    /// Server spans without a parent, that is requests from outside, per point.
    pub requests: Vec<u64>,
    /// Those of them that failed.
    pub failed: Vec<u64>,
    /// Deployments, configuration changes and restarts, oldest first.
    pub annotations: Vec<Annotation>,
    /// Annotations that there are, counted up to 10000; `annotations` holds at most 500.
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
    State(app): State<App>,
    Path(recording): Path<String>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<Timeline>, Problem> {
    let points = params.points.unwrap_or(600).clamp(10, 2000) as usize;
    let answer = app.query(recording, move |data, stopwatch| {
        let range = data.range(None, None)?;
        let (start_ms, end_ms) = data.extent_ms();
        let failed = |error| query_problem("", &error);
        let requests =
            query::timeline(&data.tables().spans().view(), range, points).map_err(failed)?;
        let annotations =
            query::annotations(&data.tables().logs().view(), range, MAX_COUNTED).map_err(failed)?;
        Ok(Timeline {
            start_ms: requests.start_unix_nano.div_euclid(1_000_000).min(start_ms),
            end_ms,
            step_ms: requests.step_ns / 1_000_000,
            requests: requests.requests,
            failed: requests.failed,
            annotations_total: annotations.len() as u64,
            annotations: annotations
                .iter()
                .take(MAX_ANNOTATIONS)
                .map(annotation)
                .collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

fn annotation(record: &LogRecord) -> Annotation {
    let event = record
        .attributes
        .iter()
        .find(|(key, _)| key == "event.name");
    let kind = match event {
        Some((_, OwnedValue::Str(name))) if name.starts_with("deployment.") => {
            AnnotationKind::Deployment
        }
        Some((_, OwnedValue::Str(name))) if name.starts_with("configuration.") => {
            AnnotationKind::Configuration
        }
        _ => AnnotationKind::Restart,
    };
    Annotation {
        time_ms: record.time_unix_nano.div_euclid(1_000_000),
        kind,
        service: record.service.clone(),
        text: record.body.clone(),
    }
}
