//! `/v1/benchmarks`: figures over all customers, for the start page.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::api::extract::Caller;
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::benchmark::Benchmarks;

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new().route("/v1/benchmarks", get(read))
}

async fn read(
    State(state): State<SharedState>,
    Caller(principal): Caller,
) -> Result<Json<Benchmarks>, ApiError> {
    Ok(Json(state.benchmarks.get(&principal).await?))
}
