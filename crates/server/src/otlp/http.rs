//! OTLP over HTTP.

use std::future::Future;
use std::io::Read;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use flate2::read::MultiGzDecoder;
use prost::Message;
use serde_json::json;
use telemetry::otlp::{Rejected, Signal, to_protobuf};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use super::MAX_REQUEST;
use super::encoding::{Status, response, response_json};
use super::intake::{Intake, Reason, Refusal};
use crate::guard;

/// Answers until `stop` is done.
pub(super) async fn serve(
    listener: TcpListener,
    intake: Intake,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let router = Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(logs))
        .route("/v1/metrics", post(metrics))
        .with_state(intake)
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn(guard::check_origin));
    if let Err(error) = axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
    {
        tracing::error!(%error, "OTLP over HTTP is not received any more");
    }
}

async fn traces(State(intake): State<Intake>, request: Request) -> Response {
    receive(&intake, Signal::Traces, request).await
}

async fn logs(State(intake): State<Intake>, request: Request) -> Response {
    receive(&intake, Signal::Logs, request).await
}

async fn metrics(State(intake): State<Intake>, request: Request) -> Response {
    receive(&intake, Signal::Metrics, request).await
}

/// How a request is written; its answer is written the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Protobuf,
    Json,
}

async fn receive(intake: &Intake, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(format) = format(&parts.headers) else {
        let text = "send application/x-protobuf or application/json\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response();
    };
    let taken = match encoding(&parts.headers) {
        Ok(gzip) => take(intake, signal, format, gzip, body).await,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(rejected) => success(signal, format, &rejected),
        Err(refusal) => failure(format, &refusal),
    }
}

async fn take(
    intake: &Intake,
    signal: Signal,
    format: Format,
    gzip: bool,
    body: Body,
) -> Result<Rejected, Refusal> {
    // Fails only at the limit or when the sender breaks off.
    let body = to_bytes(body, MAX_REQUEST).await.map_err(|_| too_large())?;
    let decode = move || {
        let body = if gzip { gunzip(&body)? } else { body.to_vec() };
        match format {
            Format::Protobuf => Ok(body),
            Format::Json => to_protobuf(signal, &body)
                .map_err(|error| Refusal::new(Reason::Malformed, error.to_string())),
        }
    };
    intake.take(signal, decode).await
}

fn format(headers: &HeaderMap) -> Option<Format> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match kind.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "application/x-protobuf" => Some(Format::Protobuf),
        "application/json" => Some(Format::Json),
        _ => None,
    }
}

/// Whether the body is compressed with gzip.
fn encoding(headers: &HeaderMap) -> Result<bool, Refusal> {
    match headers
        .get(header::CONTENT_ENCODING)
        .map(HeaderValue::as_bytes)
    {
        None | Some(b"" | b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => Err(Refusal::new(
            Reason::Malformed,
            "the content encoding must be gzip or none",
        )),
    }
}

/// The limit holds after decompression: a small body can be a large bomb.
fn gunzip(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body)
        .take(MAX_REQUEST as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|error| Refusal::new(Reason::Malformed, format!("the gzip body: {error}")))?;
    if plain.len() > MAX_REQUEST {
        Err(too_large())
    } else {
        Ok(plain)
    }
}

fn too_large() -> Refusal {
    let message = format!("a request has at most {MAX_REQUEST} bytes after decompression");
    Refusal::new(Reason::TooLarge, message)
}

fn success(signal: Signal, format: Format, rejected: &Rejected) -> Response {
    let body = match format {
        Format::Protobuf => response(rejected),
        Format::Json => response_json(signal, rejected).to_string().into_bytes(),
    };
    ([(header::CONTENT_TYPE, content_type(format))], body).into_response()
}

/// Only 503 among these tells a sender to try again, as the specification says.
fn failure(format: Format, refusal: &Refusal) -> Response {
    let (status, code) = match refusal.reason {
        Reason::Busy => (StatusCode::SERVICE_UNAVAILABLE, tonic::Code::Unavailable),
        Reason::Malformed => (StatusCode::BAD_REQUEST, tonic::Code::InvalidArgument),
        Reason::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, tonic::Code::InvalidArgument),
        Reason::Full => (
            StatusCode::INSUFFICIENT_STORAGE,
            tonic::Code::ResourceExhausted,
        ),
        Reason::Broken => (StatusCode::INTERNAL_SERVER_ERROR, tonic::Code::Internal),
    };
    let message = refusal.message.clone();
    let body = match format {
        Format::Protobuf => Status {
            code: code as i32,
            message,
        }
        .encode_to_vec(),
        Format::Json => json!({ "code": code as i32, "message": message })
            .to_string()
            .into_bytes(),
    };
    let mut response =
        (status, [(header::CONTENT_TYPE, content_type(format))], body).into_response();
    if refusal.reason == Reason::Busy {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn content_type(format: Format) -> HeaderValue {
    HeaderValue::from_static(match format {
        Format::Protobuf => "application/x-protobuf",
        Format::Json => "application/json",
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_bomb_is_refused_before_it_fills_memory() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let block = vec![0_u8; 1 << 20];
        for _ in 0..65 {
            encoder.write_all(&block).unwrap();
        }
        let bomb = encoder.finish().unwrap();
        assert!(bomb.len() < 1 << 20);
        assert_eq!(gunzip(&bomb).unwrap_err().reason, Reason::TooLarge);
    }
}
