//! Why a live recording could not take a request.

use thiserror::Error;

use crate::otlp::DecodeError;
use crate::recording::RecordingError;

/// Why a live recording could not take a request, or could not be opened or sealed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LiveError {
    /// Too much is being written at this moment.
    #[error(
        "{in_flight} bytes of requests are being written already; send this one again in a moment"
    )]
    Busy {
        /// Bytes of the requests that are not on disk yet.
        in_flight: usize,
    },
    /// The recording is as large as it may be.
    #[error(
        "the recording holds {bytes} bytes in memory, and {limit} are allowed; seal it and start another, \
         or raise the limit"
    )]
    Full {
        /// Bytes that it holds.
        bytes: usize,
        /// Bytes that it may hold.
        limit: usize,
    },
    /// The request is malformed; nothing of it was kept.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The log could not be written; nothing is taken any more, because it could be lost.
    #[error("the log could not be written earlier ({reason}); free disk space and start again")]
    Broken {
        /// What the operating system said.
        reason: String,
    },
    /// The recording has been sealed.
    #[error("the recording is sealed and takes no more telemetry")]
    Sealed,
    /// Another process has the recording open.
    #[error("another process is writing {folder}; stop it first")]
    Locked {
        /// The recording.
        folder: String,
    },
    /// Something is wrong with the folder.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl LiveError {
    /// Whether the same request may succeed a little later: OTLP's retryable codes.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }
}
