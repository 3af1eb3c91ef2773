//! Traces: one trace with all its spans.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use telemetry::query::{self, SpanRecord};
use utoipa::ToSchema;

use super::{attributes, unsigned};
use crate::app::App;
use crate::data::query_problem;
use crate::extract::Path;
use crate::problem::Problem;
use crate::trail::Trail;

/// Spans of one answer.
const MAX_SPANS: usize = 20_000;

/// One trace. Spans stand in the order of their starts.
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
    /// Stretches of it that the trace waited for, since the start of the trace, oldest first.
    pub critical_ns: Vec<[u64; 2]>,
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
    State(app): State<App>,
    trail: Trail,
    Path((recording, trace_id)): Path<(String, String)>,
) -> Result<Json<Trace>, Problem> {
    let id = trace_number(&trace_id)?;
    let asked = trail.ask(catalogue::Tool::Traces, "trace", &trace_id, None, None);
    let answer = app.query(recording, move |data, stopwatch| {
        let tables = data.tables();
        let (spans, logs) = (tables.spans(), tables.logs());
        let found = query::trace(&spans.view(), &logs.view(), id, MAX_SPANS)
            .map_err(|error| query_problem("", &error))?;
        found
            .map(|trace| shape(trace, stopwatch.query_ms()))
            .ok_or_else(|| {
                Problem::not_found(
                    "unknown-trace",
                    format!("this recording has no trace {id:032x}"),
                    "Search for traces; ids of other recordings are not found here",
                )
            })
    });
    let trace = answer.await?;
    let names = trace.spans.iter().map(|span| span.name.as_str());
    asked.answered_with_trace(&app, names, &trace.services);
    Ok(Json(trace))
}

fn trace_number(text: &str) -> Result<u128, Problem> {
    match u128::from_str_radix(text, 16) {
        Ok(id) if text.len() == 32 => Ok(id),
        _ => Err(Problem::bad_request(
            "invalid-trace-id",
            "a trace id has 32 hexadecimal digits",
            "Copy the id as a whole",
        )),
    }
}

fn shape(trace: query::Trace, query_ms: f64) -> Trace {
    let start = trace.start_unix_nano;
    let mut critical: Vec<Vec<[u64; 2]>> = vec![Vec::new(); trace.spans.len()];
    // The path comes from its end to its start.
    for section in trace.critical_path.iter().rev() {
        let stretch = [section.start, section.end].map(|time| unsigned(time - start));
        critical[section.span].push(stretch);
    }
    let mut resources: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (_, resource) in trace.resources {
        resources
            .entry(resource.service)
            .or_insert_with(|| attributes(resource.attributes));
    }
    Trace {
        trace_id: format!("{:032x}", trace.trace_id),
        start_unix_nano: start.to_string(),
        duration_ns: unsigned(trace.duration_ns),
        services: trace.services,
        truncated: trace.total > trace.spans.len(),
        total: trace.total as u64,
        spans: trace
            .spans
            .into_iter()
            .zip(critical)
            .map(|(record, critical)| span(record, critical, start))
            .collect(),
        resources,
        logs: trace.logs,
        query_ms,
    }
}

fn span(record: SpanRecord, critical_ns: Vec<[u64; 2]>, trace_start: i64) -> Span {
    let parent = record.parent_span_id;
    Span {
        span_id: format!("{:016x}", record.span_id),
        parent_span_id: (parent != 0).then(|| format!("{parent:016x}")),
        service: record.service,
        name: record.name,
        kind: record.kind,
        status: record.status,
        status_message: record.status_message,
        offset_ns: unsigned(record.start_unix_nano - trace_start),
        duration_ns: unsigned(record.duration_ns),
        critical_ns,
        attributes: attributes(record.attributes),
    }
}
