//! Spans as figures: a span's duration distribution, and the query pipe.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use telemetry::filter;
use telemetry::query::{self, ColumnKind, Scope};
use utoipa::{IntoParams, ToSchema};

use super::{cell, unsigned};
use crate::app::App;
use crate::data::query_problem;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::Trail;

/// Rows of one answer.
const MAX_ROWS: usize = 10_000;

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
    /// Rows that there are.
    pub total: u64,
    /// Whether rows were left out; whole groups are, the smallest.
    pub truncated: bool,
    /// Whether percentiles come from a histogram, up to 3.2 % off.
    pub approximate: bool,
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
    /// `ns`, `ms`, `By` and the like; empty when it is not known.
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
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<SpanStatsParams>,
) -> Result<Json<SpanStats>, Problem> {
    let SpanStatsParams {
        service,
        name,
        start_ms,
        end_ms,
    } = params;
    let filter = format!("service:{} name:{}", quote(&service), quote(&name));
    let asked = trail.ask(catalogue::Tool::Traces, "stats", &filter, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let found = query::duration_statistics(&data.tables().spans().view(), &scope)
            .map_err(|error| query_problem(&filter, &error))?;
        let buckets = found.buckets.iter().map(|bucket| DurationBucket {
            from_ns: unsigned(bucket.from_ns),
            to_ns: unsigned(bucket.to_ns),
            count: bucket.count,
        });
        Ok(SpanStats {
            buckets: buckets.collect(),
            count: found.count,
            p50_ns: found.p50_ns.map(unsigned),
            p95_ns: found.p95_ns.map(unsigned),
            p99_ns: found.p99_ns.map(unsigned),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

/// A value of the filter language, whatever is in it.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Figures over spans.
#[utoipa::path(get, path = "/recordings/{recording}/spans/query", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), FiguresParams),
    responses(
        (status = 200, body = Figures),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn query_spans(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<FiguresParams>,
) -> Result<Json<Figures>, Problem> {
    let FiguresParams {
        q,
        start_ms,
        end_ms,
    } = params;
    let asked = trail.ask(catalogue::Tool::Traces, "query", &q, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let range = data.range(start_ms, end_ms)?;
        let parsed = filter::parse(&q).map_err(|error| query_problem(&q, &error.into()))?;
        let Some(pipe) = parsed.pipe else {
            return Err(Problem::bad_request(
                "missing-pipe",
                "the query selects spans but asks for no figure",
                "Add one, such as `| count() by service`",
            )
            .at(&q, q.len(), 0));
        };
        let scope = Scope {
            range,
            filter: parsed.filter,
        };
        let found = query::figures(&data.tables().spans().view(), &scope, &pipe, MAX_ROWS)
            .map_err(|error| query_problem(&q, &error))?;
        Ok(figures(found, stopwatch.query_ms()))
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

fn figures(found: query::Figures, query_ms: f64) -> Figures {
    let columns = found.columns.into_iter().map(|column| FigureColumn {
        name: column.name,
        kind: match column.kind {
            ColumnKind::Time => "time",
            ColumnKind::Group => "key",
            ColumnKind::Figure => "figure",
        }
        .to_owned(),
        unit: column.unit.unwrap_or_default().to_owned(),
    });
    Figures {
        columns: columns.collect(),
        rows: found
            .rows
            .into_iter()
            .map(|row| row.into_iter().map(cell).collect())
            .collect(),
        step_ms: found.step_ms,
        total: found.total as u64,
        truncated: found.truncated,
        approximate: found.approximate,
        query_ms,
    }
}
