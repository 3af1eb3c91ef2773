//! Conditions: AND and OR, IS, IN, BETWEEN, LIKE, ANY and ALL.

use sqlparser::ast::{self, BinaryOperator};

use super::super::{
    error::{PgError, SqlState},
    expr::{CompareOp, Expr},
    types::Type,
    value::Value,
};
use super::{
    binder::{Binder, Typed, no_operator},
    scope::Scope,
};

impl Binder<'_> {
    /// Binds a condition that has its own syntax; `None` if this is none.
    pub(super) fn special_condition(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
    ) -> Option<Result<Typed, PgError>> {
        use ast::Expr as Ast;
        Some(match ast {
            Ast::IsNull(inner) => self.is_null(scope, inner, false),
            Ast::IsNotNull(inner) => self.is_null(scope, inner, true),
            Ast::IsTrue(inner) => self.is_bool(scope, inner, true, false),
            Ast::IsNotTrue(inner) => self.is_bool(scope, inner, true, true),
            Ast::IsFalse(inner) => self.is_bool(scope, inner, false, false),
            Ast::IsNotFalse(inner) => self.is_bool(scope, inner, false, true),
            Ast::IsDistinctFrom(left, right) => self.distinct_from(scope, left, right, false),
            Ast::IsNotDistinctFrom(left, right) => self.distinct_from(scope, left, right, true),
            Ast::InList {
                expr,
                list,
                negated,
            } => self.in_list(scope, expr, list, *negated),
            Ast::InSubquery {
                expr,
                subquery,
                negated,
            } => self.in_subquery(scope, expr, subquery, *negated),
            Ast::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(scope, expr, low, high, *negated),
            Ast::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char: None,
            } => self.like(scope, expr, pattern, false, *negated),
            Ast::ILike {
                negated,
                any: false,
                expr,
                pattern,
                escape_char: None,
            } => self.like(scope, expr, pattern, true, *negated),
            Ast::AnyOp {
                left,
                compare_op,
                right,
                ..
            } => self.quantified(scope, left, compare_op, right, false),
            Ast::AllOp {
                left,
                compare_op,
                right,
            } => self.quantified(scope, left, compare_op, right, true),
            Ast::Exists { subquery, negated } => self
                .subquery(subquery, None)
                .map(|index| negate(Expr::Exists(index), *negated)),
            _ => return None,
        })
    }

    /// AND and OR; long chains become one list instead of a deep tree.
    pub(super) fn logic(
        &mut self,
        scope: &Scope,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Typed, PgError> {
        let mut operands = vec![right];
        let mut rest = left;
        while let ast::Expr::BinaryOp {
            left,
            op: inner,
            right,
        } = rest
        {
            if inner != op {
                break;
            }
            operands.push(right);
            rest = left;
        }
        operands.push(rest);
        let place = op.to_string();
        let terms: Result<Vec<Expr>, PgError> = operands
            .into_iter()
            .rev()
            .map(|operand| self.condition(scope, operand, &place))
            .collect();
        let expr = if *op == BinaryOperator::And {
            Expr::And(terms?)
        } else {
            Expr::Or(terms?)
        };
        Ok(Typed::new(expr, Type::Bool))
    }

    fn is_null(
        &mut self,
        scope: &Scope,
        inner: &ast::Expr,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let inner = self.expression(scope, inner)?;
        Ok(negate(Expr::IsNull(Box::new(inner.expr)), negated))
    }

    fn is_bool(
        &mut self,
        scope: &Scope,
        inner: &ast::Expr,
        value: bool,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let inner = self.condition(scope, inner, if value { "IS TRUE" } else { "IS FALSE" })?;
        Ok(negate(Expr::IsBool(Box::new(inner), value), negated))
    }

    fn distinct_from(
        &mut self,
        scope: &Scope,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let (left, right) = (
            self.expression(scope, left)?,
            self.expression(scope, right)?,
        );
        let (left, right, _) = self.unify(left, right, "IS DISTINCT FROM")?;
        Ok(negate(
            Expr::DistinctFrom(Box::new(left), Box::new(right)),
            negated,
        ))
    }

    fn in_list(
        &mut self,
        scope: &Scope,
        needle: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
    ) -> Result<Typed, PgError> {
        let mut items = vec![self.expression(scope, needle)?];
        for item in list {
            items.push(self.expression(scope, item)?);
        }
        let kind = self.common_type(&items, "IN").map_err(|_| {
            let odd = items[1..]
                .iter()
                .find(|item| item.kind != items[0].kind)
                .unwrap_or(&items[0]);
            no_operator(&items[0].type_name(), "=", &odd.type_name())
        })?;
        let mut bound = Vec::with_capacity(items.len());
        for item in items {
            bound.push(match item.kind {
                Some(own) if own.is_number() => item.expr,
                _ => self.coerce(
                    item,
                    if kind.is_integer() {
                        Type::BigInt
                    } else {
                        kind
                    },
                )?,
            });
        }
        let needle = bound.remove(0);
        Ok(negate(Expr::InList(Box::new(needle), bound), negated))
    }

    fn in_subquery(
        &mut self,
        scope: &Scope,
        needle: &ast::Expr,
        query: &ast::Query,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let needle = self.expression(scope, needle)?;
        let index = self.subquery(query, Some(1))?;
        let found = Typed {
            expr: Expr::Subquery(index),
            kind: self.subqueries[index].types[0],
        };
        let (needle, _, _) = self.unify(needle, found, "=")?;
        Ok(negate(Expr::InSubquery(Box::new(needle), index), negated))
    }

    fn between(
        &mut self,
        scope: &Scope,
        value: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let value = self.expression(scope, value)?;
        let (low, high) = (self.expression(scope, low)?, self.expression(scope, high)?);
        let (first, low, _) = self.unify(value.clone(), low, ">=")?;
        let (second, high, _) = self.unify(value, high, "<=")?;
        let both = Expr::And(vec![
            Expr::Compare(CompareOp::GreaterEq, Box::new(first), Box::new(low)),
            Expr::Compare(CompareOp::LessEq, Box::new(second), Box::new(high)),
        ]);
        Ok(negate(both, negated))
    }

    fn like(
        &mut self,
        scope: &Scope,
        text: &ast::Expr,
        pattern: &ast::Expr,
        ignore_case: bool,
        negated: bool,
    ) -> Result<Typed, PgError> {
        let (text, pattern) = (
            self.expression(scope, text)?,
            self.expression(scope, pattern)?,
        );
        let operator = if ignore_case { "~~*" } else { "~~" };
        if let Some(kind) = text.kind.filter(|kind| *kind != Type::Text) {
            return Err(no_operator(&kind.name(), operator, &pattern.type_name()));
        }
        let text = Box::new(self.coerce(text, Type::Text)?);
        let pattern = Box::new(self.coerce(pattern, Type::Text)?);
        Ok(negate(
            Expr::Like {
                text,
                pattern,
                ignore_case,
            },
            negated,
        ))
    }

    fn quantified(
        &mut self,
        scope: &Scope,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed, PgError> {
        let op = comparison(op).ok_or_else(|| {
            PgError::unsupported(
                format_args!("{op} ANY"),
                "comparison operators before ANY and ALL",
            )
        })?;
        if let ast::Expr::Subquery(query) = right {
            if op == CompareOp::Eq && !all {
                return self.in_subquery(scope, left, query, false);
            }
            return Err(self.unsupported(
                right,
                "ANY or ALL of a subquery",
                "= ANY (SELECT …) and IN (SELECT …)",
            ));
        }
        let (left, right) = (
            self.expression(scope, left)?,
            self.expression(scope, right)?,
        );
        let element = match (left.kind, right.kind) {
            (_, Some(Type::Array(element))) => *element,
            (Some(kind), None) => kind,
            (None, None) => Type::Text,
            (_, Some(other)) => {
                return Err(PgError::new(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "op ANY/ALL (array) requires array on right side, not {}",
                        other.name()
                    ),
                ));
            }
        };
        let probe = Typed::new(Expr::Const(Value::Null), element);
        let (left, _, _) = self.unify(left, probe, "=")?;
        let wanted = if element.is_integer() {
            Type::BigInt
        } else {
            element
        };
        let array_type = right
            .kind
            .or_else(|| wanted.array_of())
            .unwrap_or(Type::Array(&Type::Text));
        let array = self.coerce(right, array_type)?;
        Ok(Typed::new(
            Expr::Quantified {
                op,
                all,
                left: Box::new(left),
                array: Box::new(array),
            },
            Type::Bool,
        ))
    }
}

pub(super) fn comparison(op: &BinaryOperator) -> Option<CompareOp> {
    Some(match op {
        BinaryOperator::Eq => CompareOp::Eq,
        BinaryOperator::NotEq => CompareOp::NotEq,
        BinaryOperator::Lt => CompareOp::Less,
        BinaryOperator::LtEq => CompareOp::LessEq,
        BinaryOperator::Gt => CompareOp::Greater,
        BinaryOperator::GtEq => CompareOp::GreaterEq,
        _ => return None,
    })
}

/// A condition, or its opposite.
pub(super) fn negate(expr: Expr, negated: bool) -> Typed {
    Typed::new(
        if negated {
            Expr::Not(Box::new(expr))
        } else {
            expr
        },
        Type::Bool,
    )
}
