//! OTLP/JSON to OTLP/protobuf, so that everything behind it knows one encoding.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use thiserror::Error;

use crate::otlp::Signal;

/// Why a JSON request could not be read.
#[derive(Debug, Error)]
#[error("malformed OTLP/JSON request at line {line}, column {column}: {problem}")]
pub struct JsonError {
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
    /// What the JSON reader says.
    pub problem: String,
}

/// Re-encodes a JSON request as protobuf.
///
/// # Errors
/// When the text is not JSON, or not the JSON form of a request for this signal.
pub fn to_protobuf(signal: Signal, json: &[u8]) -> Result<Vec<u8>, JsonError> {
    match signal {
        Signal::Traces => encode::<ExportTraceServiceRequest>(json),
        Signal::Logs => encode::<ExportLogsServiceRequest>(json),
        Signal::Metrics => encode::<ExportMetricsServiceRequest>(json),
    }
}

fn encode<T: Message + serde::de::DeserializeOwned>(json: &[u8]) -> Result<Vec<u8>, JsonError> {
    let request: T = serde_json::from_slice(json).map_err(|error| {
        let text = error.to_string();
        // The position stands in its own fields.
        let problem = text
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        JsonError {
            line: error.line(),
            column: error.column(),
            problem,
        }
    })?;
    Ok(request.encode_to_vec())
}
