//! Listening and shutting down.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::api;
use crate::app::App;
use crate::config::Config;
use crate::error::ServerError;
use crate::{guard, page};

/// Largest body of a request to the API; the largest thing that a person writes is a diagnosis.
const MAX_BODY: usize = 1 << 20;

/// A server that listens but does not answer yet; see [`Server::run`].
#[derive(Debug)]
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens the data folder and listens on `address`; port 0 picks a free one.
    ///
    /// # Errors
    ///
    /// When the data folder cannot be used or the address is taken.
    pub async fn bind(config: &Config, address: SocketAddr) -> Result<Self, ServerError> {
        // Before the data folder is touched: a second server must not disturb the first one's.
        let listen = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let app = App::open(config).await?;
        Ok(Self {
            app,
            listener,
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `shutdown` is done, then ends running simulations and writes what is
    /// still to be written.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServerError> {
        let preparations = self.app.clone();
        let shutdown = async move {
            shutdown.await;
            // First, so that event streams come to their end and let the server go.
            preparations.preparations().cancel_all();
        };
        let serve = axum::serve(self.listener, router(self.app.clone()));
        let result = serve.with_graceful_shutdown(shutdown).await;
        self.app.trail().flush().await;
        result.map_err(ServerError::Io)
    }
}

/// The API, the OpenAPI document and the page, behind the guards.
fn router(app: App) -> Router {
    let (api, _) = api::router().split_for_parts();
    // An event stream that is compressed arrives in lumps.
    let compress = DefaultPredicate::new().and(NotForContentType::const_new("text/event-stream"));
    Router::new()
        .nest("/api/v1", api)
        .route("/api/openapi.json", get(openapi))
        .fallback(page::serve)
        .with_state(app)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn(guard::check_origin))
        .layer(middleware::from_fn(guard::secure_headers))
        .layer(CompressionLayer::new().compress_when(compress))
}

async fn openapi() -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], api::openapi())
}
