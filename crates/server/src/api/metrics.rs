//! Metrics: PromQL over a range and at an instant, and exemplars.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use promql::{Labels, Options, Series, Value};
use serde::{Deserialize, Serialize};
use telemetry::metrics::MetricSource;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::data::check_range;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::promql_selectors::{SelectorCollector, problem};
use crate::trail::{Asker, Trail};

/// Series of one answer.
const MAX_SERIES: usize = 500;
/// Values of one answer, over all series.
const MAX_VALUES: usize = 2_000_000;
/// Exemplars of one answer; the largest are kept.
const MAX_EXEMPLARS: usize = 2000;

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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
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
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<MetricsRangeParams>,
) -> Result<Json<MetricsRange>, Problem> {
    check_range(params.start_ms, params.end_ms)?;
    let MetricsRangeParams {
        query,
        start_ms,
        end_ms,
        step_ms,
        asked_by,
    } = params;
    let (start, end) = (Some(start_ms), Some(end_ms));
    let asked = trail
        .ask(catalogue::Tool::Metrics, "range", &query, start, end)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let metrics = data.metrics()?;
        let source = MetricSource(&metrics);
        // The last point lies inside the half-open range.
        let last_ms = end_ms - 1;
        let options = Options::default();
        // What has not been simulated yet has no values: the grid stays, its slots stay empty.
        let known_ms = data.known_until_ms(end_ms) - 1;
        let mut range = promql::range(
            &query,
            &source,
            start_ms,
            known_ms.max(start_ms),
            step_ms,
            &options,
        )
        .map_err(|error| problem(&query, error))?;
        if known_ms < start_ms {
            range.series.clear();
        }
        let points = usize::try_from((last_ms - start_ms) / step_ms).unwrap_or(0) + 1;
        let series_total = range.series.len();
        let shown = MAX_SERIES.min((MAX_VALUES / points).max(1));
        let series = range.series.iter().take(shown).map(|series| RangeSeries {
            labels: labels(&series.labels),
            values: values(series, start_ms, step_ms, points),
        });
        Ok(MetricsRange {
            start_ms,
            step_ms,
            points,
            series: series.collect(),
            series_total,
            truncated: series_total > shown,
            warnings: range.annotations.iter().map(ToString::to_string).collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

/// A series on the grid of the answer; null where it has no finite value.
fn values(series: &Series, start_ms: i64, step_ms: i64, points: usize) -> Vec<Option<f64>> {
    let mut values = vec![None; points];
    for (time, value) in series.samples() {
        let slot = usize::try_from((time - start_ms) / step_ms).ok();
        if let Some(slot) = slot.and_then(|index| values.get_mut(index)) {
            *slot = value.is_finite().then_some(value);
        }
    }
    values
}

fn labels(labels: &Labels) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A PromQL expression at one moment.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/instant", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), MetricsInstantParams),
    responses(
        (status = 200, body = MetricsInstant),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics_instant(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<MetricsInstantParams>,
) -> Result<Json<MetricsInstant>, Problem> {
    let MetricsInstantParams {
        query,
        time_ms,
        asked_by,
    } = params;
    let time = Some(time_ms);
    let asked = trail
        .ask(catalogue::Tool::Metrics, "instant", &query, time, None)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let metrics = data.metrics()?;
        let source = MetricSource(&metrics);
        let mut options = Options::default();
        if data.known_until_ms(time_ms) < time_ms {
            // A sample must not be carried on into what has not been simulated yet.
            options.lookback_ms = 0;
        }
        let instant = promql::instant(&query, &source, time_ms, &options)
            .map_err(|error| problem(&query, error))?;
        let (result_type, samples, scalar) = match instant.value {
            Value::Vector(samples) => (ResultType::Vector, samples, None),
            Value::Scalar(value) => (ResultType::Scalar, Vec::new(), Some(number(value))),
            Value::String(text) => (ResultType::String, Vec::new(), Some(text)),
            Value::Matrix(_) => {
                return Err(Problem::bad_request(
                    "invalid-promql",
                    "a range vector has no value at one moment",
                    "Wrap it in rate(…) or last_over_time(…)",
                ));
            }
        };
        let series = samples.iter().take(MAX_SERIES).map(|sample| InstantSeries {
            labels: labels(&sample.labels),
            value: number(sample.value),
        });
        Ok(MetricsInstant {
            result_type,
            series: series.collect(),
            scalar,
            series_total: samples.len(),
            truncated: samples.len() > MAX_SERIES,
            warnings: instant
                .annotations
                .iter()
                .map(ToString::to_string)
                .collect(),
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}

/// A number as Prometheus writes it.
fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "+Inf".to_owned()
        } else {
            "-Inf".to_owned()
        }
    } else {
        value.to_string()
    }
}

/// Exemplars of the series that a PromQL expression reads.
#[utoipa::path(get, path = "/recordings/{recording}/metrics/exemplars", tag = "metrics",
    params(("recording" = String, Path, description = "Recording id"), ExemplarParams),
    responses(
        (status = 200, body = ExemplarList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics_exemplars(
    State(app): State<App>,
    trail: Trail,
    Path(recording): Path<String>,
    Query(params): Query<ExemplarParams>,
) -> Result<Json<ExemplarList>, Problem> {
    check_range(params.start_ms, params.end_ms)?;
    let ExemplarParams {
        query,
        start_ms,
        end_ms,
        asked_by,
    } = params;
    let (start, end) = (Some(start_ms), Some(end_ms));
    let asked = trail
        .ask(catalogue::Tool::Metrics, "exemplars", &query, start, end)
        .by(asked_by);
    let answer = app.query(recording, move |data, stopwatch| {
        let metrics = data.metrics()?;
        let mut exemplars = Vec::new();
        for matchers in SelectorCollector::collect(&query, end_ms)? {
            exemplars.extend(metrics.exemplars(&matchers, start_ms, end_ms - 1));
        }
        exemplars.retain(|found| found.exemplar.trace_id != 0);
        let total = exemplars.len();
        if total > MAX_EXEMPLARS {
            // The largest values are what a person looks for.
            exemplars.sort_by(|a, b| b.exemplar.value.total_cmp(&a.exemplar.value));
            exemplars.truncate(MAX_EXEMPLARS);
        }
        exemplars.sort_by_key(|found| found.exemplar.time_ms);
        let exemplars: Vec<Exemplar> = exemplars
            .into_iter()
            .map(|found| Exemplar {
                time_ms: found.exemplar.time_ms,
                value: found.exemplar.value,
                trace_id: format!("{:032x}", found.exemplar.trace_id),
                labels: found
                    .labels
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect(),
            })
            .collect();
        Ok(ExemplarList {
            truncated: total > exemplars.len(),
            exemplars,
            total,
            query_ms: stopwatch.query_ms(),
        })
    });
    let answer = answer.await?;
    asked.answered(&app);
    Ok(Json(answer))
}
