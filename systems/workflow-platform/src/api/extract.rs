//! Extractors that refuse bad input with a problem document.

use std::str::FromStr;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tracing::Span;

use super::problem::ApiError;
use super::state::SharedState;
use crate::types::user::Principal;
use crate::types::{Validate, Violation};

/// A JSON body that keeps its rules.
pub struct ValidJson<T>(pub T);

impl<T: DeserializeOwned + Validate + Send> FromRequest<SharedState> for ValidJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Self::Rejection> {
        let limit = state.config.body_bytes_max;
        let bytes = axum::body::to_bytes(request.into_body(), limit)
            .await
            .map_err(|_| ApiError::BodyTooLarge { limit })?;
        let body: T = sim::cpu::work(parse_cost(bytes.len()), || serde_json::from_slice(&bytes))
            .await
            .map_err(|error| ApiError::MalformedBody(error.to_string()))?;
        body.check()?;
        Ok(Self(body))
    }
}

/// A query string that keeps its rules.
pub struct ValidQuery<T>(pub T);

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Query(query) = Query::<T>::try_from_uri(&parts.uri).map_err(|error| {
            vec![Violation {
                field: "query".to_owned(),
                message: error.body_text(),
            }]
        })?;
        query.check()?;
        Ok(Self(query))
    }
}

/// The identifier in the path.
pub struct PathId<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let invalid = || {
            vec![Violation {
                field: "id".to_owned(),
                message: "must be a UUID".to_owned(),
            }]
        };
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| invalid())?;
        Ok(Self(text.parse().map_err(|_| invalid())?))
    }
}

/// Whoever makes the request, by the bearer token. Comes first in a handler, so that strangers learn nothing else.
pub struct Caller(pub Principal);

impl FromRequestParts<SharedState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &SharedState,
    ) -> Result<Self, Self::Rejection> {
        let token = bearer_token(&parts.headers).ok_or(ApiError::Unauthenticated)?;
        let principal = state.tokens.principal(token).await?;
        let principal = principal.ok_or(ApiError::Unauthenticated)?;
        let span = Span::current();
        span.record("tenant.id", principal.tenant_id.as_str());
        span.record("user.id", tracing::field::display(principal.user_id));
        Ok(Self(principal))
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// What parsing a body of `bytes` costs a core.
const fn parse_cost(bytes: usize) -> Duration {
    Duration::from_nanos(30_000 + 15 * bytes as u64)
}
