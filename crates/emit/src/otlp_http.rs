//! A sink that posts batches to an OTLP/HTTP receiver, for live programs.
//!
//! Batches are handed to a thread of its own over a bounded queue, so that recording never waits for the
//! network. What cannot be sent is dropped and reported to a callback. Start at [`HttpSink::new`].
//!
//! It speaks plain HTTP only, does not compress and does not retry: it is meant for a receiver on the same
//! machine.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use http::{Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tracing::subscriber::NoSubscriber;

use crate::sink::{Counts, Signal, Sink};

/// Batches that may wait to be sent.
const QUEUE: usize = 256;
/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why telemetry was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The endpoint is not a plain HTTP address.
    #[error("endpoint {0:?} is not an http:// address, for instance http://127.0.0.1:4318")]
    Endpoint(String),
    /// The exporting thread could not be started.
    #[error("the exporting thread could not be started")]
    Thread(#[source] io::Error),
    /// The receiver is slower than the program; the batch was dropped.
    #[error("{QUEUE} batches are waiting for the receiver already; dropped a batch")]
    QueueFull,
    /// The receiver refused the batch.
    #[error("the receiver answered {0}; dropped a batch")]
    Refused(StatusCode),
    /// The receiver could not be reached.
    #[error("the receiver could not be reached; dropped a batch")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// The receiver took longer than five seconds.
    #[error("the receiver did not answer within {TIMEOUT:?}; dropped a batch")]
    Timeout,
    /// The program ended before the batch was sent.
    #[error("the program ended before the receiver could be reached; dropped a batch")]
    Closing,
}

type OnError = Box<dyn Fn(&ExportError) + Send + Sync>;
type Batch = (Signal, Vec<u8>);

/// Posts batches to `/v1/traces`, `/v1/metrics` and `/v1/logs` of an OTLP/HTTP receiver.
pub struct HttpSink {
    queue: Option<SyncSender<Batch>>,
    worker: Option<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
    on_error: Arc<OnError>,
}

impl std::fmt::Debug for HttpSink {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("HttpSink").finish_non_exhaustive()
    }
}

impl HttpSink {
    /// Sends to `endpoint`, such as `http://127.0.0.1:4318`. `on_error` is told of every batch that was
    /// dropped; it must not record telemetry.
    ///
    /// # Errors
    /// When the endpoint is not a plain HTTP address, or no thread can be started.
    #[expect(
        clippy::disallowed_methods,
        reason = "live only: recording must not wait for the network"
    )]
    pub fn new(
        endpoint: &str,
        on_error: impl Fn(&ExportError) + Send + Sync + 'static,
    ) -> Result<Self, ExportError> {
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let valid = endpoint
            .parse::<Uri>()
            .is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some());
        if !valid {
            return Err(ExportError::Endpoint(endpoint));
        }
        let (queue, batches) = sync_channel(QUEUE);
        let closing = Arc::new(AtomicBool::new(false));
        let on_error: Arc<OnError> = Arc::new(Box::new(on_error));
        let exporter = Exporter {
            endpoint,
            closing: Arc::clone(&closing),
            on_error: Arc::clone(&on_error),
        };
        let worker = std::thread::Builder::new()
            .name("otlp-export".to_owned())
            .spawn(move || exporter.run(&batches))
            .map_err(ExportError::Thread)?;
        Ok(Self {
            queue: Some(queue),
            worker: Some(worker),
            closing,
            on_error,
        })
    }
}

impl Sink for HttpSink {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        let Some(queue) = &self.queue else { return };
        match queue.try_send((signal, otlp.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => (self.on_error)(&ExportError::QueueFull),
            Err(TrySendError::Disconnected(_)) => (self.on_error)(&ExportError::Closing),
        }
    }

    /// Sends what is queued, giving up at the first failure.
    fn finish(&mut self, _counts: &Counts) -> io::Result<()> {
        self.closing.store(true, Ordering::Release);
        self.queue = None;
        match self.worker.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(io::Error::other("the exporting thread panicked")),
            Some(Ok(())) | None => Ok(()),
        }
    }
}

/// The thread's side.
struct Exporter {
    endpoint: String,
    closing: Arc<AtomicBool>,
    on_error: Arc<OnError>,
}

impl Exporter {
    fn run(&self, batches: &Receiver<Batch>) {
        // The HTTP client uses `tracing` itself; recording that would make telemetry about telemetry.
        tracing::subscriber::with_default(NoSubscriber::default(), || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => self.send_all(batches, &runtime),
                Err(error) => (self.on_error)(&ExportError::Thread(error)),
            }
        });
    }

    fn send_all(&self, batches: &Receiver<Batch>, runtime: &tokio::runtime::Runtime) {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut gave_up = false;
        while let Ok((signal, body)) = batches.recv() {
            if gave_up {
                (self.on_error)(&ExportError::Closing);
                continue;
            }
            if let Err(error) = runtime.block_on(self.post(&client, signal, body)) {
                (self.on_error)(&error);
                // A program that ends should not wait once more for a receiver that has just failed.
                gave_up = self.closing.load(Ordering::Acquire);
            }
        }
    }

    async fn post(
        &self,
        client: &Client<HttpConnector, Full<bytes::Bytes>>,
        signal: Signal,
        body: Vec<u8>,
    ) -> Result<(), ExportError> {
        let path = match signal {
            Signal::Traces => "/v1/traces",
            Signal::Metrics => "/v1/metrics",
            Signal::Logs => "/v1/logs",
        };
        let request = Request::post(format!("{}{path}", self.endpoint))
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .body(Full::from(body))
            .map_err(|_| ExportError::Endpoint(self.endpoint.clone()))?;
        let response = tokio::time::timeout(TIMEOUT, client.request(request)).await;
        match response {
            Err(_) => Err(ExportError::Timeout),
            Ok(Err(error)) => Err(ExportError::Unreachable(error)),
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(ExportError::Refused(response.status())),
        }
    }
}
