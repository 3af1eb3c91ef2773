//! Statements by what they cost.

use serde::{Deserialize, Serialize};

use super::super::QueryError;
use super::super::group::{By, GroupRequest, GroupValue, Grouped, run};
use super::super::select::Scope;
use super::event_is;
use crate::table::{TimeRange, View};

const TOP_QUERY: &str = "db.server.top_query";
/// The figures of a statement, in order of the fields asked for.
const FIELDS: [&str; 5] = [
    "postgresql.calls",
    "postgresql.total_exec_time",
    "postgresql.rows",
    "postgresql.shared_blks_hit",
    "postgresql.shared_blks_read",
];

/// What statements are ordered by, the greatest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementOrder {
    /// Time spent in all calls.
    #[default]
    TotalTime,
    /// Time of one call.
    MeanTime,
    /// Number of calls.
    Calls,
    /// Rows returned or touched.
    Rows,
}

/// Statements of a range.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statements {
    /// The first ones of the order.
    pub statements: Vec<DatabaseStatement>,
    /// Statements that there are.
    pub total: usize,
}

/// One statement, as `pg_stat_statements` reports it, over a range.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatabaseStatement {
    /// Hash of the statement.
    pub query_id: String,
    /// Text with parameters left open.
    pub query: String,
    /// Calls.
    pub calls: u64,
    /// Milliseconds in all calls.
    pub total_ms: f64,
    /// Milliseconds of one call.
    pub mean_ms: f64,
    /// Rows returned or touched.
    pub rows: u64,
    /// Blocks found in the cache.
    pub blocks_hit: u64,
    /// Blocks read from disk.
    pub blocks_read: u64,
    /// Part (0 to 1) of the time of all statements.
    pub share: f64,
}

/// Statements by cost, at most `limit`.
///
/// # Errors
/// When the recording cannot be read.
pub fn database_statements(
    view: &View<'_>,
    range: TimeRange,
    order: StatementOrder,
    limit: usize,
) -> Result<Statements, QueryError> {
    let request = GroupRequest {
        scope: Scope {
            range,
            filter: event_is(TOP_QUERY),
        },
        by: ["postgresql.queryid", "db.query.text"]
            .map(|key| By::Key(key.to_owned()))
            .to_vec(),
        fields: FIELDS.map(|name| (name.to_owned(), Vec::new())).to_vec(),
    };
    let grouped = run(view, &request)?;
    let mut statements: Vec<DatabaseStatement> = (0..grouped.len())
        .map(|group| statement(view, &grouped, group))
        .collect();
    let time: f64 = statements.iter().map(|statement| statement.total_ms).sum();
    for statement in &mut statements {
        statement.share = if time > 0.0 {
            statement.total_ms / time
        } else {
            0.0
        };
    }
    let rank = |statement: &DatabaseStatement| match order {
        StatementOrder::TotalTime => statement.total_ms,
        StatementOrder::MeanTime => statement.mean_ms,
        StatementOrder::Calls => statement.calls as f64,
        StatementOrder::Rows => statement.rows as f64,
    };
    statements.sort_by(|a, b| {
        rank(b)
            .total_cmp(&rank(a))
            .then_with(|| a.query_id.cmp(&b.query_id))
    });
    let total = statements.len();
    statements.truncate(limit);
    Ok(Statements { statements, total })
}

fn statement(view: &View<'_>, grouped: &Grouped, group: usize) -> DatabaseStatement {
    let shown = |field: usize| match grouped.value(view, group, field) {
        GroupValue::Text(text) => text,
        GroupValue::I64(number) => number.to_string(),
        _ => String::new(),
    };
    let sum = |field: usize| grouped.fields[field][group].sum;
    let (calls, total_ms) = (sum(0), sum(1));
    DatabaseStatement {
        query_id: shown(0),
        query: shown(1),
        calls: calls as u64,
        total_ms,
        mean_ms: if calls > 0.0 { total_ms / calls } else { 0.0 },
        rows: sum(2) as u64,
        blocks_hit: sum(3) as u64,
        blocks_read: sum(4) as u64,
        share: 0.0,
    }
}
