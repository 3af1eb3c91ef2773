//! OTLP over gRPC.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use bytes::{Buf, BufMut};
use telemetry::otlp::Signal;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;
use tonic::service::Routes;
use tonic::transport::Server;

use super::MAX_REQUEST;
use super::encoding::response;
use super::intake::{Intake, Reason, Refusal};

/// Answers until `stop` is done.
pub(super) async fn serve(
    listener: TcpListener,
    intake: Intake,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let method = |signal| {
        let intake = intake.clone();
        post(move |request: Request| export(intake.clone(), signal, request))
    };
    let collector = "/opentelemetry.proto.collector";
    let router = Router::new()
        .route(
            &format!("{collector}.trace.v1.TraceService/Export"),
            method(Signal::Traces),
        )
        .route(
            &format!("{collector}.logs.v1.LogsService/Export"),
            method(Signal::Logs),
        )
        .route(
            &format!("{collector}.metrics.v1.MetricsService/Export"),
            method(Signal::Metrics),
        );
    let served = Server::builder()
        .add_routes(Routes::from(router))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "OTLP over gRPC is not received any more");
    }
}

async fn export(
    intake: Intake,
    signal: Signal,
    request: Request,
) -> axum::http::Response<tonic::body::Body> {
    Grpc::new(Bytes)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MAX_REQUEST)
        .unary(Export { intake, signal }, request)
        .await
}

/// The one method that every OTLP service has.
struct Export {
    intake: Intake,
    signal: Signal,
}

impl tower::Service<tonic::Request<Vec<u8>>> for Export {
    type Response = tonic::Response<Vec<u8>>;
    type Error = tonic::Status;
    type Future =
        Pin<Box<dyn Future<Output = Result<tonic::Response<Vec<u8>>, tonic::Status>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), tonic::Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: tonic::Request<Vec<u8>>) -> Self::Future {
        let (intake, signal) = (self.intake.clone(), self.signal);
        Box::pin(async move {
            let taken = intake.take(signal, move || Ok(request.into_inner())).await;
            match taken {
                Ok(rejected) => Ok(tonic::Response::new(response(&rejected))),
                Err(refusal) => Err(status(refusal)),
            }
        })
    }
}

/// Only `UNAVAILABLE` among these tells a sender to try again, as the specification says.
fn status(refusal: Refusal) -> tonic::Status {
    let code = match refusal.reason {
        Reason::Busy => tonic::Code::Unavailable,
        Reason::Malformed | Reason::TooLarge => tonic::Code::InvalidArgument,
        Reason::Full => tonic::Code::ResourceExhausted,
        Reason::Broken => tonic::Code::Internal,
    };
    tonic::Status::new(code, refusal.message)
}

/// Messages as the bytes that they are: the recording decodes them, and only once.
#[derive(Debug, Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = tonic::Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), tonic::Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = tonic::Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, tonic::Status> {
        let mut message = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}
