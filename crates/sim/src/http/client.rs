//! Calls a host of the world. Start at [`Client::send`].
//!
//! It makes no spans and no metrics: how a system observes its calls is the system's code. It passes the
//! current trace on, which is the one thing that a caller could not add without knowing this crate.

use std::time::Duration;

use axum::{Router, body::Body};
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use tower::ServiceExt as _;

use super::network::{Latency, Network, Target};
use crate::{
    dist,
    task::{AbortHandle, JoinHandle, spawn_outside},
    time::{sleep, timeout},
};

/// Largest body that a response may have.
const MAX_BODY: usize = 64 << 20;

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// It did not come in time.
    #[error("request timed out")]
    Timeout,
    /// There is no such host, or nobody answers for it.
    #[error("connection refused")]
    Connect,
    /// The other side went away before it had answered.
    #[error("connection reset by peer")]
    Reset,
}

/// Sends requests to the hosts of a world.
#[derive(Clone, Debug)]
pub struct Client {
    network: Network,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A client of the current world's network.
    ///
    /// # Panics
    /// Outside a [`crate::Runtime`].
    pub fn new() -> Self {
        Self {
            network: Network::current(),
        }
    }

    /// Sends a request to the host in its URI and waits for the complete response, for at most `limit`. The
    /// header `traceparent` is set from the current span, if there is one.
    ///
    /// When the caller gives up, by the limit or by dropping the future, the other side's handler is dropped
    /// too, as a server does when its client hangs up.
    ///
    /// # Errors
    /// When there is no response, see [`HttpError`]. A response with an error status is a response.
    pub async fn send(
        &self,
        mut request: Request<Body>,
        limit: Duration,
    ) -> Result<Response<Body>, HttpError> {
        let host = prepare(&mut request).ok_or(HttpError::Connect)?;
        let (target, latency) = self.network.route(&host);
        timeout(limit, exchange(target, latency, request))
            .await
            .unwrap_or(Err(HttpError::Timeout))
    }
}

/// Adds what every request carries; returns the host.
fn prepare(request: &mut Request<Body>) -> Option<String> {
    let authority = request.uri().authority()?.clone();
    let headers = request.headers_mut();
    if let Ok(value) = HeaderValue::from_str(authority.as_str()) {
        headers.entry(header::HOST).or_insert(value);
    }
    if let Some(value) = emit::traceparent().and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert("traceparent", value);
    }
    Some(authority.host().to_ascii_lowercase())
}

async fn exchange(
    target: Option<Target>,
    latency: Latency,
    request: Request<Body>,
) -> Result<Response<Body>, HttpError> {
    let mut rng = crate::rng("http.latency");
    sleep(dist::latency(&mut rng, latency.median, latency.sigma)).await;
    let outcome = match target {
        None => Err(HttpError::Connect),
        Some(Target::Service { router, process }) => {
            let handler = handle(router, request);
            let task = match process {
                Some((process, incarnation)) if process.lives(incarnation) => {
                    process.spawn(handler)
                }
                // It died while the request was on its way.
                Some(_) => return Err(HttpError::Reset),
                None => spawn_outside(handler),
            };
            answer(task).await
        }
        Some(Target::Peer(peer)) => {
            // Outside every process: what a partner does costs nobody here a core.
            let task = spawn_outside(async move {
                let behaviour = peer.behave().await?;
                handle(behaviour.router, request).await
            });
            answer(task).await
        }
    };
    sleep(dist::latency(&mut rng, latency.median, latency.sigma)).await;
    outcome
}

/// Lets a router answer, and completes the body.
pub(super) async fn handle(
    router: Router,
    request: Request<Body>,
) -> Result<Response<Body>, HttpError> {
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    // A body that breaks off is what a caller sees as a reset.
    let body = Limited::new(body, MAX_BODY)
        .collect()
        .await
        .map_err(|_| HttpError::Reset)?;
    Ok(Response::from_parts(parts, Body::from(body.to_bytes())))
}

/// Waits for the other side, and hangs up when the caller does.
async fn answer(
    task: JoinHandle<Result<Response<Body>, HttpError>>,
) -> Result<Response<Body>, HttpError> {
    let _hang_up = HangUp(task.abort_handle());
    task.await.unwrap_or(Err(HttpError::Reset))
}

struct HangUp(AbortHandle);

impl Drop for HangUp {
    fn drop(&mut self) {
        self.0.abort();
    }
}
