//! Spans as figures: a span's duration distribution, and the query pipe.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of span statistics.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpanStatsParams {
    /// The service that makes the span.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
}

/// How long spans of one name take.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpanStats {
    /// Log-spaced buckets from the shortest to the longest.
    pub buckets: Vec<DurationBucket>,
    /// Spans counted.
    pub count: u64,
    /// Median; null without spans.
    pub p50_ns: Option<u64>,
    /// 95th percentile; null without spans.
    pub p95_ns: Option<u64>,
    /// 99th percentile; null without spans.
    pub p99_ns: Option<u64>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Spans whose duration lies in `[from_ns, to_ns)`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DurationBucket {
    /// Lower bound.
    pub from_ns: u64,
    /// Upper bound (exclusive).
    pub to_ns: u64,
    /// Spans.
    pub count: u64,
}

/// Parameters of a figures query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiguresParams {
    /// `<filter> | <pipe>`, such as `service:api | p95(duration), count() by http.route`.
    pub q: String,
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
}

/// A table of figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figures {
    /// What each column holds.
    pub columns: Vec<FigureColumn>,
    /// The rows; at most 10000.
    pub rows: Vec<Vec<Value>>,
    /// Width of a time bucket, when the query asks for one (`every 1m`).
    pub step_ms: Option<i64>,
    /// Groups that there are.
    pub total: u64,
    /// Whether rows were left out.
    pub truncated: bool,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// A column of a table of figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureColumn {
    /// Its name, as written in the query.
    pub name: String,
    /// `time` (ms since the epoch), `key` or `figure`.
    pub kind: String,
    /// `ns`, `bytes`, `count`, `ms` or empty.
    pub unit: String,
}

/// How long spans of one name take.
#[utoipa::path(get, path = "/recordings/{recording}/spans/stats", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), SpanStatsParams),
    responses(
        (status = 200, body = SpanStats),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn span_stats(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<SpanStatsParams>,
) -> Result<Json<SpanStats>, Problem> {
    Err(super::pending())
}

/// Figures over spans.
#[utoipa::path(get, path = "/recordings/{recording}/spans/query", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), FiguresParams),
    responses(
        (status = 200, body = Figures),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn query_spans(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<FiguresParams>,
) -> Result<Json<Figures>, Problem> {
    Err(super::pending())
}
