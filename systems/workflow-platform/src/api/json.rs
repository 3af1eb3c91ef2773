//! JSON bodies of requests and responses.
//!
//! As axum's own, but refusing bad input as this API does, and writing into plain memory.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::ApiError;

/// Most responses fit in it without growing.
const USUAL_BYTES: usize = 1024;

/// The largest body that another process of the platform may send.
const BODY_BYTES_MAX: usize = 2 << 20;

/// A value that travels as JSON.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(USUAL_BYTES);
        if let Err(error) = serde_json::to_writer(&mut body, &self.0) {
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        response
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let limit = BODY_BYTES_MAX;
        let bytes = axum::body::to_bytes(request.into_body(), limit)
            .await
            .map_err(|_| ApiError::BodyTooLarge { limit })?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| ApiError::MalformedBody(error.to_string()))
    }
}
