//! Traces: search and scatter.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use telemetry::query;
use utoipa::{IntoParams, ToSchema};

use super::unsigned;
use crate::app::App;
use crate::data::query_problem;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::Trail;

/// Parameters of a trace search.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TraceSearchParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter over spans; a trace matches when one of its spans does. Everything without it.
    pub filter: Option<String>,
    /// Default `newest`.
    pub order: Option<TraceOrder>,
    /// Traces per page, 1 to 500, default 50.
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Orders of a trace list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceOrder {
    /// Latest start first.
    #[default]
    Newest,
    /// Longest first.
    Slowest,
    /// Most failed spans first.
    Errors,
}

/// One page of traces.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceList {
    /// The traces of this page.
    pub traces: Vec<TraceSummary>,
    /// Traces that match.
    pub total: u64,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// A trace in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceSummary {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// Service of the root span.
    pub service: String,
    /// Name of the root span.
    pub name: String,
    /// Start of the trace, ns since the epoch, decimal.
    pub start_unix_nano: String,
    /// From its first start to its last end.
    pub duration_ns: u64,
    /// Spans in the trace.
    pub spans: u64,
    /// Spans with status error.
    pub errors: u64,
    /// Services in the trace.
    pub services: Vec<String>,
    /// Spans that match the filter.
    pub matched: u64,
}

/// Parameters of a scatter plot.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScatterParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter over spans; root spans without it.
    pub filter: Option<String>,
    /// Most points, 1 to 10000, default 2000.
    #[param(default = 2000, minimum = 1, maximum = 10000)]
    pub limit: Option<usize>,
}

/// Durations over time, in parallel columns. When reduced, the slowest and the failed are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scatter {
    /// What `offset_ms` counts from, ms since the epoch.
    pub base_ms: i64,
    /// Start of each span since `base_ms`.
    pub offset_ms: Vec<f64>,
    /// Duration of each span.
    pub duration_ns: Vec<u64>,
    /// 1 where the span failed.
    pub error: Vec<u8>,
    /// Trace of each span.
    pub trace_ids: Vec<String>,
    /// Name of each span.
    pub names: Vec<String>,
    /// Points given.
    pub shown: usize,
    /// Spans that match.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Traces with a span that matches.
#[utoipa::path(get, path = "/recordings/{recording}/traces", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), TraceSearchParams),
    responses(
        (status = 200, body = TraceList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn search_traces(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<TraceSearchParams>,
) -> Result<Json<TraceList>, Problem> {
    let TraceSearchParams {
        start_ms,
        end_ms,
        filter,
        order,
        limit,
        cursor,
    } = params;
    let filter = filter.unwrap_or_default();
    let limit = limit.unwrap_or(50).clamp(1, 500);
    let asked = trail.ask(catalogue::Tool::Traces, "search", &filter, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let order = match order.unwrap_or_default() {
            TraceOrder::Newest => query::TraceOrder::Newest,
            TraceOrder::Slowest => query::TraceOrder::Slowest,
            TraceOrder::Errors => query::TraceOrder::Errors,
        };
        let spans = data.tables().spans();
        let page = query::search_traces(&spans.view(), &scope, order, limit, cursor.as_deref())
            .map_err(|error| query_problem(&filter, &error))?;
        Ok(TraceList {
            traces: page.rows.into_iter().map(summary).collect(),
            total: page.total,
            next_cursor: page.next_cursor,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

fn summary(trace: query::TraceSummary) -> TraceSummary {
    TraceSummary {
        trace_id: format!("{:032x}", trace.trace_id),
        service: trace.service,
        name: trace.name,
        start_unix_nano: trace.start_unix_nano.to_string(),
        duration_ns: unsigned(trace.duration_ns),
        spans: trace.spans,
        errors: trace.errors,
        services: trace.services,
        matched: trace.matched,
    }
}

/// Durations of root spans, or of matching spans, over time.
#[utoipa::path(get, path = "/recordings/{recording}/traces/scatter", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), ScatterParams),
    responses(
        (status = 200, body = Scatter),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn scatter(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<ScatterParams>,
) -> Result<Json<Scatter>, Problem> {
    let ScatterParams {
        start_ms,
        end_ms,
        filter,
        limit,
    } = params;
    let filter = filter.unwrap_or_default();
    let limit = limit.unwrap_or(2000).clamp(1, 10_000);
    let asked = trail.ask(
        catalogue::Tool::Traces,
        "scatter",
        &filter,
        start_ms,
        end_ms,
    );
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let base_ms = scope.range.start.div_euclid(1_000_000);
        let found = query::scatter(&data.tables().spans().view(), &scope, limit)
            .map_err(|error| query_problem(&filter, &error))?;
        let base = base_ms.saturating_mul(1_000_000);
        let points = &found.points;
        Ok(Scatter {
            base_ms,
            offset_ms: points
                .iter()
                .map(|point| (point.start_unix_nano - base) as f64 / 1e6)
                .collect(),
            duration_ns: points
                .iter()
                .map(|point| unsigned(point.duration_ns))
                .collect(),
            error: points.iter().map(|point| u8::from(point.error)).collect(),
            trace_ids: points
                .iter()
                .map(|point| format!("{:032x}", point.trace_id))
                .collect(),
            names: points.iter().map(|point| point.name.clone()).collect(),
            shown: points.len(),
            total: found.total,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}
