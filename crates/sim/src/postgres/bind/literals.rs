//! Constants in SQL: numbers, strings, booleans, typed strings and intervals.

use sqlparser::ast::{self, DateTimeField, Value as Literal};

use super::super::{
    error::{PgError, SqlState},
    expr::Expr,
    interval::Interval,
    types::{ColumnType, Type},
    value::Value,
};
use super::binder::{Binder, Typed};

impl Binder<'_> {
    /// A literal or `$n`.
    pub(super) fn literal(&mut self, literal: &ast::ValueWithSpan) -> Result<Typed, PgError> {
        Ok(match &literal.value {
            Literal::Number(text, _) => number(text)?,
            Literal::SingleQuotedString(text) | Literal::EscapedStringLiteral(text) => Typed {
                expr: Expr::Const(Value::text(text)),
                kind: None,
            },
            Literal::DollarQuotedString(text) => Typed {
                expr: Expr::Const(Value::text(&text.value)),
                kind: None,
            },
            Literal::Boolean(value) => Typed::new(Expr::Const(Value::Bool(*value)), Type::Bool),
            Literal::Null => Typed {
                expr: Expr::Const(Value::Null),
                kind: None,
            },
            Literal::Placeholder(name) => {
                let number: Option<usize> = name
                    .strip_prefix('$')
                    .and_then(|digits| digits.parse().ok());
                let index = number
                    .and_then(|number| number.checked_sub(1))
                    .ok_or_else(|| {
                        PgError::new(
                            SqlState::SYNTAX_ERROR,
                            format!("parameter \"{name}\" is not of the form $1"),
                        )
                    })?;
                Typed {
                    expr: Expr::Param {
                        index,
                        kind: Type::Text,
                    },
                    kind: None,
                }
            }
            other => {
                return Err(PgError::unsupported(
                    format_args!("literal {other}"),
                    "numbers, 'strings', E'strings', $$strings$$, true, false, null and $n",
                ));
            }
        })
    }

    /// `timestamp '…'`, `uuid '…'`.
    pub(super) fn typed_string(&mut self, typed: &ast::TypedString) -> Result<Typed, PgError> {
        let kind = ColumnType::from_ast(&typed.data_type)?.kind;
        let value = self.literal(&typed.value)?;
        Ok(Typed::new(self.coerce(value, kind)?, kind))
    }

    /// `interval '1 hour'`, `interval '5' minute`.
    pub(super) fn interval(&mut self, interval: &ast::Interval) -> Result<Typed, PgError> {
        let ast::Expr::Value(ast::ValueWithSpan {
            value: Literal::SingleQuotedString(text),
            ..
        }) = &*interval.value
        else {
            return Err(self.unsupported(
                &*interval.value,
                "a computed interval",
                "interval '1 hour' * expression",
            ));
        };
        let text = match &interval.leading_field {
            None => text.clone(),
            Some(field) => format!(
                "{text} {}",
                unit(field).ok_or_else(|| {
                    self.unsupported(
                        &*interval.value,
                        &format!("interval field {field}"),
                        "year to second",
                    )
                })?
            ),
        };
        let value = Interval::parse(&text).ok_or_else(|| {
            PgError::new(
                SqlState::INVALID_DATETIME_FORMAT,
                format!("invalid input syntax for type interval: \"{text}\""),
            )
        })?;
        Ok(Typed::new(Expr::Const(value.into()), Type::Interval))
    }
}

fn unit(field: &DateTimeField) -> Option<&'static str> {
    Some(match field {
        DateTimeField::Year | DateTimeField::Years => "year",
        DateTimeField::Month | DateTimeField::Months => "month",
        DateTimeField::Week(_) | DateTimeField::Weeks => "week",
        DateTimeField::Day | DateTimeField::Days => "day",
        DateTimeField::Hour | DateTimeField::Hours => "hour",
        DateTimeField::Minute | DateTimeField::Minutes => "minute",
        DateTimeField::Second | DateTimeField::Seconds => "second",
        _ => return None,
    })
}

fn number(text: &str) -> Result<Typed, PgError> {
    if let Ok(value) = text.parse::<i64>() {
        let kind = if i32::try_from(value).is_ok() {
            Type::Integer
        } else {
            Type::BigInt
        };
        return Ok(Typed::new(Expr::Const(Value::Int(value)), kind));
    }
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .map(|value| Typed::new(Expr::Const(Value::Float(value)), Type::Numeric))
        .ok_or_else(|| {
            PgError::new(
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                format!("number {text} is out of range"),
            )
        })
}
