//! `GET /version`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// Which Firedrill this is, and where it listens for telemetry.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The version of the binary.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    /// The port for OTLP over gRPC; null when it is not received.
    pub otlp_grpc_port: Option<u16>,
    /// The port for OTLP over HTTP; null when it is not received.
    pub otlp_http_port: Option<u16>,
}

/// The version of the server, and where it receives OTLP.
#[utoipa::path(get, path = "/version", tag = "server", responses((status = 200, body = Version)))]
pub async fn version(State(app): State<App>) -> Json<Version> {
    let ports = app.otlp_ports();
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
        otlp_grpc_port: ports.grpc,
        otlp_http_port: ports.http,
    })
}
