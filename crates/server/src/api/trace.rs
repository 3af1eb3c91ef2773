//! Traces: one trace with all its spans.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::Path;
use crate::problem::Problem;

/// One trace. Spans stand in start order, a parent before its children.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// Start of the first span, ns since the epoch, decimal.
    pub start_unix_nano: String,
    /// From the first start to the last end.
    pub duration_ns: u64,
    /// Services in the trace.
    pub services: Vec<String>,
    /// Its spans; at most 20000.
    pub spans: Vec<Span>,
    /// Resource attributes per service (of its first instance in the trace).
    pub resources: BTreeMap<String, BTreeMap<String, Value>>,
    /// Log records that carry this trace id.
    pub logs: u64,
    /// Spans that there are.
    pub total: u64,
    /// Whether spans were left out.
    pub truncated: bool,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One span.
#[derive(Debug, Serialize, ToSchema)]
pub struct Span {
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// Its parent; null for a root.
    pub parent_span_id: Option<String>,
    /// The service that made it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
    pub kind: String,
    /// `unset`, `ok` or `error`.
    pub status: String,
    /// What the status says; empty when nothing.
    pub status_message: String,
    /// Start since the start of the trace.
    pub offset_ns: u64,
    /// Duration.
    pub duration_ns: u64,
    /// Attributes by key.
    pub attributes: BTreeMap<String, Value>,
}

/// One trace with all its spans.
#[utoipa::path(get, path = "/recordings/{recording}/traces/{trace_id}", tag = "traces",
    params(
        ("recording" = String, Path, description = "Recording id"),
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
    ),
    responses(
        (status = 200, body = Trace),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_trace(
    State(_app): State<App>,
    Path((_recording, _trace_id)): Path<(String, String)>,
) -> Result<Json<Trace>, Problem> {
    Err(super::pending())
}
