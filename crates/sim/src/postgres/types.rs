//! SQL types: their names, how a text spells their values, and what converts to what.
//!
//! The binder gives every expression a [`Type`]; literals and parameters take the type of their surroundings, as in
//! PostgreSQL. [`Type::parse`] reads input text, [`cast`] is `::`, [`accept`] checks a client's parameter.

use std::fmt;

use bytes::Bytes;
use sqlparser::ast::{ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo};

use super::{
    error::{PgError, SqlState},
    interval::Interval,
    timestamps::{self, BadTime},
    value::Value,
};

/// The type of a column or expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    SmallInt,
    Integer,
    BigInt,
    Numeric,
    Double,
    Text,
    Uuid,
    Timestamp,
    Interval,
    Json,
    Bytes,
    Array(&'static Type),
}

/// A column's type with what it additionally demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnType {
    pub(super) kind: Type,
    /// `varchar(n)`: at most so many characters.
    pub(super) max_length: Option<usize>,
    /// `numeric(p, s)`: rounded to so many digits after the point.
    pub(super) scale: Option<u32>,
    /// `serial` and its kin.
    pub(super) serial: bool,
}

const SUPPORTED_TYPES: &str = "boolean, smallint, integer, bigint, serial, real, double precision, numeric, text, \
                               varchar, uuid, timestamp, timestamptz, interval, json, jsonb, bytea and arrays of them";

impl Type {
    /// The name in messages.
    pub(super) fn name(self) -> String {
        match self {
            Type::Bool => "boolean".into(),
            Type::SmallInt => "smallint".into(),
            Type::Integer => "integer".into(),
            Type::BigInt => "bigint".into(),
            Type::Numeric => "numeric".into(),
            Type::Double => "double precision".into(),
            Type::Text => "text".into(),
            Type::Uuid => "uuid".into(),
            Type::Timestamp => "timestamp with time zone".into(),
            Type::Interval => "interval".into(),
            Type::Json => "jsonb".into(),
            Type::Bytes => "bytea".into(),
            Type::Array(element) => format!("{}[]", element.name()),
        }
    }

    pub(super) fn is_integer(self) -> bool {
        matches!(self, Type::SmallInt | Type::Integer | Type::BigInt)
    }

    pub(super) fn is_number(self) -> bool {
        self.number_rank().is_some()
    }

    /// Place in the promotion order of numbers.
    fn number_rank(self) -> Option<u8> {
        match self {
            Type::SmallInt => Some(0),
            Type::Integer => Some(1),
            Type::BigInt => Some(2),
            Type::Numeric => Some(3),
            Type::Double => Some(4),
            _ => None,
        }
    }

    /// The wider of two number types, or the type itself when both are the same.
    pub(super) fn common(self, other: Type) -> Option<Type> {
        if self == other {
            return Some(self);
        }
        let (a, b) = (self.number_rank()?, other.number_rank()?);
        Some(if a >= b { self } else { other })
    }

    pub(super) fn array_of(self) -> Option<Type> {
        Some(Type::Array(match self {
            Type::Bool => &Type::Bool,
            Type::SmallInt => &Type::SmallInt,
            Type::Integer => &Type::Integer,
            Type::BigInt => &Type::BigInt,
            Type::Numeric => &Type::Numeric,
            Type::Double => &Type::Double,
            Type::Text => &Type::Text,
            Type::Uuid => &Type::Uuid,
            Type::Timestamp => &Type::Timestamp,
            Type::Interval => &Type::Interval,
            Type::Json => &Type::Json,
            Type::Bytes => &Type::Bytes,
            Type::Array(_) => return None,
        }))
    }

    /// Checks that an integer fits.
    pub(super) fn check_range(self, value: i64) -> Result<Value, PgError> {
        let fits = match self {
            Type::SmallInt => i16::try_from(value).is_ok(),
            Type::Integer => i32::try_from(value).is_ok(),
            _ => true,
        };
        if fits {
            Ok(Value::Int(value))
        } else {
            Err(out_of_range(self))
        }
    }

    /// Reads the text of a literal or of a text parameter.
    pub(super) fn parse(self, text: &str) -> Result<Value, PgError> {
        let invalid = || {
            PgError::new(
                SqlState::INVALID_TEXT_REPRESENTATION,
                format!("invalid input syntax for type {}: \"{text}\"", self.name()),
            )
        };
        let trimmed = text.trim();
        Ok(match self {
            Type::Text => Value::text(text),
            Type::Bool => Value::Bool(parse_bool(trimmed).ok_or_else(invalid)?),
            Type::SmallInt | Type::Integer | Type::BigInt => {
                let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(invalid());
                }
                let value: i64 = trimmed
                    .parse()
                    .map_err(|_| value_out_of_range(text, self))?;
                self.check_range(value)
                    .map_err(|_| value_out_of_range(text, self))?
            }
            Type::Numeric | Type::Double => Value::Float(parse_float(trimmed).ok_or_else(invalid)?),
            Type::Uuid => Value::Uuid(uuid::Uuid::parse_str(trimmed).map_err(|_| invalid())?),
            Type::Timestamp => Value::Timestamp(timestamps::parse(trimmed).map_err(|bad| {
                let code = match bad {
                    BadTime::Syntax => SqlState::INVALID_DATETIME_FORMAT,
                    BadTime::Range => SqlState::DATETIME_FIELD_OVERFLOW,
                };
                invalid()
                    .with_code(code)
                    .with_hint("write a time as 2026-03-05 07:08:09+00, between 1970 and 2554")
            })?),
            Type::Interval => {
                Value::Interval(Box::new(Interval::parse(trimmed).ok_or_else(|| {
                    invalid().with_code(SqlState::INVALID_DATETIME_FORMAT)
                })?))
            }
            Type::Json => {
                let parsed: serde_json::Value = serde_json::from_str(text).map_err(|error| {
                    PgError::new(
                        SqlState::INVALID_TEXT_REPRESENTATION,
                        "invalid input syntax for type json",
                    )
                    .with_detail(error.to_string())
                })?;
                Value::from(parsed)
            }
            Type::Bytes => Value::Bytes(Box::new(parse_bytes(text).ok_or_else(invalid)?)),
            Type::Array(element) => parse_array(text, *element)?.ok_or_else(invalid)?,
        })
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn parse_float(text: &str) -> Option<f64> {
    // Rust also reads "inf" and "infinity" in any case, as PostgreSQL does.
    text.parse().ok()
}

fn parse_bytes(text: &str) -> Option<Bytes> {
    let Some(hex) = text.strip_prefix("\\x") else {
        return Some(Bytes::copy_from_slice(text.as_bytes()));
    };
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect::<Vec<u8>>()
            .into(),
    )
}

/// `{a,"b c",NULL}`; `None` if the braces or quotes are wrong.
fn parse_array(text: &str, element: Type) -> Result<Option<Value>, PgError> {
    let Some(inner) = text
        .trim()
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return Ok(None);
    };
    let mut values = Vec::new();
    let mut chars = inner.chars().peekable();
    while chars.peek().is_some() {
        let mut item = String::new();
        let mut quoted = false;
        let mut open = false;
        while let Some(c) = chars.next_if(|c| open || *c != ',') {
            match c {
                '"' => {
                    open = !open;
                    quoted = true;
                }
                '\\' => item.extend(chars.next()),
                '{' | '}' if !open => return Ok(None),
                c => item.push(c),
            }
        }
        if open {
            return Ok(None);
        }
        let trailing_comma = chars.next().is_some() && chars.peek().is_none();
        if trailing_comma || (!quoted && item.trim().is_empty()) {
            return Ok(None);
        }
        let is_null = !quoted && item.trim().eq_ignore_ascii_case("null");
        values.push(if is_null {
            Value::Null
        } else {
            element.parse(if quoted { &item } else { item.trim() })?
        });
    }
    Ok(Some(Value::Array(values.into())))
}

fn value_out_of_range(text: &str, kind: Type) -> PgError {
    PgError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        format!("value \"{text}\" is out of range for type {}", kind.name()),
    )
}

pub(super) fn out_of_range(kind: Type) -> PgError {
    PgError::new(
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        format!("{} out of range", kind.name()),
    )
}

/// Takes a client's parameter as a value of the wanted type, or says why it cannot be.
pub(super) fn accept(value: &Value, wanted: Type, number: usize) -> Result<Value, PgError> {
    Ok(match (value, wanted) {
        (Value::Null, _)
        | (Value::Bool(_), Type::Bool)
        | (Value::Text(_), Type::Text)
        | (Value::Uuid(_), Type::Uuid)
        | (Value::Timestamp(_), Type::Timestamp)
        | (Value::Interval(_), Type::Interval)
        | (Value::Json(_), Type::Json)
        | (Value::Bytes(_), Type::Bytes)
        | (Value::Float(_), Type::Double | Type::Numeric) => value.clone(),
        (Value::Int(value), kind) if kind.is_integer() => kind.check_range(*value)?,
        (Value::Int(value), Type::Double | Type::Numeric) => Value::Float(*value as f64),
        (Value::Text(text), kind) => kind.parse(text)?,
        (Value::Array(values), Type::Array(element)) => Value::Array(
            values
                .iter()
                .map(|value| accept(value, *element, number))
                .collect::<Result<_, _>>()?,
        ),
        (other, kind) => {
            return Err(PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "parameter ${number} is of type {} but {} was given",
                    kind.name(),
                    other.kind()
                ),
            ));
        }
    })
}

/// Whether `from::to` exists; [`cast`] may still fail on the value.
pub(super) fn can_cast(from: Type, to: Type) -> bool {
    match (from, to) {
        (from, to) if from == to => true,
        (Type::Text, _) | (_, Type::Text) => true,
        (from, to) if from.is_number() && to.is_number() => true,
        (Type::Bool, Type::Integer) | (Type::Integer, Type::Bool) => true,
        (Type::Array(from), Type::Array(to)) => can_cast(*from, *to),
        _ => false,
    }
}

/// `value::kind`.
pub(super) fn cast(value: Value, kind: Type) -> Result<Value, PgError> {
    Ok(match (value, kind) {
        (Value::Null, _) => Value::Null,
        (Value::Text(text), kind) => kind.parse(&text)?,
        (Value::Bool(value), Type::Text) => Value::text(if value { "true" } else { "false" }),
        (Value::Bool(value), Type::Integer) => Value::Int(value.into()),
        (Value::Int(value), Type::Bool) => Value::Bool(value != 0),
        (Value::Int(value), kind) if kind.is_integer() => kind.check_range(value)?,
        (Value::Int(value), Type::Numeric | Type::Double) => Value::Float(value as f64),
        (Value::Float(value), kind) if kind.is_integer() => {
            // Half away from zero would be numeric's rule, half to even is double's; numeric is stored as double.
            let rounded = value.round_ties_even();
            if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&rounded) {
                return Err(out_of_range(kind));
            }
            kind.check_range(rounded as i64)?
        }
        (Value::Array(values), Type::Array(element)) => Value::Array(
            values
                .iter()
                .cloned()
                .map(|value| cast(value, *element))
                .collect::<Result<_, _>>()?,
        ),
        (other, Type::Text) => Value::text(other.to_string()),
        (other, _) => other,
    })
}

impl ColumnType {
    /// The type that a piece of SQL names.
    pub(super) fn from_ast(data_type: &DataType) -> Result<Self, PgError> {
        let plain = |kind| ColumnType {
            kind,
            max_length: None,
            scale: None,
            serial: false,
        };
        Ok(match data_type {
            DataType::Bool | DataType::Boolean => plain(Type::Bool),
            DataType::SmallInt(_) | DataType::Int2(_) => plain(Type::SmallInt),
            DataType::Int(_) | DataType::Integer(_) | DataType::Int4(_) => plain(Type::Integer),
            DataType::BigInt(_) | DataType::Int8(_) => plain(Type::BigInt),
            DataType::Real
            | DataType::Float4
            | DataType::Float8
            | DataType::Float(_)
            | DataType::Double(_)
            | DataType::DoublePrecision => plain(Type::Double),
            DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info) => {
                let scale = match info {
                    ExactNumberInfo::None => None,
                    ExactNumberInfo::Precision(_) => Some(0),
                    ExactNumberInfo::PrecisionAndScale(_, scale) => u32::try_from(*scale).ok(),
                };
                ColumnType {
                    scale,
                    ..plain(Type::Numeric)
                }
            }
            DataType::Text => plain(Type::Text),
            DataType::Varchar(length)
            | DataType::CharacterVarying(length)
            | DataType::CharVarying(length) => {
                let max_length = match length {
                    Some(CharacterLength::IntegerLength { length, .. }) => {
                        usize::try_from(*length).ok()
                    }
                    Some(CharacterLength::Max) | None => None,
                };
                ColumnType {
                    max_length,
                    ..plain(Type::Text)
                }
            }
            DataType::Uuid => plain(Type::Uuid),
            DataType::Timestamp(..) => plain(Type::Timestamp),
            DataType::Interval { .. } => plain(Type::Interval),
            DataType::JSON | DataType::JSONB => plain(Type::Json),
            DataType::Bytea => plain(Type::Bytes),
            DataType::Array(
                ArrayElemTypeDef::SquareBracket(element, _)
                | ArrayElemTypeDef::AngleBracket(element)
                | ArrayElemTypeDef::Parenthesis(element),
            ) => {
                let element = ColumnType::from_ast(element)?.kind;
                plain(element.array_of().ok_or_else(|| unsupported(data_type))?)
            }
            DataType::Custom(name, _) => {
                let kind = match name.to_string().to_ascii_lowercase().as_str() {
                    "serial" | "serial4" => Type::Integer,
                    "bigserial" | "serial8" => Type::BigInt,
                    "smallserial" | "serial2" => Type::SmallInt,
                    _ => return Err(unsupported(data_type)),
                };
                ColumnType {
                    serial: true,
                    ..plain(kind)
                }
            }
            other => return Err(unsupported(other)),
        })
    }

    /// Whether not every value of the right kind fits.
    pub(super) fn is_restricted(&self) -> bool {
        self.max_length.is_some() || self.scale.is_some()
    }

    /// Makes a value of the right kind fit the column's length and scale.
    pub(super) fn fit(&self, value: Value) -> Result<Value, PgError> {
        match (&value, self.max_length, self.scale) {
            (Value::Text(text), Some(max), _) if text.len() > max && text.chars().count() > max => {
                Err(PgError::new(
                    SqlState::STRING_DATA_RIGHT_TRUNCATION,
                    format!("value too long for type character varying({max})"),
                ))
            }
            (Value::Float(number), _, Some(scale)) => {
                let factor = 10_f64.powi(i32::try_from(scale).unwrap_or(0));
                let rounded = (number * factor).round() / factor;
                Ok(Value::Float(if rounded.is_finite() {
                    rounded
                } else {
                    *number
                }))
            }
            _ => Ok(value),
        }
    }
}

fn unsupported(data_type: &DataType) -> PgError {
    PgError::unsupported(format_args!("type {data_type}"), SUPPORTED_TYPES)
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
