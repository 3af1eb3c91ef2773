//! Attribute values, and how the kinds that a column cannot hold become text.
//!
//! Strings, booleans, integers and floating-point numbers keep their type. Arrays and maps become
//! JSON, bytes become base64, and an empty value becomes the empty string: the representation that
//! the OpenTelemetry specification gives for protocols other than OTLP. Nothing is dropped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::fault::{DecodeError, Problem};
use super::wire::{Field, Reader};

/// Arrays and maps deeper than this are refused: no instrumentation nests so far, and each level
/// costs stack.
const MAX_DEPTH: usize = 32;

/// The value of one attribute, borrowed from the request where possible.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A string.
    Str(&'a str),
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// An array or a map as JSON text, or bytes in base64.
    Text(Box<str>),
}

impl Value<'_> {
    /// The value as text, for places that hold nothing else.
    pub fn to_text(&self) -> String {
        match self {
            Self::Str(text) => (*text).to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Double(value) => double_to_text(*value),
            Self::Text(text) => text.to_string(),
        }
    }
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute<'a> {
    /// The key, for example `http.route`.
    pub key: &'a str,
    /// The value.
    pub value: Value<'a>,
}

/// Reads a `KeyValue`. A missing value counts as an empty one.
pub(crate) fn attribute<'a>(field: &Field<'a>) -> Result<Attribute<'a>, DecodeError> {
    let mut reader = field.message("KeyValue")?;
    let mut key = "";
    let mut value = Value::Str("");
    while let Some(field) = reader.next_field()? {
        match field.number {
            1 => key = field.string()?,
            2 => value = any_value(&field)?,
            _ => {}
        }
    }
    Ok(Attribute { key, value })
}

/// Reads an `AnyValue`.
pub(crate) fn any_value<'a>(field: &Field<'a>) -> Result<Value<'a>, DecodeError> {
    let mut reader = field.message("AnyValue")?;
    let mut value = Value::Str("");
    // The kinds exclude each other; of several, the last one counts, as protobuf says.
    while let Some(field) = reader.next_field()? {
        value = match field.number {
            1 => Value::Str(field.string()?),
            2 => Value::Bool(field.varint()? != 0),
            // Negative integers travel as their two's complement.
            3 => Value::Int(field.varint()? as i64),
            4 => Value::Double(field.double()?),
            5 => Value::Text(rendered(|out| array_json(&field, 1, out))?),
            6 => Value::Text(rendered(|out| {
                map_json(field.message("KeyValueList")?, 1, 1, out)
            })?),
            7 => Value::Text(STANDARD.encode(field.bytes()?).into()),
            _ => continue,
        };
    }
    Ok(value)
}

fn rendered(
    write: impl FnOnce(&mut String) -> Result<(), DecodeError>,
) -> Result<Box<str>, DecodeError> {
    let mut out = String::new();
    write(&mut out)?;
    Ok(out.into())
}

fn array_json(field: &Field<'_>, depth: usize, out: &mut String) -> Result<(), DecodeError> {
    let mut reader = field.message("ArrayValue")?;
    out.push('[');
    let mut first = true;
    while let Some(field) = reader.next_field()? {
        if field.number == 1 {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            any_value_json(&field, depth, out)?;
        }
    }
    out.push(']');
    Ok(())
}

/// Writes the `KeyValue`s with field number `number` as one JSON object.
pub(crate) fn map_json(
    mut reader: Reader<'_>,
    number: u32,
    depth: usize,
    out: &mut String,
) -> Result<(), DecodeError> {
    out.push('{');
    let mut first = true;
    while let Some(field) = reader.next_field()? {
        if field.number != number {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        let mut entry = field.message("KeyValue")?;
        let (mut key, mut value) = ("", None);
        while let Some(field) = entry.next_field()? {
            match field.number {
                1 => key = field.string()?,
                2 => value = Some(field),
                _ => {}
            }
        }
        push_json_string(key, out);
        out.push(':');
        match value {
            Some(value) => any_value_json(&value, depth, out)?,
            None => out.push_str("null"),
        }
    }
    out.push('}');
    Ok(())
}

fn any_value_json(field: &Field<'_>, depth: usize, out: &mut String) -> Result<(), DecodeError> {
    if depth > MAX_DEPTH {
        return Err(field.error(Problem::TooDeep { limit: MAX_DEPTH }));
    }
    let mut reader = field.message("AnyValue")?;
    let mut last = None;
    while let Some(field) = reader.next_field()? {
        if (1..=7).contains(&field.number) {
            last = Some(field);
        }
    }
    let Some(field) = last else {
        out.push_str("null");
        return Ok(());
    };
    match field.number {
        1 => push_json_string(field.string()?, out),
        2 => out.push_str(if field.varint()? != 0 {
            "true"
        } else {
            "false"
        }),
        3 => out.push_str(&(field.varint()? as i64).to_string()),
        4 => push_json_double(field.double()?, out),
        5 => array_json(&field, depth + 1, out)?,
        6 => map_json(field.message("KeyValueList")?, 1, depth + 1, out)?,
        _ => push_json_string(&STANDARD.encode(field.bytes()?), out),
    }
    Ok(())
}

/// Writes `text` as a quoted JSON string.
pub(crate) fn push_json_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn push_json_double(value: f64, out: &mut String) {
    if value.is_finite() {
        out.push_str(&serde_json::Value::from(value).to_string());
    } else {
        // JSON has no word for these; the specification writes them as strings.
        push_json_string(&double_to_text(value), out);
    }
}

fn double_to_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 {
            "Infinity".into()
        } else {
            "-Infinity".into()
        }
    } else {
        value.to_string()
    }
}
