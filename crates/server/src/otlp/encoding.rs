//! Answers to OTLP requests.
//!
//! The three response messages of the specification have the same fields with the same numbers, and
//! differ only in a name that protobuf does not carry; one type serves for all of them.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::{Value, json};
use telemetry::otlp::{Rejected, Signal};

/// `google.rpc.Status` without details: the body of an error over HTTP.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Status {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

/// A success, partial when rows were rejected.
pub(super) fn response(rejected: &Rejected) -> Vec<u8> {
    let partial_success = (rejected.count > 0).then(|| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(rejected.count).unwrap_or(i64::MAX),
        error_message: rejected.message.clone(),
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

/// The same as OTLP/JSON, where 64-bit numbers are strings.
pub(super) fn response_json(signal: Signal, rejected: &Rejected) -> Value {
    if rejected.count == 0 {
        return json!({});
    }
    let field = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
        Signal::Metrics => "rejectedDataPoints",
    };
    let count = rejected.count.to_string();
    json!({ "partialSuccess": { field: count, "errorMessage": rejected.message } })
}
