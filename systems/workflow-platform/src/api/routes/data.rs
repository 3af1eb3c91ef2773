//! `/v1/data`: a tenant's data sets.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::Value;

use crate::api::extract::{Caller, ValidJson, ValidQuery};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::services::data_service::Record;
use crate::types::api::{ExportData, ImportData, ImportedData, Page, TransformData};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/data/import", post(import))
        .route("/v1/data/export", get(export))
        .route("/v1/data/transform", post(transform))
}

async fn import(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(request): ValidJson<ImportData>,
) -> Result<(StatusCode, Json<ImportedData>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(state.data.import(&principal, request).await?),
    ))
}

async fn export(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidQuery(query): ValidQuery<ExportData>,
) -> Result<Json<Page<Record>>, ApiError> {
    Ok(Json(state.data.export(&principal, &query).await?))
}

async fn transform(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(request): ValidJson<TransformData>,
) -> Result<Json<Vec<Value>>, ApiError> {
    Ok(Json(state.data.transform(&principal, &request).await?))
}
