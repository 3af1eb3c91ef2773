//! Rows as they arrive: borrowed, so that a decoder can hand them over without copying.

use serde::{Deserialize, Serialize};

/// The value of an attribute.
///
/// Bytes, arrays and maps have no type of their own: the decoder writes them as text (JSON).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Str(&'a str),
    /// A signed integer.
    I64(i64),
    /// A floating-point number.
    F64(f64),
    /// A boolean.
    Bool(bool),
}

/// The value of an attribute, read back from a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OwnedValue {
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// A floating-point number.
    F64(f64),
    /// Text.
    Str(String),
}

impl OwnedValue {
    /// The same value, borrowed.
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::I64(value) => Value::I64(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Str(value) => Value::Str(value),
        }
    }
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Str(value) => Self::Str(value.to_owned()),
            Value::I64(value) => Self::I64(value),
            Value::F64(value) => Self::F64(value),
            Value::Bool(value) => Self::Bool(value),
        }
    }
}

/// Names a resource of one table; see [`super::TableBuilder::resource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

/// What a span did, OpenTelemetry's `SpanKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum SpanKind {
    /// Not said.
    #[default]
    Unspecified = 0,
    /// Inside one service.
    Internal = 1,
    /// Answers a request.
    Server = 2,
    /// Makes a request.
    Client = 3,
    /// Puts a message.
    Producer = 4,
    /// Takes a message.
    Consumer = 5,
}

impl SpanKind {
    /// The names that filters use, in order of the numbers.
    pub const NAMES: [&'static str; 6] = [
        "unspecified",
        "internal",
        "server",
        "client",
        "producer",
        "consumer",
    ];

    /// From OTLP's number; unknown numbers are [`SpanKind::Unspecified`].
    #[must_use]
    pub fn from_otlp(number: i32) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}

/// How a span ended, OpenTelemetry's `StatusCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Status {
    /// Not said; counts as success.
    #[default]
    Unset = 0,
    /// Success.
    Ok = 1,
    /// Failure.
    Error = 2,
}

impl Status {
    /// The names that filters use, in order of the numbers.
    pub const NAMES: [&'static str; 3] = ["unset", "ok", "error"];

    /// From OTLP's number; unknown numbers are [`Status::Unset`].
    #[must_use]
    pub fn from_otlp(number: i32) -> Self {
        match number {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }
}

/// Severity of a log record, by OpenTelemetry's ranges of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Level {
    /// Not said.
    #[default]
    Unspecified = 0,
    /// Severity 1 to 4.
    Trace = 1,
    /// Severity 5 to 8.
    Debug = 2,
    /// Severity 9 to 12.
    Info = 3,
    /// Severity 13 to 16.
    Warn = 4,
    /// Severity 17 to 20.
    Error = 5,
    /// Severity 21 to 24.
    Fatal = 6,
}

impl Level {
    /// The names that filters use, least severe first.
    pub const NAMES: [&'static str; 7] = [
        "unspecified",
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "fatal",
    ];

    /// From OTLP's severity number; numbers outside 1 to 24 are [`Level::Unspecified`].
    #[must_use]
    pub fn from_severity(number: i32) -> Self {
        match number {
            1..=4 => Self::Trace,
            5..=8 => Self::Debug,
            9..=12 => Self::Info,
            13..=16 => Self::Warn,
            17..=20 => Self::Error,
            21..=24 => Self::Fatal,
            _ => Self::Unspecified,
        }
    }
}

/// One span. Events of a span travel as [`LogRow`]s with its ids.
#[derive(Clone, Copy, Debug)]
pub struct SpanRow<'a> {
    /// Who emitted it.
    pub resource: ResourceId,
    /// Trace id, big-endian.
    pub trace_id: u128,
    /// Span id, big-endian.
    pub span_id: u64,
    /// Parent span id; 0 for a root.
    pub parent_span_id: u64,
    /// Start, nanoseconds since the Unix epoch.
    pub start_unix_nano: i64,
    /// Duration in nanoseconds; a negative one (end before start) is kept as 0.
    pub duration_ns: i64,
    /// Name of the operation.
    pub name: &'a str,
    /// What the span did.
    pub kind: SpanKind,
    /// How it ended.
    pub status: Status,
    /// Why it failed; empty when not said.
    pub status_message: &'a str,
    /// Attributes. When a key comes twice with one type, the last value wins.
    pub attributes: &'a [(&'a str, Value<'a>)],
}

/// One log record, event or database sample.
#[derive(Clone, Copy, Debug)]
pub struct LogRow<'a> {
    /// Who emitted it.
    pub resource: ResourceId,
    /// Time of the event, nanoseconds since the Unix epoch.
    pub time_unix_nano: i64,
    /// Severity.
    pub level: Level,
    /// Trace id; 0 when there is none.
    pub trace_id: u128,
    /// Span id; 0 when there is none.
    pub span_id: u64,
    /// Text of the record.
    pub body: &'a str,
    /// Attributes. An event's name is the attribute `event.name`.
    pub attributes: &'a [(&'a str, Value<'a>)],
}
