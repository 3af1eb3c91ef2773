//! Attributes: typed values written as protobuf `KeyValue`, and the visitors that take them from `tracing`.
//!
//! Start at [`key_value`]; `SpanVisitor` and `LogVisitor` decide which fields are special.
//!
//! It knows scalars only: arrays and maps arrive as text, since the facades cannot express them.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};

use crate::{context::SpanContext, protobuf};

/// Longest attribute value or log body in bytes; the rest is cut and the cut is written into the value.
const MAX_VALUE_BYTES: usize = 32 * 1024;

/// A typed attribute value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Str(&'a str),
    /// A signed integer.
    I64(i64),
    /// A floating-point number.
    F64(f64),
    /// A truth value.
    Bool(bool),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Str(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Str(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::I64(i64::from(value))
    }
}

impl From<u16> for Value<'_> {
    fn from(value: u16) -> Self {
        Self::I64(i64::from(value))
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::I64(i64::from(value))
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::F64(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// Appends one `KeyValue` as field `field`. Returns whether the value had to be cut.
pub(crate) fn key_value(out: &mut Vec<u8>, field: u32, key: &str, value: Value<'_>) -> bool {
    let content = match value {
        Value::Str(text) if text.len() > MAX_VALUE_BYTES => {
            key_value(out, field, key, Value::Str(&cut(text)));
            return true;
        }
        Value::Str(text) => protobuf::delimited_len(text.len()),
        Value::I64(number) => 1 + protobuf::varint_len(number as u64),
        Value::F64(_) => 9,
        Value::Bool(_) => 2,
    };
    let length = protobuf::delimited_len(key.len()) + protobuf::delimited_len(content);
    if length < 0x80 {
        protobuf::short_headers(out, [field, 1], [length, key.len()]);
        out.extend_from_slice(key.as_bytes());
        if let Value::Str(text) = value {
            protobuf::short_headers(out, [2, 1], [content, text.len()]);
            out.extend_from_slice(text.as_bytes());
            return false;
        }
    } else {
        protobuf::header(out, field, length);
        protobuf::bytes(out, 1, key.as_bytes());
    }
    protobuf::header(out, 2, content);
    match value {
        Value::Str(text) => protobuf::bytes(out, 1, text.as_bytes()),
        Value::I64(number) => protobuf::uint(out, 3, number as u64),
        Value::F64(number) => protobuf::double(out, 4, number),
        Value::Bool(flag) => protobuf::uint(out, 2, u64::from(flag)),
    }
    false
}

/// Appends a text as an `AnyValue` field. Returns whether it had to be cut.
pub(crate) fn text_value(out: &mut Vec<u8>, field: u32, text: &str) -> bool {
    if text.len() > MAX_VALUE_BYTES {
        text_value(out, field, &cut(text));
        return true;
    }
    protobuf::header(out, field, protobuf::delimited_len(text.len()));
    protobuf::bytes(out, 1, text.as_bytes());
    false
}

fn cut(text: &str) -> String {
    // Leave room for the notice, so that the result is itself within the limit.
    let end = text.floor_char_boundary(MAX_VALUE_BYTES - 64);
    format!("{}… ({} bytes cut)", &text[..end], text.len() - end)
}

/// What a span's fields say besides its attributes.
#[derive(Default)]
pub(crate) struct SpanFields {
    /// Encoded `KeyValue`s.
    pub(crate) attributes: Vec<u8>,
    /// One bit per field index that has been written into `attributes`.
    written: u32,
    /// `otel.name`; empty when there is none.
    pub(crate) name: String,
    /// `otel.kind` as the number of the enumeration; internal unless said otherwise.
    pub(crate) kind: Option<u8>,
    /// `otel.status_code` as the number of the enumeration.
    pub(crate) status: u8,
    /// `otel.status_message`.
    pub(crate) status_message: Option<String>,
    /// `traceparent`.
    pub(crate) remote_parent: Option<SpanContext>,
    /// Values that were cut.
    pub(crate) truncated: u32,
}

impl SpanFields {
    /// Forgets everything but keeps the buffers.
    pub(crate) fn clear(&mut self) {
        self.attributes.clear();
        self.written = 0;
        self.name.clear();
        self.kind = None;
        self.status = 0;
        self.status_message = None;
        self.remote_parent = None;
        self.truncated = 0;
    }

    fn attribute(&mut self, field: &Field, value: Value<'_>) {
        // `Span::record` may set a field again; keys must be unique, so the older value goes.
        let bit = 1u32.checked_shl(field.index() as u32).unwrap_or(0);
        if self.written & bit != 0 {
            remove_attribute(&mut self.attributes, field.name());
        }
        self.written |= bit;
        let cut = key_value(&mut self.attributes, SPAN_ATTRIBUTES, field.name(), value);
        self.truncated += u32::from(cut);
    }

    /// Handles the fields that tracing-opentelemetry treats specially; returns whether it was one of them.
    fn special(&mut self, name: &str, value: &str) -> bool {
        match name {
            "otel.name" => value.clone_into(&mut self.name),
            "otel.kind" => self.kind = span_kind(value),
            "otel.status_code" => self.status = status_code(value),
            "otel.status_message" => self.status_message = Some(value.to_owned()),
            "traceparent" => self.remote_parent = value.parse().ok(),
            _ => return false,
        }
        true
    }
}

/// Field number of `Span.attributes`.
const SPAN_ATTRIBUTES: u32 = 9;
/// Field number of `LogRecord.attributes`.
pub(crate) const LOG_ATTRIBUTES: u32 = 6;

fn span_kind(text: &str) -> Option<u8> {
    const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];
    KINDS
        .iter()
        .position(|kind| kind.eq_ignore_ascii_case(text))
        .map(|at| at as u8 + 1)
}

fn status_code(text: &str) -> u8 {
    match text {
        _ if text.eq_ignore_ascii_case("ok") => 1,
        _ if text.eq_ignore_ascii_case("error") => 2,
        _ => 0,
    }
}

/// Removes the `KeyValue` with this key from a run of them.
fn remove_attribute(attributes: &mut Vec<u8>, key: &str) {
    let mut at = 0;
    while at < attributes.len() {
        let (length, header) = read_length(&attributes[at + 1..]);
        let body = at + 1 + header;
        let (key_length, key_header) = read_length(&attributes[body + 1..]);
        let key_start = body + 1 + key_header;
        if attributes[key_start..key_start + key_length] == *key.as_bytes() {
            attributes.drain(at..body + length);
            return;
        }
        at = body + length;
    }
}

/// Reads a varint that this module has written: its value and its size.
fn read_length(bytes: &[u8]) -> (usize, usize) {
    let size = bytes
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .map_or(bytes.len(), |at| at + 1);
    let value = bytes[..size]
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
    (value, size)
}

/// Collects the fields of a span.
pub(crate) struct SpanVisitor<'a> {
    pub(crate) fields: &'a mut SpanFields,
    /// Scratch space for values that have to be formatted.
    pub(crate) scratch: &'a mut String,
}

impl Visit for SpanVisitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields.attribute(field, Value::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.attribute(field, Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(number) => self.fields.attribute(field, Value::I64(number)),
            // OTLP has no unsigned integer; text keeps every digit.
            Err(_) => self.record_debug(field, &value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.attribute(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if !self.fields.special(field.name(), value) {
            self.fields.attribute(field, Value::Str(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        format_into(self.scratch, value);
        let text = std::mem::take(self.scratch);
        self.record_str(field, &text);
        *self.scratch = text;
    }
}

/// Collects the fields of a tracing event.
pub(crate) struct LogVisitor<'a> {
    /// Encoded `KeyValue`s.
    pub(crate) attributes: &'a mut Vec<u8>,
    /// The field `message`.
    pub(crate) body: &'a mut String,
    pub(crate) scratch: &'a mut String,
    /// Values that were cut.
    pub(crate) truncated: u32,
}

impl LogVisitor<'_> {
    fn attribute(&mut self, field: &Field, value: Value<'_>) {
        self.truncated += u32::from(key_value(
            self.attributes,
            LOG_ATTRIBUTES,
            field.name(),
            value,
        ));
    }
}

impl Visit for LogVisitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.attribute(field, Value::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.attribute(field, Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(number) => self.attribute(field, Value::I64(number)),
            Err(_) => self.record_debug(field, &value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.attribute(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.body.clear();
            self.body.push_str(value);
        } else {
            self.attribute(field, Value::Str(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            format_into(self.body, value);
        } else {
            format_into(self.scratch, value);
            let text = std::mem::take(self.scratch);
            self.attribute(field, Value::Str(&text));
            *self.scratch = text;
        }
    }
}

/// Formats into an emptied buffer; an error of the value's own `Debug` leaves what was written so far.
fn format_into(buffer: &mut String, value: &dyn fmt::Debug) {
    buffer.clear();
    let _ = write!(buffer, "{value:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_and_say_so() {
        let text = "ä".repeat(MAX_VALUE_BYTES);
        let shorter = cut(&text);
        assert!(shorter.len() <= MAX_VALUE_BYTES);
        assert!(
            shorter.ends_with("bytes cut)"),
            "{}",
            &shorter[shorter.len() - 40..]
        );
    }
}
