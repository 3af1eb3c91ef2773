//! Listening and shutting down.

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::api;
use crate::app::App;
use crate::config::Config;
use crate::error::ServerError;
use crate::otlp::Receivers;
use crate::{guard, page};

/// Largest body of a request to the API; the largest thing that a person writes is a diagnosis.
const MAX_BODY: usize = 1 << 20;

/// How long requests in flight may take after a stop was asked for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that listens but does not answer yet; see [`Server::run`].
#[derive(Debug)]
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
    receivers: Receivers,
}

impl Server {
    /// Opens the data folder and listens on `address`; port 0 picks a free one. OTLP receivers whose
    /// address is taken are left out with a warning.
    ///
    /// # Errors
    ///
    /// When the data folder cannot be used or the address is taken.
    pub async fn bind(config: &Config, address: SocketAddr) -> Result<Self, ServerError> {
        // Before the data folder is touched: a second server must not disturb the first one's.
        let listen = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let receivers = Receivers::bind(config.otlp_grpc, config.otlp_http).await;
        let app = App::open(config, receivers.ports()).await?;
        Ok(Self {
            app,
            listener,
            address,
            receivers,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it receives OTLP over gRPC; `None` when it does not.
    pub fn otlp_grpc_address(&self) -> Option<SocketAddr> {
        self.receivers.grpc_address()
    }

    /// Where it receives OTLP over HTTP; `None` when it does not.
    pub fn otlp_http_address(&self) -> Option<SocketAddr> {
        self.receivers.http_address()
    }

    /// Answers requests until `shutdown` is done, then ends running simulations and writes what is
    /// still to be written. Requests in flight are answered, but not waited for without end.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let (stop, stopped) = watch::channel(false);
        let mut receivers = self.receivers.start(&self.app, &stopped);
        let mut wait = stopped.clone();
        let serve = axum::serve(self.listener, router(self.app.clone()))
            .with_graceful_shutdown(async move {
                // An error means that this function has ended, and the server with it.
                let _ = wait.wait_for(|stop| *stop).await;
            })
            .into_future();
        tokio::pin!(serve);
        let ended = tokio::select! {
            result = &mut serve => Some(result),
            () = shutdown => None,
        };
        // Simulations first, so that event streams come to their end and let the server go.
        self.app.preparations().cancel_all();
        self.app.proofs().cancel_all();
        let _ = stop.send(true);
        let rest = async {
            let result = match ended {
                Some(result) => result,
                None => serve.await,
            };
            while receivers.join_next().await.is_some() {}
            result
        };
        let result = match tokio::time::timeout(PATIENCE, rest).await {
            Ok(result) => result,
            Err(_) => {
                tracing::warn!("requests in flight were cut off");
                Ok(())
            }
        };
        self.app.trail().flush().await;
        result.map_err(ServerError::Io)
    }
}

/// The API, the OpenAPI document and the page, behind the guards.
fn router(app: App) -> Router {
    let (api, _) = api::router().split_for_parts();
    // An event stream that is compressed arrives in lumps. The fastest level, because what is saved
    // on the way within one machine is little.
    let compress = DefaultPredicate::new().and(NotForContentType::const_new("text/event-stream"));
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(compress);
    Router::new()
        .nest("/api/v1", api)
        .route("/api/openapi.json", get(openapi))
        .fallback(page::serve)
        .with_state(app)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn(guard::check_origin))
        .layer(middleware::from_fn(guard::secure_headers))
        .layer(compression)
}

async fn openapi() -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], api::openapi())
}
