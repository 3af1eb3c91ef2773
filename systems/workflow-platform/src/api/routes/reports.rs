//! `/v1/reports`: figures over a tenant's executions and usage.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::api::extract::{Caller, ValidJson, ValidQuery};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::api::{Page, ReportRange, Window};
use crate::types::report::{ExecutionReport, ReportSummary, UsageReport};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/reports", get(list).post(generate))
        .route("/v1/reports/executions", get(executions))
        .route("/v1/reports/usage", get(usage))
}

async fn list(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidQuery(window): ValidQuery<Window>,
) -> Result<Json<Page<ReportSummary>>, ApiError> {
    Ok(Json(state.reports.list(&principal, &window).await?))
}

async fn generate(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(range): ValidJson<ReportRange>,
) -> Result<(StatusCode, Json<ReportSummary>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(state.reports.generate(&principal, range).await?),
    ))
}

async fn executions(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidQuery(range): ValidQuery<ReportRange>,
) -> Result<Json<ExecutionReport>, ApiError> {
    Ok(Json(state.reports.executions(&principal, range).await?))
}

async fn usage(
    State(state): State<SharedState>,
    Caller(principal): Caller,
) -> Result<Json<UsageReport>, ApiError> {
    Ok(Json(state.reports.usage(&principal).await?))
}
