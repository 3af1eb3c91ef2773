//! Operators that compute: arithmetic on numbers, times and intervals, concatenation, JSON access.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};

use super::super::{error::PgError, expr::Expr, operators::ArithOp, types::Type, value::Value};
use super::{
    binder::{Binder, Typed, no_operator},
    conditions::{comparison, negate},
    expression::SUPPORTED_EXPRESSIONS,
    scope::Scope,
};

impl Binder<'_> {
    pub(super) fn binary(
        &mut self,
        scope: &Scope,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed, PgError> {
        if let BinaryOperator::And | BinaryOperator::Or = op {
            return self.logic(scope, left, op, right);
        }
        let symbol = op.to_string();
        let (left, right) = (
            self.expression(scope, left)?,
            self.expression(scope, right)?,
        );
        if let Some(compare) = comparison(op) {
            let (left, right, _) = self.unify(left, right, &symbol)?;
            return Ok(Typed::new(
                Expr::Compare(compare, Box::new(left), Box::new(right)),
                Type::Bool,
            ));
        }
        let arith = match op {
            BinaryOperator::Plus => ArithOp::Add,
            BinaryOperator::Minus => ArithOp::Subtract,
            BinaryOperator::Multiply => ArithOp::Multiply,
            BinaryOperator::Divide => ArithOp::Divide,
            BinaryOperator::Modulo => ArithOp::Modulo,
            BinaryOperator::StringConcat => return self.concat(left, right),
            BinaryOperator::Arrow => return self.json_step(ArithOp::JsonGet, left, right),
            BinaryOperator::LongArrow => return self.json_step(ArithOp::JsonGetText, left, right),
            BinaryOperator::HashLongArrow => {
                return self.json(
                    ArithOp::JsonPathText,
                    left,
                    right,
                    Type::Array(&Type::Text),
                    Type::Text,
                );
            }
            BinaryOperator::AtArrow => {
                return self.json(ArithOp::JsonContains, left, right, Type::Json, Type::Bool);
            }
            BinaryOperator::Question => {
                return self.json(ArithOp::JsonHasKey, left, right, Type::Text, Type::Bool);
            }
            _ => {
                return Err(PgError::unsupported(
                    format_args!("operator {symbol}"),
                    SUPPORTED_EXPRESSIONS,
                ));
            }
        };
        self.arithmetic(arith, left, right, &symbol)
    }

    pub(super) fn arithmetic(
        &mut self,
        op: ArithOp,
        left: Typed,
        right: Typed,
        symbol: &str,
    ) -> Result<Typed, PgError> {
        use Type::{Interval, Timestamp};
        // A literal or parameter takes the other side's type, as PostgreSQL assumes.
        let kinds = (left.kind.or(right.kind), right.kind.or(left.kind));
        let (from, to, result) = match (op, kinds) {
            (_, (Some(a), Some(b))) if a.is_number() && b.is_number() => {
                let kind = a.common(b).unwrap_or(Type::Double);
                (a, b, kind)
            }
            (ArithOp::Add, (Some(Timestamp), Some(Interval))) => (Timestamp, Interval, Timestamp),
            (ArithOp::Add, (Some(Interval), Some(Timestamp))) => (Interval, Timestamp, Timestamp),
            // `timestamp + unknown`: only an interval makes sense.
            (ArithOp::Add, (Some(Timestamp), Some(Timestamp))) if right.kind.is_none() => {
                (Timestamp, Interval, Timestamp)
            }
            (ArithOp::Subtract, (Some(Timestamp), Some(Interval))) => {
                (Timestamp, Interval, Timestamp)
            }
            (ArithOp::Subtract, (Some(Timestamp), Some(Timestamp))) => {
                (Timestamp, Timestamp, Interval)
            }
            (ArithOp::Add | ArithOp::Subtract, (Some(Interval), Some(Interval))) => {
                (Interval, Interval, Interval)
            }
            (ArithOp::Multiply | ArithOp::Divide, (Some(Interval), Some(kind)))
                if right.kind.is_none() || kind.is_number() =>
            {
                (
                    Interval,
                    if right.kind.is_none() {
                        Type::Double
                    } else {
                        kind
                    },
                    Interval,
                )
            }
            (ArithOp::Multiply, (Some(kind), Some(Interval)))
                if left.kind.is_none() || kind.is_number() =>
            {
                (
                    if left.kind.is_none() {
                        Type::Double
                    } else {
                        kind
                    },
                    Interval,
                    Interval,
                )
            }
            _ => return Err(no_operator(&left.type_name(), symbol, &right.type_name())),
        };
        let (left, right) = (self.coerce(left, from)?, self.coerce(right, to)?);
        Ok(Typed::new(
            Expr::Arith(op, result, Box::new(left), Box::new(right)),
            result,
        ))
    }

    pub(super) fn concat(&mut self, left: Typed, right: Typed) -> Result<Typed, PgError> {
        let (op, kind) = match (left.kind, right.kind) {
            (Some(Type::Json), _) | (_, Some(Type::Json)) => (ArithOp::JsonConcat, Type::Json),
            (Some(kind @ Type::Array(_)), _) | (_, Some(kind @ Type::Array(_))) => {
                (ArithOp::Concat, kind)
            }
            (Some(kind), Some(other)) if kind != Type::Text && other != Type::Text => {
                return Err(no_operator(&kind.name(), "||", &other.name()));
            }
            _ => (ArithOp::Concat, Type::Text),
        };
        let side = |typed: Typed| match typed.kind {
            Some(own) if kind == Type::Text && own != Type::Text => Ok(typed.expr),
            _ => self.coerce(typed, kind),
        };
        Ok(Typed::new(
            Expr::Arith(op, kind, Box::new(side(left)?), Box::new(side(right)?)),
            kind,
        ))
    }

    pub(super) fn json_step(
        &mut self,
        op: ArithOp,
        left: Typed,
        right: Typed,
    ) -> Result<Typed, PgError> {
        let key = if right.kind.is_some_and(Type::is_integer) {
            Type::BigInt
        } else {
            Type::Text
        };
        let result = if op == ArithOp::JsonGet {
            Type::Json
        } else {
            Type::Text
        };
        self.json(op, left, right, key, result)
    }

    pub(super) fn json(
        &mut self,
        op: ArithOp,
        left: Typed,
        right: Typed,
        key: Type,
        result: Type,
    ) -> Result<Typed, PgError> {
        let (left, right) = (self.coerce(left, Type::Json)?, self.coerce(right, key)?);
        Ok(Typed::new(
            Expr::Arith(op, result, Box::new(left), Box::new(right)),
            result,
        ))
    }

    pub(super) fn unary(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
        op: &UnaryOperator,
        inner: &ast::Expr,
    ) -> Result<Typed, PgError> {
        match op {
            UnaryOperator::Not => {
                let condition = self.condition(scope, inner, "NOT")?;
                Ok(negate(condition, true))
            }
            UnaryOperator::Plus => self.expression(scope, inner),
            UnaryOperator::Minus => {
                // -9223372036854775808 has no positive counterpart.
                if let ast::Expr::Value(ast::ValueWithSpan {
                    value: ast::Value::Number(text, _),
                    ..
                }) = inner
                    && let Ok(value) = format!("-{text}").parse::<i64>()
                {
                    let kind = if i32::try_from(value).is_ok() {
                        Type::Integer
                    } else {
                        Type::BigInt
                    };
                    return Ok(Typed::new(Expr::Const(Value::Int(value)), kind));
                }
                let inner = self.expression(scope, inner)?;
                let (minus_one, kind) = match inner.kind {
                    Some(Type::Interval) => (Type::Integer, Type::Interval),
                    Some(kind) if kind.is_number() => (kind, kind),
                    _ => return Err(no_operator("", "-", &inner.type_name())),
                };
                let factor = if minus_one.is_integer() {
                    Value::Int(-1)
                } else {
                    Value::Float(-1.0)
                };
                let expr = Expr::Arith(
                    ArithOp::Multiply,
                    kind,
                    Box::new(inner.expr),
                    Box::new(Expr::Const(factor)),
                );
                Ok(Typed::new(expr, kind))
            }
            _ => Err(self.unsupported(ast, &format!("operator {op}"), SUPPORTED_EXPRESSIONS)),
        }
    }
}
