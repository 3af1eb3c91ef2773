//! Lets real connections into a live world. Start at [`listen`].
//!
//! It forwards to one host and adds nothing; it exists so that `curl` reaches a system that otherwise only
//! talks to its own world.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, Uri, uri::PathAndQuery},
    response::{IntoResponse as _, Response},
};

use super::client::{Client, HttpError};
use crate::time;

/// How long the world may take to answer.
const LIMIT: Duration = Duration::from_secs(120);

/// Why no connections can be taken.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The world is simulated.
    #[error("a simulated world takes no real connections; run it live")]
    Virtual,
    /// The address cannot be used.
    #[error("cannot listen on {address}: choose another port or end the program that uses it")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The listener broke.
    #[error("the listener failed")]
    Serve(#[source] io::Error),
}

/// An open port in front of a host.
#[derive(Debug)]
pub struct Gateway {
    listener: tokio::net::TcpListener,
    address: SocketAddr,
    host: String,
}

/// Opens `address` for requests to `host`. Nothing is answered before [`Gateway::run`].
///
/// # Errors
/// When the world is simulated or the address cannot be used.
pub async fn listen(address: SocketAddr, host: &str) -> Result<Gateway, GatewayError> {
    if time::is_virtual() {
        return Err(GatewayError::Virtual);
    }
    let bind = |source| GatewayError::Bind { address, source };
    let listener = tokio::net::TcpListener::bind(address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    Ok(Gateway {
        listener,
        address,
        host: host.to_owned(),
    })
}

impl Gateway {
    /// Where it listens; tells the port when it was opened with port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards requests until this future is dropped.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn run(self) -> Result<(), GatewayError> {
        let client = Client::new();
        let host = self.host;
        let router = Router::new().fallback(move |request: Request| {
            let (client, host) = (client.clone(), host.clone());
            async move { forward(&client, &host, request).await }
        });
        axum::serve(self.listener, router)
            .await
            .map_err(GatewayError::Serve)
    }
}

async fn forward(client: &Client, host: &str, mut request: Request<Body>) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let uri = Uri::builder()
        .scheme("http")
        .authority(host)
        .path_and_query(path)
        .build();
    let Ok(uri) = uri else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    match client.send(request, LIMIT).await {
        Ok(response) => response,
        Err(HttpError::Timeout) => StatusCode::GATEWAY_TIMEOUT.into_response(),
        Err(HttpError::Connect | HttpError::Reset) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
