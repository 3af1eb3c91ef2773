//! OTLP receivers: what systems that run live send becomes the recording `live`.
//!
//! Over gRPC and over HTTP, protobuf and JSON, plain and gzip, as the OTLP specification has it: at
//! most 64 MiB after decompression; an answer means that the telemetry is on disk; rows that could
//! not be accepted are a partial success; errors say whether sending again can help. Requests pass
//! through as bytes: `telemetry` decodes them once.
//!
//! Start reading at [`Receivers::bind`].

mod encoding;
mod grpc;
mod http;
mod intake;

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use intake::Intake;

/// Largest request after decompression.
const MAX_REQUEST: usize = 64 << 20;

/// The listeners, each of which may be missing: telemetry is worth a warning, not a failed start.
#[derive(Debug)]
pub(crate) struct Receivers {
    grpc: Option<TcpListener>,
    http: Option<TcpListener>,
}

/// Where OTLP is received; `None` for nowhere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OtlpPorts {
    pub(crate) grpc: Option<u16>,
    pub(crate) http: Option<u16>,
}

impl Receivers {
    /// Listens where it can, and warns where it cannot.
    pub(crate) async fn bind(grpc: Option<SocketAddr>, http: Option<SocketAddr>) -> Self {
        Self {
            grpc: listen(grpc, "gRPC").await,
            http: listen(http, "HTTP").await,
        }
    }

    /// Where OTLP over gRPC is received.
    pub(crate) fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc
            .as_ref()
            .and_then(|listener| listener.local_addr().ok())
    }

    /// Where OTLP over HTTP is received.
    pub(crate) fn http_address(&self) -> Option<SocketAddr> {
        self.http
            .as_ref()
            .and_then(|listener| listener.local_addr().ok())
    }

    /// The ports, for whoever wants to send.
    pub(crate) fn ports(&self) -> OtlpPorts {
        OtlpPorts {
            grpc: self.grpc_address().map(|address| address.port()),
            http: self.http_address().map(|address| address.port()),
        }
    }

    /// Receives in the background until `stop` changes; requests in flight are answered first.
    pub(crate) fn start(self, app: &App, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let intake = Intake::new(app.clone());
        let mut tasks = JoinSet::new();
        if let Some(listener) = self.grpc {
            tasks.spawn(grpc::serve(listener, intake.clone(), stopped(stop.clone())));
        }
        if let Some(listener) = self.http {
            tasks.spawn(http::serve(listener, intake, stopped(stop.clone())));
        }
        tasks
    }
}

async fn listen(address: Option<SocketAddr>, protocol: &str) -> Option<TcpListener> {
    let address = address?;
    match TcpListener::bind(address).await {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::warn!(%error, %address, "OTLP over {protocol} is not received");
            None
        }
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}
