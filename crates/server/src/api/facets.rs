//! Facets and completion for spans and logs.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of facets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FacetParams {
    /// Start, ms since the epoch; the recording's without it.
    pub start_ms: Option<i64>,
    /// End (exclusive), ms since the epoch; the recording's without it.
    pub end_ms: Option<i64>,
    /// A filter; everything without it.
    pub filter: Option<String>,
    /// Keys, separated by commas; at most 20.
    pub keys: String,
}

/// Values of some keys among what matches.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetList {
    /// Rows that match.
    pub matched: u64,
    /// One facet per key, in the order asked for.
    pub facets: Vec<Facet>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// The values of one key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facet {
    /// The key.
    pub key: String,
    /// `string`, `integer`, `float`, `boolean`, `duration` or `mixed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The most frequent values; at most 20.
    pub values: Vec<ValueCount>,
    /// Distinct values among what matches.
    pub distinct: u64,
    /// Rows that match and lack the key.
    pub missing: u64,
}

/// A value and how often it occurs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueCount {
    /// The value.
    pub value: Value,
    /// Rows with it.
    pub count: u64,
}

/// Spans or logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowSignal {
    /// Spans.
    Spans,
    /// Log records.
    Logs,
}

/// Parameters of the key list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeyParams {
    /// Spans or logs.
    pub signal: RowSignal,
}

/// Keys that can be used in a filter.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyList {
    /// Most frequent first.
    pub keys: Vec<Key>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// The key, such as `http.route`.
    pub key: String,
    /// `string`, `integer`, `float`, `boolean`, `duration` or `mixed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Rows that carry it.
    pub count: u64,
}

/// Parameters of value completion.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ValueParams {
    /// Spans or logs.
    pub signal: RowSignal,
    /// The key.
    pub key: String,
    /// Only values that start with this.
    pub prefix: Option<String>,
    /// Most values, 1 to 500, default 50.
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// Values of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueList {
    /// Most frequent first.
    pub values: Vec<ValueCount>,
    /// Whether values were left out.
    pub truncated: bool,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// Facets over spans.
#[utoipa::path(get, path = "/recordings/{recording}/spans/facets", tag = "traces",
    params(("recording" = String, Path, description = "Recording id"), FacetParams),
    responses(
        (status = 200, body = FacetList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn span_facets(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<FacetParams>,
) -> Result<Json<FacetList>, Problem> {
    Err(super::pending())
}

/// Facets over log records.
#[utoipa::path(get, path = "/recordings/{recording}/logs/facets", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), FacetParams),
    responses(
        (status = 200, body = FacetList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_facets(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<FacetParams>,
) -> Result<Json<FacetList>, Problem> {
    Err(super::pending())
}

/// Keys that can be used in a filter.
#[utoipa::path(get, path = "/recordings/{recording}/keys", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id"), KeyParams),
    responses(
        (status = 200, body = KeyList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_keys(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<KeyParams>,
) -> Result<Json<KeyList>, Problem> {
    Err(super::pending())
}

/// Values of a key, for completion.
#[utoipa::path(get, path = "/recordings/{recording}/values", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id"), ValueParams),
    responses(
        (status = 200, body = ValueList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_values(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<ValueParams>,
) -> Result<Json<ValueList>, Problem> {
    Err(super::pending())
}
