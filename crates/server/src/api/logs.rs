//! Logs: search, histogram and patterns.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of a log search.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogSearchParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter; everything without it.
    pub filter: Option<String>,
    /// Default `newest`.
    pub order: Option<LogOrder>,
    /// Records per page, 1 to 1000, default 100.
    #[param(default = 100, minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Orders of a log list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogOrder {
    /// Latest first.
    #[default]
    Newest,
    /// Earliest first.
    Oldest,
}

/// One page of log records.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogList {
    /// The records of this page.
    pub logs: Vec<LogRecord>,
    /// Records that match.
    pub total: u64,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One log record.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogRecord {
    /// Stable within the recording.
    pub id: String,
    /// When, ns since the epoch, decimal.
    pub time_unix_nano: String,
    /// `trace`, `debug`, `info`, `warn`, `error` or `fatal`.
    pub level: String,
    /// The service that wrote it.
    pub service: String,
    /// The message.
    pub body: String,
    /// The trace in which it was written.
    pub trace_id: Option<String>,
    /// The span in which it was written.
    pub span_id: Option<String>,
    /// Attributes by key.
    pub attributes: BTreeMap<String, Value>,
}

/// Parameters of a log histogram.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogHistogramParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter; everything without it.
    pub filter: Option<String>,
    /// Buckets, 1 to 2000, default 120.
    #[param(default = 120, minimum = 1, maximum = 2000)]
    pub buckets: Option<u32>,
}

/// Log records per time bucket and level.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogHistogram {
    /// Start of the first bucket, ms since the epoch.
    pub start_ms: i64,
    /// Width of one bucket.
    pub step_ms: i64,
    /// Counts per level.
    pub levels: LevelCounts,
    /// Records that match.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Counts per bucket for each level.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct LevelCounts {
    /// Error and fatal.
    pub error: Vec<u64>,
    /// Warn.
    pub warn: Vec<u64>,
    /// Info, and records without a level.
    pub info: Vec<u64>,
    /// Debug and trace.
    pub debug: Vec<u64>,
}

/// Parameters of log patterns.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogPatternParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter; everything without it.
    pub filter: Option<String>,
}

/// Messages by their fixed part.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPatterns {
    /// Most frequent first; at most 200.
    pub patterns: Vec<LogPattern>,
    /// Records that match.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Messages that differ only in their varying parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPattern {
    /// The message with `<*>` for what varies.
    pub template: String,
    /// Records of this pattern.
    pub count: u64,
    /// Their most frequent level.
    pub level: String,
    /// Services that write it.
    pub services: Vec<String>,
    /// One message as it stands.
    pub example: String,
}

/// Log records that match.
#[utoipa::path(get, path = "/recordings/{recording}/logs", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), LogSearchParams),
    responses(
        (status = 200, body = LogList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn search_logs(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<LogSearchParams>,
) -> Result<Json<LogList>, Problem> {
    Err(super::pending())
}

/// Log records over time by level.
#[utoipa::path(get, path = "/recordings/{recording}/logs/histogram", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), LogHistogramParams),
    responses(
        (status = 200, body = LogHistogram),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_histogram(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<LogHistogramParams>,
) -> Result<Json<LogHistogram>, Problem> {
    Err(super::pending())
}

/// Log messages grouped by their fixed part.
#[utoipa::path(get, path = "/recordings/{recording}/logs/patterns", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), LogPatternParams),
    responses(
        (status = 200, body = LogPatterns),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_patterns(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<LogPatternParams>,
) -> Result<Json<LogPatterns>, Problem> {
    Err(super::pending())
}
