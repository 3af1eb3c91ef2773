//! Logs: search, histogram and patterns.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use telemetry::query::{self, Order};
use utoipa::{IntoParams, ToSchema};

use super::attributes;
use crate::app::App;
use crate::data::query_problem;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::Trail;

/// Patterns of one answer.
const MAX_PATTERNS: usize = 200;

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
    /// `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `unspecified`.
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
    /// Patterns that there are.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Messages that differ only in their varying parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPattern {
    /// The message with numbers and ids masked; `pattern:"…"` selects its records.
    pub template: String,
    /// Records of this pattern.
    pub count: u64,
    /// The most severe level among them.
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
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<LogSearchParams>,
) -> Result<Json<LogList>, Problem> {
    let LogSearchParams {
        start_ms,
        end_ms,
        filter,
        order,
        limit,
        cursor,
    } = params;
    let filter = filter.unwrap_or_default();
    let limit = limit.unwrap_or(100).clamp(1, 1000);
    let asked = trail.ask(catalogue::Tool::Logs, "search", &filter, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let order = match order.unwrap_or_default() {
            LogOrder::Newest => Order::Newest,
            LogOrder::Oldest => Order::Oldest,
        };
        let logs = data.tables().logs();
        let page = query::logs(&logs.view(), &scope, order, limit, cursor.as_deref())
            .map_err(|error| query_problem(&filter, &error))?;
        Ok(LogList {
            logs: page.rows.into_iter().map(record).collect(),
            total: page.total,
            next_cursor: page.next_cursor,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

fn record(record: query::LogRecord) -> LogRecord {
    let (trace, span) = (record.trace_id, record.span_id);
    LogRecord {
        id: record.id,
        time_unix_nano: record.time_unix_nano.to_string(),
        level: record.level,
        service: record.service,
        body: record.body,
        trace_id: (trace != 0).then(|| format!("{trace:032x}")),
        span_id: (span != 0).then(|| format!("{span:016x}")),
        attributes: attributes(record.attributes),
    }
}

/// Log records over time by level.
#[utoipa::path(get, path = "/recordings/{recording}/logs/histogram", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), LogHistogramParams),
    responses(
        (status = 200, body = LogHistogram),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_histogram(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<LogHistogramParams>,
) -> Result<Json<LogHistogram>, Problem> {
    let LogHistogramParams {
        start_ms,
        end_ms,
        filter,
        buckets,
    } = params;
    let filter = filter.unwrap_or_default();
    let buckets = buckets.unwrap_or(120).clamp(1, 2000) as usize;
    let asked = trail.ask(
        catalogue::Tool::Logs,
        "histogram",
        &filter,
        start_ms,
        end_ms,
    );
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let found = query::level_histogram(&data.tables().logs().view(), &scope, buckets)
            .map_err(|error| query_problem(&filter, &error))?;
        Ok(LogHistogram {
            start_ms: found.start_unix_nano.div_euclid(1_000_000),
            step_ms: found.step_ns / 1_000_000,
            levels: level_counts(&found.levels),
            total: found.total,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

/// Four levels are enough for a chart; the list shows the exact one.
fn level_counts(levels: &[(&'static str, Vec<u64>)]) -> LevelCounts {
    let length = levels.first().map_or(0, |(_, counts)| counts.len());
    let sum = |names: &[&str]| {
        let mut total = vec![0; length];
        for (_, counts) in levels.iter().filter(|(name, _)| names.contains(name)) {
            for (sum, count) in total.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        total
    };
    LevelCounts {
        error: sum(&["error", "fatal"]),
        warn: sum(&["warn"]),
        info: sum(&["info", "unspecified"]),
        debug: sum(&["debug", "trace"]),
    }
}

/// Log messages grouped by their fixed part.
#[utoipa::path(get, path = "/recordings/{recording}/logs/patterns", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), LogPatternParams),
    responses(
        (status = 200, body = LogPatterns),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_patterns(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<LogPatternParams>,
) -> Result<Json<LogPatterns>, Problem> {
    let LogPatternParams {
        start_ms,
        end_ms,
        filter,
    } = params;
    let filter = filter.unwrap_or_default();
    let asked = trail.ask(catalogue::Tool::Logs, "patterns", &filter, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let found = query::log_patterns(&data.tables().logs().view(), &scope, MAX_PATTERNS)
            .map_err(|error| query_problem(&filter, &error))?;
        let patterns = found.patterns.into_iter().map(|pattern| LogPattern {
            template: pattern.template,
            count: pattern.count,
            level: pattern.level.to_owned(),
            services: pattern.services,
            example: pattern.example,
        });
        Ok(LogPatterns {
            patterns: patterns.collect(),
            total: found.total,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}
