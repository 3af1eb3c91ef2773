//! The HTTP API under `/api/v1`: one file per group of endpoints, each with its answer's types.
//!
//! The OpenAPI document is made from these types and handlers, and the page's typed client is made
//! from the document; see [`openapi`].

pub mod answer;
pub mod answer_result;
pub mod changes;
pub mod code;
pub mod database;
pub mod drills;
pub mod facets;
pub mod flame;
pub mod heap;
pub mod heap_answers;
pub mod hints;
pub mod logs;
pub mod metric_names;
pub mod metrics;
pub mod notebook;
mod openapi;
pub mod proof;
pub mod recordings;
pub mod services;
pub mod session;
pub mod session_events;
pub mod sessions;
pub mod spans;
pub mod timeline;
pub mod trace;
pub mod traces;
pub mod verdict;
pub mod version;

pub use openapi::openapi;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::response::sse::Event;
use interview::StoreError;
use serde::Serialize;
use serde_json::Value;
use telemetry::query::Cell;
use telemetry::table::OwnedValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Problem;

/// Every endpoint, relative to `/api/v1`.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(version::version))
        .routes(routes!(drills::list_drills))
        .merge(session_routes())
        .merge(recording_routes())
        .routes(routes!(code::list_files))
        .routes(routes!(code::get_file))
        .routes(routes!(code::search_code))
}

fn session_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions::create_session, sessions::list_sessions))
        .routes(routes!(sessions::get_session, sessions::delete_session))
        .routes(routes!(sessions::retry_session))
        .routes(routes!(session_events::session_events))
        .routes(routes!(notebook::list_entries, notebook::add_entry))
        .routes(routes!(notebook::change_entry, notebook::remove_entry))
        .routes(routes!(hints::get_hints, hints::show_hint))
        .routes(routes!(answer::get_answer, answer::save_answer))
        .routes(routes!(answer::hand_in))
        .routes(routes!(answer::get_result))
        .routes(routes!(changes::list_changes))
        .routes(routes!(changes::change_file, changes::revert_file))
        .routes(routes!(changes::get_patch))
        .routes(routes!(proof::start_proof, proof::list_proofs))
        .routes(routes!(proof::get_proof))
        .routes(routes!(proof::cancel_proof))
        .routes(routes!(proof::proof_events))
}

fn recording_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(recordings::list_recordings))
        .routes(routes!(recordings::get_recording))
        .routes(routes!(recordings::seal_live))
        .routes(routes!(timeline::timeline))
        .routes(routes!(metrics::metrics_range))
        .routes(routes!(metrics::metrics_instant))
        .routes(routes!(metrics::metrics_exemplars))
        .routes(routes!(metric_names::metric_names))
        .routes(routes!(metric_names::metric_labels))
        .routes(routes!(traces::search_traces))
        .routes(routes!(traces::scatter))
        .routes(routes!(flame::trace_flame))
        .routes(routes!(trace::get_trace))
        .routes(routes!(spans::span_stats))
        .routes(routes!(spans::query_spans))
        .routes(routes!(facets::span_facets))
        .routes(routes!(facets::log_facets))
        .routes(routes!(facets::list_keys))
        .routes(routes!(facets::list_values))
        .routes(routes!(logs::search_logs))
        .routes(routes!(logs::log_histogram))
        .routes(routes!(logs::log_patterns))
        .routes(routes!(database::database_samples))
        .routes(routes!(database::database_sessions))
        .routes(routes!(database::database_statements))
        .routes(routes!(services::service_graph))
        .routes(routes!(services::service_history))
        .routes(routes!(heap::heap_snapshots))
        .routes(routes!(heap::heap_summary))
        .routes(routes!(heap::heap_diff))
        .routes(routes!(heap::heap_paths))
        .routes(routes!(heap::heap_owners))
        .routes(routes!(heap::heap_node))
}

/// Milliseconds since `started`, for `query_ms`.
fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

/// What the store refuses, for the page.
fn store_problem(error: StoreError) -> Problem {
    match &error {
        StoreError::UnknownSession(_) => Problem::not_found(
            "unknown-session",
            error.to_string(),
            "It may have been deleted; go back to the start page",
        ),
        StoreError::UnknownEntry(_) => {
            Problem::not_found("unknown-entry", error.to_string(), "Reload the notebook")
        }
        StoreError::WrongState { .. } => {
            Problem::conflict("wrong-state", error.to_string(), "Reload the session")
        }
        StoreError::TooMuch { .. } => Problem::bad_request(
            "too-much",
            error.to_string(),
            "Shorten it, or remove something",
        ),
        StoreError::StatusWithoutHypothesis => Problem::bad_request(
            "status-without-hypothesis",
            error.to_string(),
            "Leave the status out",
        ),
        StoreError::Open { .. } | StoreError::Database(_) | StoreError::Corrupt { .. } => {
            Problem::logged(&error, "read or write the database")
        }
    }
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A server-sent event of this name.
fn event<T: Serialize>(name: &str, data: &T) -> Event {
    // Plain data is always JSON without line breaks.
    Event::default()
        .event(name)
        .data(serde_json::to_string(data).unwrap_or_default())
}

/// A length of time, which is not negative.
fn unsigned(nanoseconds: i64) -> u64 {
    u64::try_from(nanoseconds).unwrap_or(0)
}

/// Attributes by key. JSON has no NaN and no infinity: they travel as text.
fn attributes(attributes: Vec<(String, OwnedValue)>) -> BTreeMap<String, Value> {
    attributes
        .into_iter()
        .map(|(key, value)| {
            let value = match value {
                OwnedValue::Bool(value) => Value::Bool(value),
                OwnedValue::I64(value) => Value::from(value),
                OwnedValue::F64(value) => number(value),
                OwnedValue::Str(value) => Value::String(value),
            };
            (key, value)
        })
        .collect()
}

/// A cell of a table of figures.
fn cell(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(value),
        Cell::I64(value) => Value::from(value),
        Cell::F64(value) => number(value),
        Cell::Text(value) => Value::String(value),
    }
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value)
        .map_or_else(|| Value::String(value.to_string()), Value::Number)
}
