//! Metrics: which metrics and labels there are, for completion.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use telemetry::metrics::{METRIC_NAME, Matcher, MetricStore, MetricType};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Values of one label in an answer.
const MAX_VALUES: usize = 200;

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
    /// `counter`, `gauge`, `histogram`, `summary`, or `unknown` when nothing described it.
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
    State(app): State<App>,
    Path(recording): Path<String>,
) -> Result<Json<MetricList>, Problem> {
    let answer = app.query(recording, |data, stopwatch| {
        let metrics = data.metrics()?;
        let metrics = metrics.metric_names().into_iter().map(|info| {
            let metadata = info.metadata.as_ref();
            MetricName {
                kind: metadata
                    .map_or("unknown", |it| kind(it.metric_type))
                    .to_owned(),
                unit: metadata.map_or_else(String::new, |it| it.unit.clone()),
                help: metadata.map_or_else(String::new, |it| it.help.clone()),
                name: info.name,
                series: info.series as u64,
            }
        });
        Ok(MetricList {
            metrics: metrics.collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

/// The labels of a metric, or of all metrics.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/labels", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), MetricLabelParams),
    responses(
        (status = 200, body = MetricLabelList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metric_labels(
    State(app): State<App>,
    Path(recording): Path<String>,
    Query(params): Query<MetricLabelParams>,
) -> Result<Json<MetricLabelList>, Problem> {
    let answer = app.query(recording, move |data, stopwatch| {
        let metrics = data.metrics()?;
        let matchers = params
            .metric
            .as_deref()
            .map(|metric| family(&metrics, metric));
        let labels = metrics
            .labels(matchers.as_slice(), MAX_VALUES)
            .into_iter()
            .filter(|label| *label.name != *METRIC_NAME)
            .map(|label| MetricLabel {
                name: label.name.to_string(),
                values: label
                    .values
                    .iter()
                    .map(|(value, _)| value.to_string())
                    .collect(),
                values_total: label.total,
            });
        Ok(MetricLabelList {
            labels: labels.collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    answer.await.map(Json)
}

/// Matches the series of a metric; a histogram's have names of their own.
fn family(metrics: &MetricStore, metric: &str) -> Matcher {
    let histogram = metrics
        .metadata(metric)
        .is_some_and(|metadata| metadata.metric_type == MetricType::Histogram);
    let name = if histogram {
        format!("{metric}_bucket")
    } else {
        metric.to_owned()
    };
    Matcher::equal(METRIC_NAME, name)
}

fn kind(metric_type: MetricType) -> &'static str {
    match metric_type {
        MetricType::Counter => "counter",
        MetricType::Gauge => "gauge",
        MetricType::Histogram => "histogram",
        MetricType::Summary => "summary",
    }
}
