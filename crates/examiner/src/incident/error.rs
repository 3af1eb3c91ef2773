//! Why an incident could not be run to its end.

use std::io;
use std::time::Duration;

use emit::frames::FrameError;

/// A failed run, with all that it takes to run it again.
#[derive(Debug, thiserror::Error)]
#[error("the incident with seed {seed} could not be simulated: {kind}")]
pub struct IncidentError {
    /// What went wrong.
    #[source]
    pub kind: IncidentErrorKind,
    /// The seed.
    pub seed: u64,
    /// The command that runs the same incident again.
    pub replay: String,
    /// The last lines that the system wrote to its standard error.
    pub stderr_tail: String,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum IncidentErrorKind {
    /// The system's executable cannot be started.
    #[error("cannot start the system: {0}")]
    Start(io::Error),
    /// The system ended before its telemetry did.
    #[error("the system ended early ({status})")]
    EndedEarly {
        /// Exit status or signal.
        status: String,
    },
    /// What the system sent is no telemetry stream.
    #[error("the system's telemetry cannot be read: {0}")]
    Stream(FrameError),
    /// The system's description of the incident is none.
    #[error("the system's description of the incident cannot be read: {0}")]
    Description(serde_json::Error),
    /// What the system sent does not add up.
    #[error("{what} are missing: the system sent {sent}, {recorded} were recorded")]
    Lost {
        /// Spans or logs.
        what: &'static str,
        /// As the system counts.
        sent: u64,
        /// As the recording counts.
        recorded: u64,
    },
    /// The recording cannot be written.
    #[error("the recording cannot be written: {0}")]
    Record(Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[error("it took longer than {} s", .0.as_secs())]
    Time(Duration),
    /// It held too much memory.
    #[error("it held more than {} MiB of memory", .0 >> 20)]
    Memory(u64),
    /// It sent too much.
    #[error("it sent more than {0} bytes of telemetry")]
    Bytes(u64),
    /// Somebody ended it.
    #[error("it was cancelled")]
    Cancelled,
}
