//! Arithmetic, concatenation, JSON access and LIKE on values whose types the binder has settled.
//!
//! Overflow and division by zero are errors as in PostgreSQL; NULL on either side gives NULL.

use super::{
    error::{PgError, SqlState},
    interval::Interval,
    jsonb, timestamps,
    types::{self, Type},
    value::Value,
};

/// A binary operator that computes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArithOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concat,
    /// `->`
    JsonGet,
    /// `->>`
    JsonGetText,
    /// `#>>`
    JsonPathText,
    /// `@>`
    JsonContains,
    /// `||` on jsonb
    JsonConcat,
    /// `?`
    JsonHasKey,
}

fn overflow(kind: Type) -> PgError {
    types::out_of_range(kind)
}

fn time_overflow() -> PgError {
    PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
}

fn interval_overflow() -> PgError {
    PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "interval out of range")
}

/// `left op right`, with a result of type `kind`.
pub(super) fn arith(
    op: ArithOp,
    kind: Type,
    left: &Value,
    right: &Value,
) -> Result<Value, PgError> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Int(a), Value::Int(b)) if kind.is_integer() => integers(op, kind, *a, *b),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            floats(op, kind, as_f64(left), as_f64(right))
        }
        (Value::Text(_), _) | (_, Value::Text(_)) if op == ArithOp::Concat => {
            Ok(Value::from(format!("{}{}", as_text(left), as_text(right))))
        }
        (Value::Json(document), operand) => json(op, document, operand),
        (Value::Array(a), Value::Array(b)) => {
            Ok(Value::Array(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => temporal(op, left, right),
    }
}

fn as_text(value: &Value) -> String {
    match types::cast(value.clone(), Type::Text) {
        Ok(Value::Text(text)) => text.to_string(),
        _ => value.to_string(),
    }
}

fn as_f64(value: &Value) -> f64 {
    match value {
        Value::Int(value) => *value as f64,
        Value::Float(value) => *value,
        _ => f64::NAN,
    }
}

fn division_by_zero() -> PgError {
    PgError::new(SqlState::DIVISION_BY_ZERO, "division by zero")
}

fn integers(op: ArithOp, kind: Type, a: i64, b: i64) -> Result<Value, PgError> {
    let result = match op {
        ArithOp::Add => a.checked_add(b),
        ArithOp::Subtract => a.checked_sub(b),
        ArithOp::Multiply => a.checked_mul(b),
        ArithOp::Divide | ArithOp::Modulo if b == 0 => return Err(division_by_zero()),
        ArithOp::Divide => a.checked_div(b),
        // i64::MIN % -1 is 0, though the quotient overflows.
        ArithOp::Modulo => Some(a.wrapping_rem(b)),
        _ => None,
    };
    kind.check_range(result.ok_or_else(|| overflow(kind))?)
}

fn floats(op: ArithOp, kind: Type, a: f64, b: f64) -> Result<Value, PgError> {
    let result = match op {
        ArithOp::Add => a + b,
        ArithOp::Subtract => a - b,
        ArithOp::Multiply => a * b,
        ArithOp::Divide | ArithOp::Modulo if b == 0.0 => return Err(division_by_zero()),
        ArithOp::Divide => a / b,
        ArithOp::Modulo => a % b,
        _ => f64::NAN,
    };
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(overflow(kind));
    }
    Ok(Value::Float(result))
}

fn temporal(op: ArithOp, left: &Value, right: &Value) -> Result<Value, PgError> {
    let interval =
        |interval: Option<Interval>| interval.map(Value::from).ok_or_else(interval_overflow);
    match (op, left, right) {
        (ArithOp::Add, Value::Timestamp(time), Value::Interval(span))
        | (ArithOp::Add, Value::Interval(span), Value::Timestamp(time)) => {
            timestamps::add(*time, **span)
                .map(Value::Timestamp)
                .ok_or_else(time_overflow)
        }
        (ArithOp::Subtract, Value::Timestamp(time), Value::Interval(span)) => span
            .checked_neg()
            .and_then(|span| timestamps::add(*time, span))
            .map(Value::Timestamp)
            .ok_or_else(time_overflow),
        (ArithOp::Subtract, Value::Timestamp(later), Value::Timestamp(earlier)) => {
            Ok(timestamps::difference(*later, *earlier).into())
        }
        (ArithOp::Add, Value::Interval(a), Value::Interval(b)) => interval(a.checked_add(**b)),
        (ArithOp::Subtract, Value::Interval(a), Value::Interval(b)) => {
            interval(b.checked_neg().and_then(|b| a.checked_add(b)))
        }
        (ArithOp::Multiply, Value::Interval(span), factor)
        | (ArithOp::Multiply, factor, Value::Interval(span)) => {
            interval(span.checked_mul(as_f64(factor)))
        }
        (ArithOp::Divide, Value::Interval(span), divisor) => {
            if as_f64(divisor) == 0.0 {
                return Err(division_by_zero());
            }
            interval(span.checked_mul(1.0 / as_f64(divisor)))
        }
        _ => Err(PgError::new(
            SqlState::UNDEFINED_FUNCTION,
            format!(
                "operator does not exist for {} and {}",
                left.kind(),
                right.kind()
            ),
        )),
    }
}

fn json(op: ArithOp, document: &serde_json::Value, operand: &Value) -> Result<Value, PgError> {
    use serde_json::Value as Json;
    let step = || match operand {
        Value::Text(key) => jsonb::step(document, key, None),
        Value::Int(index) => jsonb::step(document, "", Some(*index)),
        _ => None,
    };
    let text = |found: Option<&Json>| found.and_then(jsonb::as_text).into();
    Ok(match (op, operand) {
        (ArithOp::JsonGet, _) => step().map_or(Value::Null, Value::from),
        (ArithOp::JsonGetText, _) => text(step()),
        (ArithOp::JsonPathText, Value::Array(path)) => {
            text(path.iter().try_fold(document, |document, key| {
                let key = key.to_string();
                jsonb::step(document, &key, key.parse().ok())
            }))
        }
        (ArithOp::JsonContains, Value::Json(part)) => Value::Bool(jsonb::contains(document, part)),
        (ArithOp::JsonHasKey, Value::Text(key)) => Value::Bool(match document {
            Json::Object(map) => map.contains_key(&**key),
            Json::Array(items) => items.iter().any(|item| item.as_str() == Some(key)),
            _ => false,
        }),
        (ArithOp::JsonConcat, Value::Json(other)) => Value::from(concat_json(document, other)),
        _ => Value::Null,
    })
}

fn concat_json(a: &serde_json::Value, b: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            let mut merged = a.clone();
            merged.extend(b.iter().map(|(key, value)| (key.clone(), value.clone())));
            Json::Object(merged)
        }
        (a, b) => {
            let items = |json: &Json| match json {
                Json::Array(items) => items.clone(),
                other => vec![other.clone()],
            };
            Json::Array(items(a).into_iter().chain(items(b)).collect())
        }
    }
}

/// Whether a text matches a LIKE pattern: `%` any run, `_` one character, `\` takes the next literally.
pub(super) fn like(text: &str, pattern: &str, ignore_case: bool) -> Result<bool, PgError> {
    if ignore_case {
        return like(&text.to_lowercase(), &pattern.to_lowercase(), false);
    }
    let text: Vec<char> = text.chars().collect();
    let pattern = parse_pattern(pattern)?;
    // The usual two-pointer match: on a mismatch go back to the last `%` and let it take one character more.
    let (mut at, mut step) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(step) {
            Some(Piece::AnyRun) => {
                retry = Some((at, step));
                step += 1;
            }
            Some(Piece::AnyOne) => (at, step) = (at + 1, step + 1),
            Some(Piece::Literal(c)) if *c == text[at] => (at, step) = (at + 1, step + 1),
            _ => match retry {
                Some((from, star)) => {
                    retry = Some((from + 1, star));
                    (at, step) = (from + 1, star + 1);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(pattern[step..]
        .iter()
        .all(|piece| matches!(piece, Piece::AnyRun)))
}

enum Piece {
    AnyRun,
    AnyOne,
    Literal(char),
}

fn parse_pattern(pattern: &str) -> Result<Vec<Piece>, PgError> {
    let mut pieces = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '%' => Piece::AnyRun,
            '_' => Piece::AnyOne,
            '\\' => Piece::Literal(chars.next().ok_or_else(|| {
                PgError::new(
                    SqlState::INVALID_PARAMETER_VALUE,
                    "LIKE pattern must not end with escape character",
                )
            })?),
            c => Piece::Literal(c),
        });
    }
    Ok(pieces)
}
