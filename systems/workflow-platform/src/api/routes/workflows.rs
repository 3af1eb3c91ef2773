//! `/v1/workflows`: definitions, and what runs of them.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::api::extract::{Caller, PathId, ValidJson, ValidQuery};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::WorkflowId;
use crate::types::api::{
    CancelledExecutions, CreateWorkflow, HistoryEntry, ListWorkflows, Page, StartWorkflow,
    StartedExecution, UpdateWorkflow, Window, WorkflowStatusView,
};
use crate::types::workflow::{Workflow, WorkflowSummary};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/workflows", get(list).post(create))
        .route("/v1/workflows/{id}", get(read).put(update))
        .route("/v1/workflows/{id}/start", post(start))
        .route("/v1/workflows/{id}/cancel", post(cancel))
        .route("/v1/workflows/{id}/status", get(status))
        .route("/v1/workflows/{id}/history", get(history))
}

async fn list(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidQuery(query): ValidQuery<ListWorkflows>,
) -> Result<Json<Page<WorkflowSummary>>, ApiError> {
    Ok(Json(state.workflows.list(&principal, &query).await?))
}

async fn create(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(request): ValidJson<CreateWorkflow>,
) -> Result<(StatusCode, Json<Workflow>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(state.workflows.create(&principal, request).await?),
    ))
}

async fn read(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(state.workflows.get(&principal, id).await?))
}

async fn update(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
    ValidJson(request): ValidJson<UpdateWorkflow>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(state.workflows.update(&principal, id, request).await?))
}

async fn start(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
    ValidJson(request): ValidJson<StartWorkflow>,
) -> Result<(StatusCode, Json<StartedExecution>), ApiError> {
    Ok((
        StatusCode::ACCEPTED,
        Json(state.workflows.start(&principal, id, request).await?),
    ))
}

async fn cancel(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
) -> Result<Json<CancelledExecutions>, ApiError> {
    Ok(Json(state.workflows.cancel(&principal, id).await?))
}

async fn status(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
) -> Result<Json<WorkflowStatusView>, ApiError> {
    Ok(Json(state.workflows.status(&principal, id).await?))
}

async fn history(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<WorkflowId>,
    ValidQuery(window): ValidQuery<Window>,
) -> Result<Json<Page<HistoryEntry>>, ApiError> {
    Ok(Json(
        state.workflows.history(&principal, id, &window).await?,
    ))
}
