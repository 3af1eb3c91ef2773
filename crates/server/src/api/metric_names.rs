//! Metrics: which metrics and labels there are, for completion.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// The metrics of a recording.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricList {
    /// By name.
    pub metrics: Vec<MetricName>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One metric under its Prometheus name.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricName {
    /// The Prometheus name, such as `http_server_request_duration_seconds`.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unit in words, such as `seconds`; empty when there is none.
    pub unit: String,
    /// What it says.
    pub help: String,
    /// Series under this name.
    pub series: u64,
}

/// Parameters of the label list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MetricLabelParams {
    /// Only labels of this metric; all metrics without it.
    pub metric: Option<String>,
}

/// Labels and their values.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricLabelList {
    /// By name.
    pub labels: Vec<MetricLabel>,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// One label.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricLabel {
    /// Its name.
    pub name: String,
    /// Its values; at most 200.
    pub values: Vec<String>,
    /// Values that there are.
    pub values_total: usize,
}

/// Every metric of the recording.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/names", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id")),
    responses(
        (status = 200, body = MetricList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metric_names(
    State(_app): State<App>,
    Path(_recording): Path<String>,
) -> Result<Json<MetricList>, Problem> {
    Err(super::pending())
}

/// The labels of a metric, or of all metrics.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/labels", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), MetricLabelParams),
    responses(
        (status = 200, body = MetricLabelList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metric_labels(
    State(_app): State<App>,
    Path(_recording): Path<String>,
    Query(_params): Query<MetricLabelParams>,
) -> Result<Json<MetricLabelList>, Problem> {
    Err(super::pending())
}
