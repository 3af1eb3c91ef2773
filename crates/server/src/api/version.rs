//! `GET /version`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// Which Firedrill this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The version of the binary.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
}

/// The version of the server.
#[utoipa::path(get, path = "/version", tag = "server", responses((status = 200, body = Version)))]
pub async fn version() -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
    })
}
