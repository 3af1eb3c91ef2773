//! JSON documents with texts of which a simulation keeps only the length.
//!
//! Real documents hold texts of kilobytes (a scan, a letter, an export) that no code here ever looks into. A world
//! that had them for real would spend its time copying them. Start at [`text_of`], which stands for such a text, and
//! [`len`], which measures a document as if it were there.
//!
//! A stand-in is an ordinary JSON string: it can be stored, copied and sent like any other. It is made by whoever
//! plays a customer; a system only measures.

use serde_json::Value;

/// Encloses the length in a stand-in. Unicode has this character for "something that is not text stands here".
const MARK: char = '\u{fffc}';

/// A text of `bytes` bytes that is not there.
#[must_use]
pub fn text_of(bytes: u64) -> Value {
    Value::String(format!("{MARK}{bytes}{MARK}"))
}

/// The length in bytes of `text`, or of the text that it stands for.
#[must_use]
pub fn text_len(text: &str) -> u64 {
    stand_in(text).unwrap_or(text.len() as u64)
}

/// The length in bytes of a document as JSON text without white space. Escapes are not counted: they are rare, and a
/// length is all that this is for.
#[must_use]
pub fn len(document: &Value) -> u64 {
    match document {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number_len(number),
        Value::String(text) => text_len(text) + 2,
        Value::Array(items) => items.iter().map(|item| len(item) + 1).sum::<u64>().max(1) + 1,
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| name.len() as u64 + 4 + len(value);
            fields.iter().map(field).sum::<u64>().max(1) + 1
        }
    }
}

/// The length that a stand-in declares; `None` for any other text.
pub(crate) fn stand_in(text: &str) -> Option<u64> {
    text.strip_prefix(MARK)?.strip_suffix(MARK)?.parse().ok()
}

fn number_len(number: &serde_json::Number) -> u64 {
    match number.as_u64() {
        Some(value) => value.checked_ilog10().map_or(1, |log| u64::from(log) + 1),
        // Negative numbers and fractions: as they are written.
        None => number.to_string().len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(document: &Value) {
        assert_eq!(
            len(document),
            document.to_string().len() as u64,
            "{document}"
        );
    }

    #[test]
    fn a_document_is_as_long_as_its_text() {
        check(&json!(null));
        check(&json!([]));
        check(&json!({}));
        check(&json!([true, false, 0, 7, 10, 1_234_567, -5, 2.5, ""]));
        check(&json!({ "a": { "b": [1, "two", null] }, "name": "Ada" }));
    }

    #[test]
    fn a_stand_in_counts_as_what_it_stands_for() {
        assert_eq!(text_len("four"), 4);
        assert_eq!(len(&text_of(50_000)), 50_002);
        assert_eq!(len(&json!({ "scan": text_of(1_000) })), 1_000 + 11);
    }
}
