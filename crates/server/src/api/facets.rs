//! Facets and completion for spans and logs.

use std::sync::RwLockReadGuard;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use telemetry::query;
use telemetry::table::{KeyType, Stored};
use utoipa::{IntoParams, ToSchema};

use super::cell;
use crate::app::App;
use crate::data::{Data, query_problem};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::trail::Trail;

/// Keys of one question.
const MAX_KEYS: usize = 20;
/// Values of one facet.
const MAX_VALUES: usize = 20;

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
    /// One facet per key and type of value, in the order asked for; none for a key that no row has.
    pub facets: Vec<Facet>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// The values of one key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facet {
    /// The key.
    pub key: String,
    /// `string`, `integer`, `float`, `boolean` or `duration`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The most frequent values; at most 20.
    pub values: Vec<ValueCount>,
    /// Distinct values among what matches.
    pub distinct: u64,
    /// Whether `distinct` is exact; otherwise there are at least that many.
    pub distinct_exact: bool,
    /// Rows that match and lack the key.
    pub missing: u64,
    /// Smallest and greatest number; null when the values are not numbers.
    pub extent: Option<NumberExtent>,
}

/// From the smallest to the greatest number.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberExtent {
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
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
    /// `string`, `integer`, `float`, `boolean` or `duration`.
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
    /// Distinct values that start with the prefix.
    pub total: u64,
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
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<FacetParams>,
) -> Result<Json<FacetList>, Problem> {
    facets(app, trail, recording, params, RowSignal::Spans).await
}

/// Facets over log records.
#[utoipa::path(get, path = "/recordings/{recording}/logs/facets", tag = "logs",
    params(("recording" = String, Path, description = "Recording id"), FacetParams),
    responses(
        (status = 200, body = FacetList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn log_facets(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<FacetParams>,
) -> Result<Json<FacetList>, Problem> {
    facets(app, trail, recording, params, RowSignal::Logs).await
}

async fn facets(
    app: App,
    trail: Trail,
    recording: String,
    params: FacetParams,
    signal: RowSignal,
) -> Result<Json<FacetList>, Problem> {
    let FacetParams {
        start_ms,
        end_ms,
        filter,
        keys,
    } = params;
    let filter = filter.unwrap_or_default();
    let keys = key_names(&keys)?;
    let tool = match signal {
        RowSignal::Spans => catalogue::Tool::Traces,
        RowSignal::Logs => catalogue::Tool::Logs,
    };
    let asked = trail.ask(tool, "facets", &filter, start_ms, end_ms);
    let answer = app.query(recording, move |data, stopwatch| {
        let scope = data.scope(start_ms, end_ms, &filter)?;
        let stored = signal.table(data);
        let mut found = query::facets(&stored.view(), &scope, &keys, MAX_VALUES)
            .map_err(|error| query_problem(&filter, &error))?;
        // In the order asked for; values of several types under one key follow each other.
        found
            .facets
            .sort_by_key(|facet| keys.iter().position(|key| *key == facet.key));
        Ok(FacetList {
            matched: found.matched,
            facets: found.facets.into_iter().map(facet).collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

fn key_names(keys: &str) -> Result<Vec<String>, Problem> {
    let names: Vec<String> = keys
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect();
    if names.is_empty() || names.len() > MAX_KEYS {
        return Err(Problem::bad_request(
            "invalid-keys",
            format!(
                "facets need 1 to {MAX_KEYS} keys, {} were given",
                names.len()
            ),
            "Give keys separated by commas",
        ));
    }
    Ok(names)
}

fn facet(facet: query::Facet) -> Facet {
    Facet {
        kind: kind(&facet.key, facet.key_type).to_owned(),
        key: facet.key,
        distinct: facet.distinct.unwrap_or(facet.values.len() as u64),
        distinct_exact: facet.distinct.is_some(),
        values: facet.values.into_iter().map(value_count).collect(),
        missing: facet.missing,
        extent: facet.extent.map(|(min, max)| NumberExtent { min, max }),
    }
}

fn value_count(value: query::ValueCount) -> ValueCount {
    ValueCount {
        value: cell(value.value),
        count: value.count,
    }
}

/// What kind of values a key has. The language itself gives `duration` its unit.
fn kind(key: &str, key_type: KeyType) -> &'static str {
    match key_type {
        _ if key == "duration" => "duration",
        KeyType::Str => "string",
        KeyType::I64 => "integer",
        KeyType::F64 => "float",
        KeyType::Bool => "boolean",
    }
}

impl RowSignal {
    fn table(self, data: &Data) -> RwLockReadGuard<'_, Stored> {
        match self {
            Self::Spans => data.tables().spans(),
            Self::Logs => data.tables().logs(),
        }
    }
}

/// Keys that can be used in a filter.
#[utoipa::path(get, path = "/recordings/{recording}/keys", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id"), KeyParams),
    responses(
        (status = 200, body = KeyList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_keys(
    State(app): State<App>,
    Path(recording): Path<String>,
    Query(params): Query<KeyParams>,
) -> Result<Json<KeyList>, Problem> {
    let answer = app.query(recording, move |data, stopwatch| {
        let stored = params.signal.table(data);
        let keys = query::keys(&stored.view()).into_iter().map(|key| Key {
            kind: kind(&key.key, key.key_type).to_owned(),
            key: key.key,
            count: key.count,
        });
        Ok(KeyList {
            keys: keys.collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

/// Values of a key, for completion.
#[utoipa::path(get, path = "/recordings/{recording}/values", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id"), ValueParams),
    responses(
        (status = 200, body = ValueList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_values(
    State(app): State<App>,
    Path(recording): Path<String>,
    Query(params): Query<ValueParams>,
) -> Result<Json<ValueList>, Problem> {
    let limit = params.limit.unwrap_or(50).clamp(1, 500);
    let answer = app.query(recording, move |data, stopwatch| {
        let stored = params.signal.table(data);
        let prefix = params.prefix.as_deref().unwrap_or_default();
        let found = query::values(&stored.view(), &params.key, prefix, limit)
            .map_err(|error| query_problem("", &error))?;
        Ok(ValueList {
            values: found.values.into_iter().map(value_count).collect(),
            total: found.total,
            truncated: found.truncated,
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}
