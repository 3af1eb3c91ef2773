//! Live: systems send OTLP, and what was acknowledged survives `kill -9`.
//!
//! A [`LiveRecording`] puts every request into a write-ahead log before it answers, and its rows into
//! the same tables that a simulated incident fills, so every tool works while the system runs.
//! Every so often the log is turned into Parquet. Opening reads that and the rest of the log. [`LiveRecording::seal`] makes an ordinary recording of it.
//!
//! Start at [`LiveRecording::append`]; `log` has the file format and the sharing of one forced write
//! by many requests.
//!
//! Transport, authentication and the mapping of errors to OTLP's codes are the server's.

mod error;
mod log;
mod recording;
mod rotation;

#[cfg(test)]
mod tests;

pub use error::LiveError;
pub use log::Recovery;
pub use recording::{LiveOptions, LiveRecording};
