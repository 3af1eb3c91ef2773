//! JSON over HTTP with timeouts and retries, seen by telemetry.

use std::time::Duration;

use ::metrics::SharedString;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sim::http::{Client, HttpError};
use thiserror::Error;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::infra::config::{EndpointConfig, RetryConfig};
use crate::infra::metrics;

/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A call that failed for good.
#[derive(Debug, Error)]
pub enum CallError {
    /// No answer came.
    #[error("{service} did not answer: {source}")]
    NoAnswer {
        /// Which service.
        service: &'static str,
        /// What happened instead.
        source: HttpError,
    },
    /// The answer says that the call failed.
    #[error("{service} answered {status}")]
    Status {
        /// Which service.
        service: &'static str,
        /// What it answered.
        status: StatusCode,
    },
    /// The answer cannot be read.
    #[error("{service} answered something unreadable: {reason}")]
    Unreadable {
        /// Which service.
        service: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl CallError {
    /// Whether the same call may succeed at another time.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Status { status, .. } => matches!(status.as_u16(), 429 | 502..=504),
            Self::Unreadable { .. } => false,
        }
    }
}

/// A client of one service.
#[derive(Clone)]
pub struct ApiClient {
    service: &'static str,
    http: Client,
    base_url: String,
    address: SharedString,
    timeout: Duration,
    retry: RetryConfig,
}

impl ApiClient {
    /// A client of `service`, which is reached as `config` says.
    #[must_use]
    pub fn new(service: &'static str, http: Client, config: &EndpointConfig) -> Self {
        let base_url = config.base_url.trim_end_matches('/').to_owned();
        let address = SharedString::from_shared(host_of(&base_url).into());
        Self {
            service,
            http,
            base_url,
            address,
            timeout: config.timeout,
            retry: config.retry,
        }
    }

    /// Posts `body` as JSON and reads the answer as JSON. Calls that got no answer, or one that says to come back
    /// later, are repeated: use it for calls that may happen twice.
    ///
    /// # Errors
    /// The failure of the last attempt.
    pub async fn post<B: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<A, CallError> {
        let body = Bytes::from(serde_json::to_vec(body).map_err(|error| self.unreadable(&error))?);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.endpoint(path).attempt(body.clone(), attempts).await {
                Ok(answer) => {
                    return serde_json::from_slice(&answer)
                        .map_err(|error| self.unreadable(&error));
                }
                Err(error) => error,
            };
            if !error.is_transient() || !self.retry.allows_another(attempts) {
                return Err(error);
            }
            let pause = self.retry.pause(attempts);
            tracing::warn!(
                peer.service = self.service,
                error = %error,
                attempt = attempts,
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "call failed, trying again"
            );
            sim::sleep(pause).await;
        }
    }

    fn endpoint<'a>(&'a self, path: &'a str) -> Endpoint<'a> {
        Endpoint {
            service: self.service,
            http: &self.http,
            address: &self.address,
            base_url: &self.base_url,
            path,
            timeout: self.timeout,
        }
    }

    fn unreadable(&self, error: &serde_json::Error) -> CallError {
        CallError::Unreadable {
            service: self.service,
            reason: error.to_string(),
        }
    }
}

/// Where one call goes.
pub(crate) struct Endpoint<'a> {
    pub(crate) service: &'static str,
    pub(crate) http: &'a Client,
    pub(crate) address: &'a SharedString,
    pub(crate) base_url: &'a str,
    pub(crate) path: &'a str,
    pub(crate) timeout: Duration,
}

impl Endpoint<'_> {
    /// Posts `body`, which is JSON, once; `number` counts the attempts of this call from one.
    pub(crate) async fn attempt(&self, body: Bytes, number: u32) -> Result<Bytes, CallError> {
        let span = tracing::info_span!(
            "http.client",
            otel.name = "POST",
            otel.kind = "client",
            http.request.method = "POST",
            server.address = %self.address,
            url.path = self.path,
            peer.service = self.service,
            http.request.resend_count = (number > 1).then_some(number - 1),
            http.response.status_code = Empty,
            otel.status_code = Empty,
            error.type = Empty,
        );
        let started_at = sim::now();
        let answer = self.send(body).instrument(span.clone()).await;
        let took = sim::now() - started_at;
        match answer {
            Ok((status, bytes)) => {
                metrics::client_request_answered(self.address, "POST", status.as_u16(), took);
                span.record("http.response.status_code", status.as_u16());
                if status.is_success() {
                    return Ok(bytes);
                }
                record_error(&span, status.as_str());
                Err(CallError::Status {
                    service: self.service,
                    status,
                })
            }
            Err(error) => {
                let kind = error_type(&error);
                metrics::client_request_failed(self.address, "POST", kind, took);
                record_error(&span, kind);
                Err(CallError::NoAnswer {
                    service: self.service,
                    source: error,
                })
            }
        }
    }

    async fn send(&self, body: Bytes) -> Result<(StatusCode, Bytes), HttpError> {
        let uri = Uri::try_from([self.base_url, self.path].concat());
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.map_err(|_| HttpError::Connect)?;
        request.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let answer: Response<Body> = self.http.send(request, self.timeout).await?;
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), ANSWER_BYTES_MAX)
            .await
            .map_err(|_| HttpError::Reset)?;
        Ok((status, bytes))
    }
}

fn record_error(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

fn error_type(error: &HttpError) -> &'static str {
    match error {
        HttpError::Timeout => "timeout",
        HttpError::Connect => "connect",
        HttpError::Reset => "reset",
    }
}

/// The host of a URL, without its port.
pub(crate) fn host_of(base_url: &str) -> &str {
    let rest = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_host_alone() {
        assert_eq!(host_of("http://validation-service"), "validation-service");
        assert_eq!(
            host_of("https://hooks.acme.example:8443/in"),
            "hooks.acme.example"
        );
    }

    #[test]
    fn only_failures_that_may_pass_are_repeated() {
        let status = |code| CallError::Status {
            service: "payment-gateway",
            status: StatusCode::from_u16(code).expect("a status"),
        };
        assert!(status(503).is_transient());
        assert!(!status(400).is_transient());
        assert!(
            CallError::NoAnswer {
                service: "payment-gateway",
                source: HttpError::Timeout
            }
            .is_transient()
        );
    }
}
