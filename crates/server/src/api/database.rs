//! The database: sessions, who blocks whom, and statements.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of the sample list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DatabaseSamplesParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
}

/// When the database's sessions were sampled.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseSamples {
    /// Database servers.
    pub databases: Vec<String>,
    /// Sample times, ms since the epoch, oldest first.
    pub times_ms: Vec<i64>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Parameters of a session list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DatabaseSessionsParams {
    /// The sample at this time, or the last one before, ms since the epoch.
    pub at_ms: i64,
}

/// The database's sessions in one sample; sessions that are plain idle are not sampled.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseSessions {
    /// When the sample was taken, ms since the epoch; null when there is none so early.
    pub time_ms: Option<i64>,
    /// Longest transaction first; at most 2000.
    pub sessions: Vec<DatabaseSession>,
    /// Sessions in the sample.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One session, as `pg_stat_activity` has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseSession {
    /// Process id of the backend.
    pub pid: i64,
    /// The client's name for itself.
    pub application_name: String,
    /// Role.
    pub user: String,
    /// `active`, `idle in transaction`, `idle in transaction (aborted)`, …
    pub state: String,
    /// Since when it is in this state, ns since the epoch, decimal; null when not reported.
    pub state_since_unix_nano: Option<String>,
    /// How long it is in this state.
    pub state_duration_ns: u64,
    /// How long its transaction is open; null outside one.
    pub transaction_duration_ns: Option<u64>,
    /// The statement that runs, or the last one that ran.
    pub query: String,
    /// What kind of thing it waits for.
    pub wait_event_type: Option<String>,
    /// What it waits for.
    pub wait_event: Option<String>,
    /// Backends that it waits for.
    pub blocked_by: Vec<i64>,
    /// How many backends wait for it, directly.
    pub blocks: u32,
    /// The trace that its statement belongs to.
    pub trace_id: Option<String>,
    /// The span that its statement belongs to.
    pub span_id: Option<String>,
}

/// Parameters of a statement list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementsParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// Default `total_time`.
    pub order: Option<StatementOrder>,
    /// Most statements, 1 to 500, default 50.
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// Orders of a statement list, greatest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatementOrder {
    /// Execution time in all.
    #[default]
    TotalTime,
    /// Execution time per call.
    MeanTime,
    /// Calls.
    Calls,
    /// Rows.
    Rows,
}

/// What the database spent its time on.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementList {
    /// The statements.
    pub statements: Vec<Statement>,
    /// Statements that there are.
    pub total: u64,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One statement, as `pg_stat_statements` has it, over the range.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    /// The database's id of the statement.
    pub query_id: String,
    /// Its text with parameters left out.
    pub query: String,
    /// How often it ran.
    pub calls: u64,
    /// Execution time in all.
    pub total_ms: f64,
    /// Execution time per call.
    pub mean_ms: f64,
    /// Rows that it returned or changed.
    pub rows: u64,
    /// Blocks found in the cache.
    pub blocks_hit: u64,
    /// Blocks read from disk.
    pub blocks_read: u64,
    /// Its share of the execution time of all statements, 0 to 1.
    pub share: f64,
}

/// When the database's sessions were sampled.
#[utoipa::path(get, path = "/recordings/{recording}/database/samples", tag = "database",
    params(("recording" = String, Path, description = "Recording id"), DatabaseSamplesParams),
    responses(
        (status = 200, body = DatabaseSamples),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn database_samples(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<DatabaseSamplesParams>,
) -> Result<Json<DatabaseSamples>, Problem> {
    Err(super::pending())
}

/// The sessions of one sample, with who blocks whom.
#[utoipa::path(get, path = "/recordings/{recording}/database/sessions", tag = "database",
    params(("recording" = String, Path, description = "Recording id"), DatabaseSessionsParams),
    responses(
        (status = 200, body = DatabaseSessions),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn database_sessions(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<DatabaseSessionsParams>,
) -> Result<Json<DatabaseSessions>, Problem> {
    Err(super::pending())
}

/// What the database spent its time on.
#[utoipa::path(get, path = "/recordings/{recording}/database/statements", tag = "database",
    params(("recording" = String, Path, description = "Recording id"), StatementsParams),
    responses(
        (status = 200, body = StatementList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn database_statements(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<StatementsParams>,
) -> Result<Json<StatementList>, Problem> {
    Err(super::pending())
}
