//! A value as it is stored, compared, and handed to and from a client.
//!
//! Values are small (three words) and clone by counting references, because every row that a statement returns is
//! cloned out of the table. NULL is a value here; operators decide what it means.

use std::{cmp::Ordering, fmt, sync::Arc};

use bytes::Bytes;
use uuid::Uuid;

use super::{interval::Interval, jsonb, timestamps};
use crate::Timestamp;

/// One SQL value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// NULL of any type.
    #[default]
    Null,
    /// `boolean`.
    Bool(bool),
    /// `smallint`, `integer`, `bigint`.
    Int(i64),
    /// `real`, `double precision`, and `numeric` (which therefore keeps 15 digits, not all).
    Float(f64),
    /// `text`, `varchar(n)`.
    Text(Arc<str>),
    /// `uuid`.
    Uuid(Uuid),
    /// `timestamp` and `timestamptz`, both UTC, in whole microseconds.
    Timestamp(Timestamp),
    /// `interval`.
    Interval(Box<Interval>),
    /// `json` and `jsonb`.
    Json(Arc<serde_json::Value>),
    /// `bytea`.
    Bytes(Box<Bytes>),
    /// A one-dimensional array, for `= ANY($1)`.
    Array(Arc<[Value]>),
}

impl Value {
    /// The kind of this value for messages, in SQL's words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "bigint",
            Value::Float(_) => "double precision",
            Value::Text(_) => "text",
            Value::Uuid(_) => "uuid",
            Value::Timestamp(_) => "timestamp with time zone",
            Value::Interval(_) => "interval",
            Value::Json(_) => "jsonb",
            Value::Bytes(_) => "bytea",
            Value::Array(_) => "array",
        }
    }

    /// Whether this is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The order of ORDER BY and of indexes: NULL after everything, NaN after every number, text by bytes.
    pub(super) fn total_cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Value::Uuid(a), Value::Uuid(b)) => a.cmp(b),
            (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => cmp_floats(*a, *b),
            (Value::Int(a), Value::Float(b)) => cmp_floats(*a as f64, *b),
            (Value::Float(a), Value::Int(b)) => cmp_floats(*a, *b as f64),
            (Value::Interval(a), Value::Interval(b)) => {
                a.comparable_micros().cmp(&b.comparable_micros())
            }
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::Json(a), Value::Json(b)) => jsonb::compare(a, b),
            (Value::Array(a), Value::Array(b)) => cmp_slices(a, b),
            // The binder lets no two kinds meet; a fixed order keeps this total all the same.
            _ => self.kind().cmp(other.kind()),
        }
    }

    pub(super) fn text(text: impl AsRef<str>) -> Value {
        Value::Text(Arc::from(text.as_ref()))
    }
}

/// One of all floats that compare equal: a zero without sign, and one NaN, after every number.
pub(super) fn canonical_float(value: f64) -> f64 {
    if value.is_nan() {
        f64::from_bits(u64::MAX >> 1)
    } else {
        // Negative zero plus zero is zero.
        value + 0.0
    }
}

fn cmp_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

pub(super) fn cmp_slices(a: &[Value], b: &[Value]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.total_cmp(b))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// The text that PostgreSQL's `::text` and `psql` show; NULL shows as nothing.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Bool(value) => f.write_str(if *value { "t" } else { "f" }),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => fmt_float(*value, f),
            Value::Text(value) => f.write_str(value),
            Value::Uuid(value) => write!(f, "{value}"),
            Value::Timestamp(value) => f.write_str(&timestamps::format(*value)),
            Value::Interval(value) => write!(f, "{value}"),
            Value::Json(value) => f.write_str(&jsonb::format(value)),
            Value::Bytes(value) => {
                f.write_str("\\x")?;
                value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Value::Array(values) => fmt_array(values, f),
        }
    }
}

fn fmt_float(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value.is_nan() {
        f.write_str("NaN")
    } else if value.is_infinite() {
        f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if value != 0.0 && !(1e-5..1e15).contains(&value.abs()) {
        // PostgreSQL writes at least two digits of exponent, with a sign.
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        write!(
            f,
            "{mantissa}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        )
    } else {
        write!(f, "{value}")
    }
}

fn fmt_array(values: &[Value], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("{")?;
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        let text = value.to_string();
        let plain = !text.is_empty()
            && !text.eq_ignore_ascii_case("null")
            && !text
                .contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ',' | '"' | '\\'));
        if value.is_null() {
            f.write_str("NULL")?;
        } else if plain {
            f.write_str(&text)?;
        } else {
            write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))?;
        }
    }
    f.write_str("}")
}

macro_rules! value_from {
    ($($source:ty => |$value:ident| $make:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Self {
                $make
            }
        })*
    };
}

value_from! {
    bool => |value| Value::Bool(value);
    i16 => |value| Value::Int(value.into());
    i32 => |value| Value::Int(value.into());
    i64 => |value| Value::Int(value);
    u8 => |value| Value::Int(value.into());
    u16 => |value| Value::Int(value.into());
    u32 => |value| Value::Int(value.into());
    f32 => |value| Value::Float(value.into());
    f64 => |value| Value::Float(value);
    &str => |value| Value::Text(Arc::from(value));
    String => |value| Value::Text(Arc::from(value));
    &String => |value| Value::Text(Arc::from(value.as_str()));
    Arc<str> => |value| Value::Text(value);
    Uuid => |value| Value::Uuid(value);
    &Uuid => |value| Value::Uuid(*value);
    Timestamp => |value| Value::Timestamp(timestamps::to_micros_precision(value));
    Interval => |value| Value::Interval(Box::new(value));
    serde_json::Value => |value| Value::Json(Arc::new(value));
    &serde_json::Value => |value| Value::Json(Arc::new(value.clone()));
    Arc<serde_json::Value> => |value| Value::Json(value);
    Bytes => |value| Value::Bytes(Box::new(value));
    Vec<u8> => |value| Value::Bytes(Box::new(value.into()));
}

/// A span of time as an `interval`, to the microsecond; longer than 292,000 years is cut to that.
impl From<std::time::Duration> for Value {
    fn from(value: std::time::Duration) -> Self {
        Interval::from_micros(i64::try_from(value.as_micros()).unwrap_or(i64::MAX)).into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// An array, for `column = ANY($1)`.
impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(values: &[T]) -> Self {
        Value::Array(values.iter().cloned().map(Into::into).collect())
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The value, or `None` if it holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($target:ty => $pattern:pat => $make:expr;)*) => {
        $(impl FromValue for $target {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $make,
                    _ => None,
                }
            }
        })*
    };
}

from_value! {
    bool => Value::Bool(value) => Some(*value);
    i16 => Value::Int(value) => (*value).try_into().ok();
    i32 => Value::Int(value) => (*value).try_into().ok();
    i64 => Value::Int(value) => Some(*value);
    u8 => Value::Int(value) => (*value).try_into().ok();
    u16 => Value::Int(value) => (*value).try_into().ok();
    u32 => Value::Int(value) => (*value).try_into().ok();
    u64 => Value::Int(value) => (*value).try_into().ok();
    usize => Value::Int(value) => (*value).try_into().ok();
    String => Value::Text(value) => Some(String::from(&**value));
    Arc<str> => Value::Text(value) => Some(Arc::clone(value));
    Uuid => Value::Uuid(value) => Some(*value);
    Timestamp => Value::Timestamp(value) => Some(*value);
    Interval => Value::Interval(value) => Some(**value);
    serde_json::Value => Value::Json(value) => Some((**value).clone());
    Arc<serde_json::Value> => Value::Json(value) => Some(Arc::clone(value));
    Bytes => Value::Bytes(value) => Some((**value).clone());
}

/// Whole numbers are read too, since `sum` and `avg` change their type with their argument's.
impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Float(value) => Some(*value),
            Value::Int(value) => Some(*value as f64),
            _ => None,
        }
    }
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Array(values) => values.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}
