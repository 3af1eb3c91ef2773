//! Scalar functions: which exist, what they take and give, and what they compute.
//!
//! To add one: a variant, a line in [`lookup`], an arm in [`call`]. Aggregates are in `aggregate`; `coalesce`, `nullif`
//! and their like are syntax and live in the binder.

use std::{borrow::Cow, time::Duration};

use super::{
    error::{PgError, SqlState},
    expr::Context,
    jsonb,
    timestamps::{self, Fields},
    types::{self, Type},
    value::Value,
};

/// A scalar function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Now,
    ClockTimestamp,
    BackendPid,
    GenRandomUuid,
    Version,
    PgSleep,
    Lower,
    Upper,
    Length,
    Trim,
    TrimStart,
    TrimEnd,
    Left,
    Right,
    Substring,
    Replace,
    Concat,
    Position,
    Abs,
    Round,
    RoundTo,
    Floor,
    Ceil,
    Greatest,
    Least,
    DateTrunc,
    DatePart,
    ToTimestamp,
    JsonBuildObject,
    JsonTypeof,
    JsonArrayLength,
    ArrayLength,
}

/// What the binder must know of a function.
pub(super) struct Signature {
    pub(super) function: Function,
    /// The types of the arguments; a call may have fewer when `optional` allows it, more when `variadic`.
    pub(super) args: &'static [Arg],
    pub(super) optional: usize,
    pub(super) variadic: bool,
    pub(super) result: Type,
}

/// What an argument accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arg {
    Is(Type),
    /// Any number; the result has its type.
    Number,
    /// `timestamp` or `interval`.
    Temporal,
    /// Anything, shown as text.
    Any,
    AnyArray,
}

pub(super) const SUPPORTED_FUNCTIONS: &str = "now, clock_timestamp, gen_random_uuid, pg_backend_pid, pg_sleep, version, lower, upper, length, trim, ltrim, \
     rtrim, left, right, substring, replace, concat, position, abs, round, floor, ceil, greatest, least, coalesce, \
     nullif, date_trunc, date_part, extract, to_timestamp, jsonb_build_object, jsonb_typeof, jsonb_array_length, \
     array_length, cardinality, count, sum, avg, min, max, bool_and, bool_or, string_agg, array_agg";

/// The function of that name (lower case).
pub(super) fn lookup(name: &str) -> Option<Signature> {
    use Function as F;
    const TEXT: Arg = Arg::Is(Type::Text);
    const INT: Arg = Arg::Is(Type::Integer);
    let fixed = |function, args, result| Signature {
        function,
        args,
        optional: 0,
        variadic: false,
        result,
    };
    Some(match name {
        "now" | "transaction_timestamp" | "current_timestamp" | "localtimestamp" => {
            fixed(F::Now, &[], Type::Timestamp)
        }
        "clock_timestamp" | "statement_timestamp" => fixed(F::ClockTimestamp, &[], Type::Timestamp),
        "pg_backend_pid" => fixed(F::BackendPid, &[], Type::Integer),
        "gen_random_uuid" | "uuid_generate_v4" => fixed(F::GenRandomUuid, &[], Type::Uuid),
        "version" => fixed(F::Version, &[], Type::Text),
        "pg_sleep" => fixed(F::PgSleep, &[Arg::Is(Type::Double)], Type::Text),
        "lower" => fixed(F::Lower, &[TEXT], Type::Text),
        "upper" => fixed(F::Upper, &[TEXT], Type::Text),
        "length" | "char_length" | "character_length" => fixed(F::Length, &[TEXT], Type::Integer),
        "btrim" => Signature {
            optional: 1,
            ..fixed(F::Trim, &[TEXT, TEXT], Type::Text)
        },
        "ltrim" => Signature {
            optional: 1,
            ..fixed(F::TrimStart, &[TEXT, TEXT], Type::Text)
        },
        "rtrim" => Signature {
            optional: 1,
            ..fixed(F::TrimEnd, &[TEXT, TEXT], Type::Text)
        },
        "left" => fixed(F::Left, &[TEXT, INT], Type::Text),
        "right" => fixed(F::Right, &[TEXT, INT], Type::Text),
        "substring" | "substr" => Signature {
            optional: 1,
            ..fixed(F::Substring, &[TEXT, INT, INT], Type::Text)
        },
        "replace" => fixed(F::Replace, &[TEXT, TEXT, TEXT], Type::Text),
        "strpos" => fixed(F::Position, &[TEXT, TEXT], Type::Integer),
        "concat" => Signature {
            variadic: true,
            ..fixed(F::Concat, &[Arg::Any], Type::Text)
        },
        "abs" => fixed(F::Abs, &[Arg::Number], Type::Double),
        "round" => fixed(F::Round, &[Arg::Number], Type::Double),
        "floor" => fixed(F::Floor, &[Arg::Number], Type::Double),
        "ceil" | "ceiling" => fixed(F::Ceil, &[Arg::Number], Type::Double),
        "date_trunc" => fixed(
            F::DateTrunc,
            &[TEXT, Arg::Is(Type::Timestamp)],
            Type::Timestamp,
        ),
        "date_part" => fixed(F::DatePart, &[TEXT, Arg::Temporal], Type::Double),
        "to_timestamp" => fixed(F::ToTimestamp, &[Arg::Is(Type::Double)], Type::Timestamp),
        "jsonb_build_object" | "json_build_object" => Signature {
            variadic: true,
            ..fixed(F::JsonBuildObject, &[Arg::Any], Type::Json)
        },
        "jsonb_typeof" | "json_typeof" => fixed(F::JsonTypeof, &[Arg::Is(Type::Json)], Type::Text),
        "jsonb_array_length" | "json_array_length" => {
            fixed(F::JsonArrayLength, &[Arg::Is(Type::Json)], Type::Integer)
        }
        "cardinality" => fixed(F::ArrayLength, &[Arg::AnyArray], Type::Integer),
        "array_length" => fixed(F::ArrayLength, &[Arg::AnyArray, INT], Type::Integer),
        _ => return None,
    })
}

/// Computes a call.
pub(super) fn call(
    function: Function,
    args: &[Cow<'_, Value>],
    context: &Context<'_>,
) -> Result<Value, PgError> {
    use Function as F;
    match function {
        F::Now => return Ok(Value::from(context.transaction_time)),
        F::ClockTimestamp => return Ok(Value::from(context.clock)),
        F::BackendPid => return Ok(Value::Int(context.pid.into())),
        F::GenRandomUuid => return Ok(Value::Uuid(crate::uuid())),
        F::Version => return Ok(Value::text("PostgreSQL 15.0 (simulated)")),
        F::Concat => {
            return Ok(Value::from(
                args.iter().map(ToString::to_string).collect::<String>(),
            ));
        }
        F::Greatest | F::Least => return Ok(extreme(args, function == F::Greatest)),
        F::JsonBuildObject => return build_object(args),
        _ => {}
    }
    if args.iter().any(|arg| arg.is_null()) {
        return Ok(Value::Null);
    }
    match &*args[0] {
        Value::Text(text) => on_text(function, text, args),
        Value::Float(seconds) if function == F::PgSleep => {
            let slept = Duration::try_from_secs_f64(*seconds).unwrap_or_default();
            context.sleep.set(context.sleep.get().saturating_add(slept));
            Ok(Value::text(""))
        }
        Value::Int(_) | Value::Float(_) => on_number(function, args),
        Value::Timestamp(_) | Value::Interval(_) => date_part_of(function, args),
        Value::Json(document) => on_json(function, document),
        Value::Array(values) => Ok(if values.is_empty() && args.len() == 2 {
            Value::Null
        } else {
            Value::Int(values.len() as i64)
        }),
        _ => Ok(Value::Null),
    }
}

fn text_of(value: &Value) -> String {
    match types::cast(value.clone(), Type::Text) {
        Ok(text) => text.to_string(),
        Err(_) => String::new(),
    }
}

fn extreme(args: &[Cow<'_, Value>], greatest: bool) -> Value {
    let values = args.iter().filter(|arg| !arg.is_null());
    let found = if greatest {
        values.max_by(|a, b| a.total_cmp(b))
    } else {
        values.min_by(|a, b| a.total_cmp(b))
    };
    found.map_or(Value::Null, |value| value.as_ref().clone())
}

fn int_arg(args: &[Cow<'_, Value>], index: usize) -> i64 {
    match args.get(index).map(AsRef::as_ref) {
        Some(Value::Int(value)) => *value,
        _ => 0,
    }
}

fn str_arg<'a>(args: &'a [Cow<'_, Value>], index: usize) -> &'a str {
    match args.get(index).map(AsRef::as_ref) {
        Some(Value::Text(text)) => text,
        _ => " ",
    }
}

fn on_text(function: Function, text: &str, args: &[Cow<'_, Value>]) -> Result<Value, PgError> {
    use Function as F;
    let trim_set = |c: char| str_arg(args, 1).contains(c);
    let count = text.chars().count() as i64;
    // A negative count means all but so many.
    let kept = |wanted: i64| {
        usize::try_from(if wanted < 0 { count + wanted } else { wanted }).unwrap_or(0)
    };
    Ok(match function {
        F::Lower => Value::from(text.to_lowercase()),
        F::Upper => Value::from(text.to_uppercase()),
        F::Length => Value::Int(count),
        F::Trim => Value::text(text.trim_matches(trim_set)),
        F::TrimStart => Value::text(text.trim_start_matches(trim_set)),
        F::TrimEnd => Value::text(text.trim_end_matches(trim_set)),
        F::Left => Value::from(
            text.chars()
                .take(kept(int_arg(args, 1)))
                .collect::<String>(),
        ),
        F::Right => {
            let skip = (count as usize).saturating_sub(kept(int_arg(args, 1)));
            Value::from(text.chars().skip(skip).collect::<String>())
        }
        F::Substring => substring(
            text,
            int_arg(args, 1),
            args.get(2).map(|_| int_arg(args, 2)),
        )?,
        F::Replace => Value::from(match str_arg(args, 1) {
            "" => text.to_owned(),
            from => text.replace(from, str_arg(args, 2)),
        }),
        F::Position => {
            let found = text
                .find(str_arg(args, 1))
                .map_or(0, |at| text[..at].chars().count() + 1);
            Value::Int(found as i64)
        }
        F::DateTrunc | F::DatePart => date_part_of(function, args)?,
        _ => Value::Null,
    })
}

/// Characters from `start` (from 1); positions before the text count towards the length, as in PostgreSQL.
fn substring(text: &str, start: i64, length: Option<i64>) -> Result<Value, PgError> {
    if length.is_some_and(|length| length < 0) {
        return Err(PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            "negative substring length not allowed",
        ));
    }
    let end = length.map_or(i64::MAX, |length| start.saturating_add(length));
    let taken = text
        .chars()
        .zip(1..)
        .filter(|(_, at)| (start..end).contains(at))
        .map(|(c, _)| c);
    Ok(Value::from(taken.collect::<String>()))
}

fn on_number(function: Function, args: &[Cow<'_, Value>]) -> Result<Value, PgError> {
    use Function as F;
    Ok(match (function, &*args[0]) {
        (F::Abs, Value::Int(value)) => Value::Int(
            value
                .checked_abs()
                .ok_or_else(|| types::out_of_range(Type::BigInt))?,
        ),
        (F::Round | F::RoundTo | F::Floor | F::Ceil, Value::Int(value)) => {
            Value::Float(*value as f64)
        }
        (F::Abs, Value::Float(value)) => Value::Float(value.abs()),
        (F::Round, Value::Float(value)) => Value::Float(value.round()),
        (F::RoundTo, Value::Float(value)) => {
            let factor = 10_f64.powi(int_arg(args, 1).clamp(-300, 300) as i32);
            let scaled = value * factor;
            Value::Float(if scaled.is_finite() {
                scaled.round() / factor
            } else {
                *value
            })
        }
        (F::Floor, Value::Float(value)) => Value::Float(value.floor()),
        (F::Ceil, Value::Float(value)) => Value::Float(value.ceil()),
        (F::ToTimestamp, Value::Float(seconds)) => {
            let micros = (seconds * 1e6).round();
            let time = (0.0..1.8e16)
                .contains(&micros)
                .then(|| timestamps::from_micros(micros as i64))
                .flatten();
            Value::Timestamp(time.ok_or_else(|| {
                PgError::new(SqlState::DATETIME_FIELD_OVERFLOW, "timestamp out of range")
            })?)
        }
        _ => Value::Null,
    })
}

fn date_part_of(function: Function, args: &[Cow<'_, Value>]) -> Result<Value, PgError> {
    let unit = str_arg(args, 0).to_ascii_lowercase();
    let unknown = || {
        PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("unit \"{unit}\" not recognized"),
        )
        .with_hint("supported: microseconds to year, week, quarter, dow, isodow, doy, epoch")
    };
    match (function, args.get(1).map(AsRef::as_ref)) {
        (Function::DateTrunc, Some(Value::Timestamp(time))) => timestamps::truncate(&unit, *time)
            .map(Value::Timestamp)
            .ok_or_else(unknown),
        (_, Some(Value::Timestamp(time))) => part_of_time(&unit, *time)
            .map(Value::Float)
            .ok_or_else(unknown),
        (_, Some(Value::Interval(span))) => {
            let micros = span.micros as f64;
            Ok(Value::Float(match unit.as_str() {
                "epoch" => {
                    // A year counts as 365.25 days, a single month as 30.
                    let years = f64::from(span.months / 12) * 365.25;
                    (years + f64::from(span.months % 12) * 30.0 + f64::from(span.days)) * 86_400.0
                        + micros / 1e6
                }
                "day" => f64::from(span.days),
                "hour" => (span.micros / 3_600_000_000) as f64,
                "minute" => (span.micros / 60_000_000 % 60) as f64,
                "second" => (span.micros % 60_000_000) as f64 / 1e6,
                _ => return Err(unknown()),
            }))
        }
        _ => Ok(Value::Null),
    }
}

fn part_of_time(unit: &str, time: crate::Timestamp) -> Option<f64> {
    let fields = Fields::of(time);
    Some(match unit {
        "epoch" => timestamps::micros(time) as f64 / 1e6,
        "year" => fields.year as f64,
        "quarter" => ((fields.month - 1) / 3 + 1) as f64,
        "month" => fields.month as f64,
        "day" => fields.day as f64,
        "dow" => fields.day_of_week() as f64,
        "isodow" => ((fields.day_of_week() + 6) % 7 + 1) as f64,
        "doy" => fields.day_of_year() as f64,
        "hour" => (fields.time / 3_600_000_000) as f64,
        "minute" => (fields.time / 60_000_000 % 60) as f64,
        "second" => (fields.time % 60_000_000) as f64 / 1e6,
        "milliseconds" => (fields.time % 60_000_000) as f64 / 1e3,
        "microseconds" => (fields.time % 60_000_000) as f64,
        _ => return None,
    })
}

fn on_json(function: Function, document: &serde_json::Value) -> Result<Value, PgError> {
    use serde_json::Value as Json;
    match (function, document) {
        (Function::JsonArrayLength, Json::Array(items)) => Ok(Value::Int(items.len() as i64)),
        (Function::JsonArrayLength, _) => Err(PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            "cannot get array length of a non-array",
        )),
        (_, document) => Ok(Value::text(match document {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        })),
    }
}

fn build_object(args: &[Cow<'_, Value>]) -> Result<Value, PgError> {
    if !args.len().is_multiple_of(2) {
        return Err(PgError::new(
            SqlState::INVALID_PARAMETER_VALUE,
            "argument list must have even number of elements",
        ));
    }
    let mut map = serde_json::Map::new();
    for pair in args.chunks(2) {
        if pair[0].is_null() {
            return Err(PgError::new(
                SqlState::INVALID_PARAMETER_VALUE,
                "argument 1: key must not be null",
            ));
        }
        map.insert(text_of(&pair[0]), jsonb::from_sql(&pair[1]));
    }
    Ok(Value::from(serde_json::Value::Object(map)))
}
