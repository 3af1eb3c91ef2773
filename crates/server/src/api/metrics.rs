//! Metrics: PromQL over a range and at an instant, and exemplars.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Parameters of a range query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MetricsRangeParams {
    /// PromQL.
    pub query: String,
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch.
    pub end_ms: i64,
    /// Distance between two points.
    pub step_ms: i64,
}

/// A PromQL matrix on one time axis.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricsRange {
    /// Time of the first point, ms since the epoch.
    pub start_ms: i64,
    /// Distance between two points.
    pub step_ms: i64,
    /// Points per series.
    pub points: usize,
    /// The series; at most 500.
    pub series: Vec<RangeSeries>,
    /// Series that the query gave.
    pub series_total: usize,
    /// Whether series were left out.
    pub truncated: bool,
    /// What the engine wants to say about the query.
    pub warnings: Vec<String>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One series of a matrix.
#[derive(Debug, Serialize, ToSchema)]
pub struct RangeSeries {
    /// Its labels, with `__name__` when the metric's name is kept.
    pub labels: BTreeMap<String, String>,
    /// One value per point; null where there is none or where it is not finite.
    pub values: Vec<Option<f64>>,
}

/// Parameters of an instant query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MetricsInstantParams {
    /// PromQL.
    pub query: String,
    /// When, ms since the epoch.
    pub time_ms: i64,
}

/// A PromQL result at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricsInstant {
    /// What kind of value the expression has.
    pub result_type: ResultType,
    /// The series of a vector; at most 500.
    pub series: Vec<InstantSeries>,
    /// The value of a scalar.
    pub scalar: Option<String>,
    /// Series that the query gave.
    pub series_total: usize,
    /// Whether series were left out.
    pub truncated: bool,
    /// What the engine wants to say about the query.
    pub warnings: Vec<String>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// What kind of value a PromQL expression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultType {
    /// Any number of labelled values.
    Vector,
    /// One number.
    Scalar,
    /// A string literal.
    String,
}

/// One element of a vector.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstantSeries {
    /// Its labels, with `__name__` when the metric's name is kept.
    pub labels: BTreeMap<String, String>,
    /// The value as Prometheus writes it: digits, `NaN`, `+Inf` or `-Inf`.
    pub value: String,
}

/// Parameters of an exemplar query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExemplarParams {
    /// PromQL; the exemplars of every selector in it are given.
    pub query: String,
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch.
    pub end_ms: i64,
}

/// Exemplars.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemplarList {
    /// By time; at most 2000.
    pub exemplars: Vec<Exemplar>,
    /// Exemplars that match.
    pub total: usize,
    /// Whether exemplars were left out.
    pub truncated: bool,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One measurement that remembers its trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Exemplar {
    /// When, ms since the epoch.
    pub time_ms: i64,
    /// What was measured.
    pub value: f64,
    /// The trace in which it was measured.
    pub trace_id: String,
    /// The labels of its series.
    pub labels: BTreeMap<String, String>,
}

/// A PromQL expression over a range.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/range", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), MetricsRangeParams),
    responses(
        (status = 200, body = MetricsRange),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics_range(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<MetricsRangeParams>,
) -> Result<Json<MetricsRange>, Problem> {
    Err(super::pending())
}

/// A PromQL expression at one moment.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/instant", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), MetricsInstantParams),
    responses(
        (status = 200, body = MetricsInstant),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics_instant(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<MetricsInstantParams>,
) -> Result<Json<MetricsInstant>, Problem> {
    Err(super::pending())
}

/// Exemplars of the series that a PromQL expression reads.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/exemplars", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), ExemplarParams),
    responses(
        (status = 200, body = ExemplarList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics_exemplars(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<ExemplarParams>,
) -> Result<Json<ExemplarList>, Problem> {
    Err(super::pending())
}
