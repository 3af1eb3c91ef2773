//! The database: sessions, who blocks whom, and statements.

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
use crate::trail::{Asker, Trail};

/// Sessions of one answer.
const MAX_SESSIONS: usize = 2000;

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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
}

/// The database's sessions in one sample; sessions that are plain idle are not sampled.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseSessions {
    /// When the sample was taken, ms since the epoch; null when there is none so early.
    pub time_ms: Option<i64>,
    /// Those that block others first, then by how long they have been in their state; at most 2000.
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
    /// The database that it is connected to.
    pub database: String,
    /// The client's name for itself.
    pub application_name: String,
    /// Role.
    pub user: String,
    /// `active`, `idle in transaction`, `idle in transaction (aborted)`, …
    pub state: String,
    /// Since when it is in this state, ns since the epoch, decimal; null when not reported.
    pub state_since_unix_nano: Option<String>,
    /// How long it is in this state; 0 when `state_since_unix_nano` is null.
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
    pub blocks: u64,
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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
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
    State(app): State<App>,
    Path(recording): Path<String>,
    Query(params): Query<DatabaseSamplesParams>,
) -> Result<Json<DatabaseSamples>, Problem> {
    let answer = app.query(recording, move |data, stopwatch| {
        let range = data.range(params.start_ms, params.end_ms)?;
        let found = query::database_sample_times(&data.tables().samples().view(), range)
            .map_err(|error| query_problem("", &error))?;
        Ok(DatabaseSamples {
            databases: found.databases,
            times_ms: found
                .times_unix_nano
                .iter()
                .map(|time| time.div_euclid(1_000_000))
                .collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

/// The sessions of one sample, with who blocks whom.
#[utoipa::path(get, path = "/recordings/{recording}/database/sessions", tag = "database",
    params(("recording" = String, Path, description = "Recording id"), DatabaseSessionsParams),
    responses(
        (status = 200, body = DatabaseSessions),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn database_sessions(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<DatabaseSessionsParams>,
) -> Result<Json<DatabaseSessions>, Problem> {
    let at_ms = params.at_ms;
    let asked = trail
        .ask(catalogue::Tool::Database, "sessions", "", Some(at_ms), None)
        .by(params.asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        // The page speaks milliseconds: a sample within that millisecond counts as taken by then.
        let at = at_ms.saturating_mul(1_000_000).saturating_add(999_999);
        let found = query::database_sessions(&data.tables().samples().view(), at, MAX_SESSIONS)
            .map_err(|error| query_problem("", &error))?;
        let time = found.time_unix_nano.unwrap_or(0);
        Ok(DatabaseSessions {
            time_ms: found.time_unix_nano.map(|time| time.div_euclid(1_000_000)),
            sessions: found
                .sessions
                .into_iter()
                .map(|session| shape(session, time))
                .collect(),
            total: found.total as u64,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

fn shape(session: query::DatabaseSession, sampled_at: i64) -> DatabaseSession {
    let since = |start: i64| unsigned(sampled_at - start);
    let (trace, span) = (session.trace_id, session.span_id);
    DatabaseSession {
        pid: session.pid,
        database: session.database,
        application_name: session.application_name,
        user: session.user,
        state: session.state,
        state_duration_ns: session.state_since_unix_nano.map_or(0, since),
        state_since_unix_nano: session.state_since_unix_nano.map(|time| time.to_string()),
        transaction_duration_ns: session.transaction_start_unix_nano.map(since),
        query: session.query,
        wait_event_type: session.wait_event_type,
        wait_event: session.wait_event,
        blocked_by: session.blocked_by,
        blocks: session.blocks as u64,
        trace_id: (trace != 0).then(|| format!("{trace:032x}")),
        span_id: (span != 0).then(|| format!("{span:016x}")),
    }
}

/// What the database spent its time on.
#[utoipa::path(get, path = "/recordings/{recording}/database/statements", tag = "database",
    params(("recording" = String, Path, description = "Recording id"), StatementsParams),
    responses(
        (status = 200, body = StatementList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn database_statements(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<StatementsParams>,
) -> Result<Json<StatementList>, Problem> {
    let StatementsParams {
        start_ms,
        end_ms,
        order,
        limit,
        asked_by,
    } = params;
    let limit = limit.unwrap_or(50).clamp(1, 500);
    let tool = catalogue::Tool::Database;
    let asked = trail
        .ask(tool, "statements", "", start_ms, end_ms)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let range = data.range(start_ms, end_ms)?;
        let order = match order.unwrap_or_default() {
            StatementOrder::TotalTime => query::StatementOrder::TotalTime,
            StatementOrder::MeanTime => query::StatementOrder::MeanTime,
            StatementOrder::Calls => query::StatementOrder::Calls,
            StatementOrder::Rows => query::StatementOrder::Rows,
        };
        let samples = data.tables().samples();
        let found = query::database_statements(&samples.view(), range, order, limit)
            .map_err(|error| query_problem("", &error))?;
        let statements = found.statements.into_iter().map(|statement| Statement {
            query_id: statement.query_id,
            query: statement.query,
            calls: statement.calls,
            total_ms: statement.total_ms,
            mean_ms: statement.mean_ms,
            rows: statement.rows,
            blocks_hit: statement.blocks_hit,
            blocks_read: statement.blocks_read,
            share: statement.share,
        });
        Ok(StatementList {
            statements: statements.collect(),
            total: found.total as u64,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}
