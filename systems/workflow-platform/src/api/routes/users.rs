//! `/v1/users`: a tenant's users and their permissions.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::api::extract::{Caller, PathId, ValidJson, ValidQuery};
use crate::api::json::Json;
use crate::api::problem::ApiError;
use crate::api::state::SharedState;
use crate::types::UserId;
use crate::types::api::{CreateUser, Page, SetPermissions, UpdateUser, Window};
use crate::types::user::{User, UserPermissions};

/// The routes.
pub fn router() -> Router<SharedState> {
    Router::new()
        .route("/v1/users", get(list).post(create))
        .route("/v1/users/{id}", get(read).patch(update))
        .route(
            "/v1/users/{id}/permissions",
            get(permissions).put(set_permissions),
        )
}

async fn list(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidQuery(window): ValidQuery<Window>,
) -> Result<Json<Page<User>>, ApiError> {
    Ok(Json(state.users.list(&principal, &window).await?))
}

async fn create(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    ValidJson(request): ValidJson<CreateUser>,
) -> Result<(StatusCode, Json<User>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(state.users.create(&principal, request).await?),
    ))
}

async fn read(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<UserId>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(state.users.get(&principal, id).await?))
}

async fn update(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<UserId>,
    ValidJson(request): ValidJson<UpdateUser>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(state.users.update(&principal, id, request).await?))
}

async fn permissions(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<UserId>,
) -> Result<Json<UserPermissions>, ApiError> {
    Ok(Json(state.users.permissions(&principal, id).await?))
}

async fn set_permissions(
    State(state): State<SharedState>,
    Caller(principal): Caller,
    PathId(id): PathId<UserId>,
    ValidJson(request): ValidJson<SetPermissions>,
) -> Result<Json<UserPermissions>, ApiError> {
    Ok(Json(
        state
            .users
            .set_permissions(&principal, id, request.granted)
            .await?,
    ))
}
