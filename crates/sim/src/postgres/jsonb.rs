//! `jsonb` as PostgreSQL shows, orders and searches it: keys sorted by length and then by bytes, a space after `:`
//! and `,`.
//!
//! Values stay `serde_json` values; this module only reads them.

use std::{cmp::Ordering, fmt::Write as _};

use serde_json::Value as Json;

use super::{timestamps, value::Value};

/// The text form of a `jsonb`.
pub(super) fn format(json: &Json) -> String {
    let mut text = String::new();
    write(json, &mut text);
    text
}

fn write(json: &Json, out: &mut String) {
    match json {
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(map) => {
            out.push('{');
            for (index, key) in sorted_keys(map).into_iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                // Writing to a String cannot fail.
                let _ = write!(out, "{}: ", Json::String(key.clone()));
                write(&map[key], out);
            }
            out.push('}');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn sorted_keys(map: &serde_json::Map<String, Json>) -> Vec<&String> {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    keys
}

/// A total order for grouping and sorting. PostgreSQL's own order of mixed documents differs.
pub(super) fn compare(a: &Json, b: &Json) -> Ordering {
    if a == b {
        Ordering::Equal
    } else {
        format(a).cmp(&format(b))
    }
}

/// `document @> part`: every key and element of `part` is in `document`.
pub(super) fn contains(document: &Json, part: &Json) -> bool {
    match (document, part) {
        (Json::Object(document), Json::Object(part)) => part
            .iter()
            .all(|(key, value)| document.get(key).is_some_and(|own| contains(own, value))),
        (Json::Array(document), Json::Array(part)) => part
            .iter()
            .all(|value| document.iter().any(|own| contains(own, value))),
        (Json::Array(document), scalar) if !scalar.is_object() => document.contains(scalar),
        (document, part) => document == part,
    }
}

/// One step of `->`: a key of an object or an index of an array, negative from its end.
pub(super) fn step<'a>(document: &'a Json, key: &str, index: Option<i64>) -> Option<&'a Json> {
    match (document, index) {
        (Json::Object(map), _) => map.get(key),
        (Json::Array(items), Some(index)) => {
            let position = if index < 0 {
                items.len() as i64 + index
            } else {
                index
            };
            items.get(usize::try_from(position).ok()?)
        }
        _ => None,
    }
}

/// What `->>` gives: a string without its quotes, other values as text, JSON null as SQL NULL.
pub(super) fn as_text(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(format(other)),
    }
}

/// `to_jsonb`: an SQL value as JSON.
pub(super) fn from_sql(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => {
            serde_json::Number::from_f64(*value).map_or(Json::Null, Json::Number)
        }
        Value::Json(document) => (**document).clone(),
        Value::Array(values) => Json::Array(values.iter().map(from_sql).collect()),
        Value::Timestamp(time) => {
            Json::String(timestamps::format(*time).replacen(' ', "T", 1) + ":00")
        }
        other => Json::String(other.to_string()),
    }
}
