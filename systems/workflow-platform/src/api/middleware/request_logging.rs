//! A span, a duration and a log line for every request.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use metrics::{Gauge, SharedString};
use tracing::field::Empty;
use tracing::{Instrument as _, Level, Span};

use crate::api::problem::ProblemKind;
use crate::infra::metrics::{active_requests, method_label, request_served};

/// What reading a request and writing its answer costs a core: TLS, the head, the log line.
const HANDLING_COST: Duration = Duration::from_micros(900);

/// Observes the requests of one process.
#[derive(Clone)]
pub struct Observer {
    slow_after: Duration,
    ordinary: Level,
    active: Gauge,
}

impl Observer {
    /// For an API that customers call: every request is logged, longer ones than `slow_after` as warnings.
    #[must_use]
    pub fn public(slow_after: Duration) -> Self {
        Self {
            slow_after,
            ordinary: Level::INFO,
            active: active_requests(),
        }
    }

    /// For calls within the platform, which the caller logs too: ordinary ones are logged as debug messages.
    #[must_use]
    pub fn internal(slow_after: Duration) -> Self {
        Self {
            ordinary: Level::DEBUG,
            ..Self::public(slow_after)
        }
    }

    fn log(&self, method: &str, route: &str, status: u16, took: Duration) {
        let duration_ms = took.as_secs_f64() * 1_000.0;
        if took > self.slow_after {
            tracing::warn!(
                http.request.method = method,
                http.route = route,
                http.response.status_code = status,
                duration_ms,
                "slow request"
            );
        } else if self.ordinary == Level::INFO {
            tracing::info!(
                http.request.method = method,
                http.route = route,
                http.response.status_code = status,
                duration_ms,
                "request served"
            );
        } else {
            tracing::debug!(
                http.request.method = method,
                http.route = route,
                http.response.status_code = status,
                duration_ms,
                "request served"
            );
        }
    }
}

/// Observes a request from its arrival to its response, which `answer` gives.
pub async fn observe<F>(
    observer: &Observer,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let method = method_label(request.method());
    let route = route(&request);
    let span = server_span(&request, method, &route);
    let started_at = sim::now();
    let active = ActiveRequest::begin(observer.active.clone());
    let handled = async {
        sim::cpu::work(HANDLING_COST, || ()).await;
        answer(request).await
    };
    let response = handled.instrument(span.clone()).await;
    drop(active);
    let took = sim::now() - started_at;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if let Some(ProblemKind(kind)) = response.extensions().get() {
        span.record("error.type", *kind);
    }
    request_served(method, &route, status.as_u16(), took);
    span.in_scope(|| observer.log(method, &route, status.as_u16(), took));
    response
}

fn route(request: &Request) -> SharedString {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => SharedString::from_shared(path.as_str().into()),
        None => SharedString::const_str("unmatched"),
    }
}

fn server_span(request: &Request, method: &'static str, route: &str) -> Span {
    let traceparent = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    tracing::info_span!(
        "http.server",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        traceparent,
        http.request.method = method,
        http.route = route,
        url.path = request.uri().path(),
        http.response.status_code = Empty,
        tenant.id = Empty,
        user.id = Empty,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// Counts a request as active until it is dropped, also when its caller goes away.
struct ActiveRequest(Gauge);

impl ActiveRequest {
    fn begin(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
