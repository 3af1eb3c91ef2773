//! Authentication by bearer token.

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tracing::Span;

use crate::api::problem::ApiError;
use crate::api::state::SharedState;

/// Lets a request pass when its token is valid, with its principal attached.
pub async fn authenticate(
    State(state): State<SharedState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer_token(&request) else {
        return ApiError::Unauthenticated.into_response();
    };
    let principal = match state.tokens.principal(token).await {
        Ok(Some(principal)) => principal,
        Ok(None) => return ApiError::Unauthenticated.into_response(),
        Err(error) => return ApiError::from(error).into_response(),
    };
    let span = Span::current();
    span.record("tenant.id", principal.tenant_id.as_str());
    span.record("user.id", tracing::field::display(principal.user_id));
    request.extensions_mut().insert(principal);
    next.run(request).await
}

fn bearer_token(request: &Request) -> Option<&str> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
