//! Sessions of a database at one moment.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::QueryError;
use super::super::records::{Reader, value};
use super::super::rows::RowRef;
use super::super::select::{Scope, Selector};
use super::event_is;
use super::time::parse_time;
use crate::column::Column;
use crate::table::{KeyType, OwnedValue, TimeRange, View};

const QUERY_SAMPLE: &str = "db.server.query_sample";
/// Events this near to each other belong to one sampling.
const ONE_SAMPLING: i64 = 1_000_000_000;

/// When a database was sampled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SampleTimes {
    /// Names of the databases, sorted.
    pub databases: Vec<String>,
    /// Times of the samplings, nanoseconds since the epoch, ascending.
    pub times_unix_nano: Vec<i64>,
}

/// The sessions that one sampling has seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionSnapshot {
    /// Time of the sampling; `None` when there is none at or before the asked time.
    pub time_unix_nano: Option<i64>,
    /// Sessions: those that block others first, then by how long they have been in their state.
    pub sessions: Vec<DatabaseSession>,
    /// Sessions that there are.
    pub total: usize,
}

/// One session, as `pg_stat_activity` reports it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatabaseSession {
    /// Process id of the backend.
    pub pid: i64,
    /// Database that it is connected to.
    pub database: String,
    /// `application_name`.
    pub application_name: String,
    /// User.
    pub user: String,
    /// `active`, `idle in transaction`, …
    pub state: String,
    /// Since when it has been in that state.
    pub state_since_unix_nano: Option<i64>,
    /// When its transaction began.
    pub transaction_start_unix_nano: Option<i64>,
    /// When its query began.
    pub query_start_unix_nano: Option<i64>,
    /// The running query, or the last one.
    pub query: String,
    /// `Lock`, `IO`, …
    pub wait_event_type: Option<String>,
    /// What exactly it waits for.
    pub wait_event: Option<String>,
    /// Sessions that it waits for.
    pub blocked_by: Vec<i64>,
    /// Sessions that wait for it.
    pub blocks: usize,
    /// Trace of the query; 0 when not known.
    pub trace_id: u128,
    /// Span of the query; 0 when not known.
    pub span_id: u64,
}

/// When the databases were sampled in a range, and which databases there are.
///
/// # Errors
/// When the recording cannot be read.
pub fn database_sample_times(view: &View<'_>, range: TimeRange) -> Result<SampleTimes, QueryError> {
    let selected = Selector::new(
        view,
        &Scope {
            range,
            filter: event_is(QUERY_SAMPLE),
        },
    )?
    .select_all();
    let mut times: Vec<i64> = Vec::new();
    for part in &selected {
        let segment = view.segment(part.segment).times();
        part.rows.for_each(|row| times.push(segment[row]));
    }
    times.sort_unstable();
    times.dedup_by(|later, first| *later - *first < ONE_SAMPLING);
    let mut databases = BTreeSet::new();
    for key in view.keys_named("db.namespace") {
        view.load_keys([key])?;
        for part in &selected {
            if let Some(Column::Text(column)) = view.column(part.segment, key) {
                let names = (1..column.code_count())
                    .filter_map(|code| column.text(code as u16, view.dictionary(key)));
                databases.extend(names.map(str::to_owned));
            }
        }
    }
    Ok(SampleTimes {
        databases: databases.into_iter().collect(),
        times_unix_nano: times,
    })
}

/// The sessions of the last sampling at or before a time, at most `limit`.
///
/// # Errors
/// When the recording cannot be read.
pub fn database_sessions(
    view: &View<'_>,
    at: i64,
    limit: usize,
) -> Result<SessionSnapshot, QueryError> {
    let until = TimeRange::new(i64::MIN, at.saturating_add(1));
    let selected = Selector::new(
        view,
        &Scope {
            range: until,
            filter: event_is(QUERY_SAMPLE),
        },
    )?
    .select_all();
    let mut rows: Vec<RowRef> = Vec::new();
    let mut latest = None;
    for part in &selected {
        let times = view.segment(part.segment).times();
        part.rows.for_each(|row| {
            latest = latest.max(Some(times[row]));
            rows.push(RowRef {
                segment: part.segment,
                row,
            });
        });
    }
    let Some(latest) = latest else {
        return Ok(SessionSnapshot {
            time_unix_nano: None,
            sessions: Vec::new(),
            total: 0,
        });
    };
    rows.retain(|at| {
        view.segment(at.segment).times()[at.row] > latest.saturating_sub(ONE_SAMPLING)
    });
    // Loads what a session needs.
    Reader::new(view)?;
    let mut sessions: Vec<DatabaseSession> = rows.into_iter().map(|at| session(view, at)).collect();
    let blockers: Vec<i64> = sessions
        .iter()
        .flat_map(|session| session.blocked_by.iter().copied())
        .collect();
    for session in &mut sessions {
        session.blocks = blockers.iter().filter(|pid| **pid == session.pid).count();
    }
    sessions.sort_by_key(|session| {
        (
            std::cmp::Reverse(session.blocks),
            session.state_since_unix_nano.unwrap_or(i64::MAX),
            session.pid,
        )
    });
    let total = sessions.len();
    sessions.truncate(limit);
    Ok(SessionSnapshot {
        time_unix_nano: Some(latest),
        sessions,
        total,
    })
}

fn session(view: &View<'_>, at: RowRef) -> DatabaseSession {
    let fields = Fields { view, at };
    let segment = view.segment(at.segment);
    let blocked_by = fields.text(&["postgresql.blocking_pids", "postgresql.blocking.pids"]);
    let pids = blocked_by
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|pid| pid.parse().ok());
    let known = |text: String| (!text.is_empty()).then_some(text);
    DatabaseSession {
        pid: fields.number("postgresql.pid").unwrap_or(0),
        database: fields.text(&["db.namespace"]),
        application_name: fields.text(&["postgresql.application_name"]),
        user: fields.text(&["user.name"]),
        state: fields.text(&["postgresql.state"]),
        state_since_unix_nano: fields.time(&["postgresql.state_change", "postgresql.query_start"]),
        transaction_start_unix_nano: fields.time(&[
            "postgresql.xact_start",
            "postgresql.blocking.transaction.start_time",
        ]),
        query_start_unix_nano: fields.time(&["postgresql.query_start"]),
        query: fields.text(&["db.query.text"]),
        wait_event_type: known(fields.text(&["postgresql.wait_event_type"])),
        wait_event: known(fields.text(&["postgresql.wait_event"])),
        blocked_by: pids.collect(),
        blocks: 0,
        trace_id: segment.traces().trace_id(at.row),
        span_id: segment.identities().span_ids[at.row],
    }
}

/// Attributes of one sample, whatever type they were sent with.
struct Fields<'v, 'a> {
    view: &'v View<'a>,
    at: RowRef,
}

impl Fields<'_, '_> {
    fn value(&self, name: &str) -> Option<OwnedValue> {
        let keys = KeyType::ALL
            .iter()
            .filter_map(|key_type| self.view.key_of(name, *key_type));
        keys.filter_map(|key| value(self.view, self.at, key)).next()
    }

    /// The first of these that is there and not empty, as text.
    fn text(&self, names: &[&str]) -> String {
        let mut texts = names
            .iter()
            .filter_map(|name| self.value(name))
            .map(|value| match value {
                OwnedValue::Str(text) => text,
                OwnedValue::I64(number) => number.to_string(),
                OwnedValue::F64(number) => number.to_string(),
                OwnedValue::Bool(value) => value.to_string(),
            });
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            OwnedValue::I64(number) => Some(number),
            OwnedValue::F64(number) => Some(number as i64),
            OwnedValue::Str(text) => text.parse().ok(),
            OwnedValue::Bool(_) => None,
        }
    }

    /// The first of these that is a time: text, or nanoseconds since the epoch.
    fn time(&self, names: &[&str]) -> Option<i64> {
        let mut times = names.iter().filter_map(|name| match self.value(name)? {
            OwnedValue::I64(nanoseconds) => Some(nanoseconds),
            OwnedValue::Str(text) => parse_time(&text).or_else(|| text.parse().ok()),
            _ => None,
        });
        times.next()
    }
}
