//! One request, whatever it came in: into the live recording, with a verdict for its sender.

use std::sync::Arc;

use telemetry::live::LiveError;
use telemetry::otlp::{Rejected, Signal};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::problem::chain;

/// Requests that are decoded and written at one time; each may hold 64 MiB.
const AT_ONCE: usize = 8;

/// Takes requests.
#[derive(Debug, Clone)]
pub(super) struct Intake {
    app: App,
    room: Arc<Semaphore>,
}

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) message: String,
}

/// What kind of refusal; each protocol has its own codes for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Sending it again in a moment can help.
    Busy,
    /// It can never be taken.
    Malformed,
    /// It is larger than the limit.
    TooLarge,
    /// There is no room for more telemetry.
    Full,
    /// Something is broken here.
    Broken,
}

impl Refusal {
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }
}

impl Intake {
    pub(super) fn new(app: App) -> Self {
        Self {
            app,
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Takes a request that `decode` turns into protobuf; done when it is on disk.
    pub(super) async fn take<D>(&self, signal: Signal, decode: D) -> Result<Rejected, Refusal>
    where
        D: FnOnce() -> Result<Vec<u8>, Refusal> + Send + 'static,
    {
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            return Err(Refusal::new(
                Reason::Busy,
                "too many requests at once; send it again",
            ));
        };
        let app = self.app.clone();
        let work = move || {
            // Held until the request is on disk, also when its sender has gone away.
            let _permit = permit;
            app.live()
                .append(signal, &decode()?)
                .map_err(|error| refusal(&error))
        };
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| {
                tracing::error!(%error, "the intake of a request panicked");
                Err(Refusal::new(
                    Reason::Broken,
                    "the request could not be processed",
                ))
            })
    }
}

fn refusal(error: &LiveError) -> Refusal {
    let reason = match error {
        _ if error.is_retryable() => Reason::Busy,
        LiveError::Decode(_) => Reason::Malformed,
        LiveError::Full { .. } => Reason::Full,
        _ => {
            tracing::error!(error = %chain(error), "telemetry cannot be recorded");
            Reason::Broken
        }
    };
    Refusal::new(reason, error.to_string())
}
