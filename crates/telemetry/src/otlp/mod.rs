//! OTLP in: requests as bytes become rows.
//!
//! Decoding is by hand and borrows from the request, because it stands between every sender and
//! the disk; `opentelemetry-proto` checks it in the tests and reads the JSON form. Start at
//! [`TraceRequest::decode`]. Compression and transport belong to the server; what rows become
//! belongs to `table` and `recording`.
//!
//! A request is taken as a whole or not at all: a malformed one is a [`DecodeError`] with the
//! offset of the fault. Single rows that are well-formed but useless (no valid ids, no time) are
//! counted in [`Rejected`], which the server answers as a partial success.

mod fault;
mod json;
mod logs;
mod metrics;
mod request;
mod traces;
mod value;
mod wire;

#[cfg(test)]
mod tests;

pub use fault::{DecodeError, Problem};
pub use json::{JsonError, to_protobuf};
pub use logs::{LogRecord, LogsRequest, severity_name};
pub use metrics::{Exemplar, Exponential, Metric, MetricKind, MetricOrigin, Point, visit_points};
pub use request::{MAX_ATTRIBUTES, Origin, Rejected, UNKNOWN_SERVICE};
pub use traces::{Span, TraceRequest};
pub use value::{Attribute, Value};

/// The three kinds of telemetry that OTLP carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records and events.
    Logs,
    /// Metric points.
    Metrics,
}
