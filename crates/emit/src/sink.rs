//! Where encoded batches go.
//!
//! Start at [`Sink`]; the two that ship are [`crate::frames::FrameSink`] and [`crate::HttpSink`].
//!
//! A sink never sees single records, only whole OTLP export requests.

use std::io;

use crate::attachment::Attachment;

/// Kind of an OTLP export request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// `ExportTraceServiceRequest`.
    Traces,
    /// `ExportMetricsServiceRequest`.
    Metrics,
    /// `ExportLogsServiceRequest`.
    Logs,
}

/// What was handed to the sink so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Finished spans.
    pub spans: u64,
    /// Log records, events included.
    pub logs: u64,
    /// Metric data points.
    pub metric_points: u64,
    /// Attribute values that were cut because they were longer than 32 KiB; each says so in its text.
    pub truncated_values: u64,
}

/// Receives encoded batches.
///
/// It is called with a lock held, so it must not use `tracing` or `metrics`; what it would record is dropped.
pub trait Sink: Send {
    /// Takes one export request. Errors are kept and come back from [`Sink::progress`] and [`Sink::finish`],
    /// because telemetry must not stop the code that it describes.
    fn export(&mut self, signal: Signal, otlp: &[u8]);

    /// Takes a file. A sink that keeps none ignores it; errors are kept as for [`Sink::export`].
    fn attach(&mut self, _attachment: &Attachment) {}

    /// Tells how far a simulation has come, in nanoseconds of its own clock.
    ///
    /// # Errors
    /// The first error met so far, so that a run whose reader has gone can stop.
    fn progress(&mut self, _elapsed: u64, _total: u64) -> io::Result<()> {
        Ok(())
    }

    /// Ends the stream; nothing is exported afterwards.
    ///
    /// # Errors
    /// The first error met so far, including one met now.
    fn finish(&mut self, _counts: &Counts) -> io::Result<()> {
        Ok(())
    }
}
