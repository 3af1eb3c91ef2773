//! State shared by all parts of binding one statement, and the type rules.

use super::super::{
    error::{PgError, SqlState},
    expr::Expr,
    plan::{Aggregate, Select},
    schema::Catalog,
    types::{self, Type},
    value::Value,
};

use super::place::{self, Place};

/// How deep expressions and subqueries may nest; deeper ones could overflow the stack.
const MAX_DEPTH: usize = 128;

/// A bound expression with its type; `None` is a literal, NULL or parameter that takes any.
#[derive(Debug, Clone)]
pub(in super::super) struct Typed {
    pub(in super::super) expr: Expr,
    pub(in super::super) kind: Option<Type>,
}

impl Typed {
    pub(super) fn new(expr: Expr, kind: Type) -> Self {
        Typed {
            expr,
            kind: Some(kind),
        }
    }

    /// The type's name for messages.
    pub(super) fn type_name(&self) -> String {
        self.kind.map_or_else(|| "unknown".to_owned(), Type::name)
    }
}

/// Binds one statement.
pub(in super::super) struct Binder<'a> {
    pub(in super::super) catalog: &'a Catalog,
    /// The statement's text, for positions.
    sql: &'a str,
    pub(super) subqueries: Vec<Select>,
    /// Where aggregates are collected; `None` where they are not allowed.
    pub(super) aggregates: Option<Vec<Aggregate>>,
    depth: usize,
}

impl<'a> Binder<'a> {
    pub(in super::super) fn new(catalog: &'a Catalog, sql: &'a str) -> Self {
        Binder {
            catalog,
            sql,
            subqueries: Vec::new(),
            aggregates: None,
            depth: 0,
        }
    }

    /// Where a piece of syntax starts, in characters from 1.
    pub(super) fn position(&self, node: &impl Place) -> Option<usize> {
        place::position(self.sql, node)
    }

    /// An error for SQL outside the subset, at its place.
    pub(super) fn unsupported(&self, node: &impl Place, what: &str, supported: &str) -> PgError {
        PgError::unsupported(what, supported).at(self.position(node))
    }

    /// Runs a step one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, PgError>,
    ) -> Result<T, PgError> {
        if self.depth >= MAX_DEPTH {
            return Err(PgError::new(
                SqlState::STATEMENT_TOO_COMPLEX,
                "stack depth limit exceeded",
            )
            .with_hint(format!(
                "nest expressions and subqueries at most {MAX_DEPTH} deep"
            )));
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// Gives an expression the type that its place demands.
    pub(in super::super) fn coerce(&self, typed: Typed, wanted: Type) -> Result<Expr, PgError> {
        match (typed.kind, typed.expr) {
            (Some(kind), expr) if kind == wanted => Ok(expr),
            (None, Expr::Const(Value::Null)) => Ok(Expr::Const(Value::Null)),
            (None, Expr::Const(Value::Text(text))) => wanted.parse(&text).map(Expr::Const),
            (None, Expr::Param { index, .. }) => Ok(Expr::Param {
                index,
                kind: wanted,
            }),
            (None, expr) => Ok(Expr::Cast(Box::new(expr), wanted)),
            (Some(kind), expr) if implicit(kind, wanted) => Ok(convert(expr, kind, wanted)),
            (Some(kind), _) => Err(PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "expression is of type {} but {} is needed",
                    kind.name(),
                    wanted.name()
                ),
            )),
        }
    }

    /// A value for a column: assignment also narrows numbers and shows anything as text.
    pub(super) fn coerce_assignment(
        &self,
        typed: Typed,
        wanted: Type,
        column: &str,
    ) -> Result<Expr, PgError> {
        match typed.kind {
            Some(kind) if kind != wanted && !implicit(kind, wanted) => {
                let assignable = wanted == Type::Text || (kind.is_number() && wanted.is_number());
                if !assignable || !types::can_cast(kind, wanted) {
                    return Err(PgError::new(
                        SqlState::DATATYPE_MISMATCH,
                        format!(
                            "column \"{column}\" is of type {} but expression is of type {}",
                            wanted.name(),
                            kind.name()
                        ),
                    )
                    .with_hint("rewrite or cast the expression"));
                }
                Ok(Expr::Cast(Box::new(typed.expr), wanted))
            }
            _ => self.coerce(typed, wanted),
        }
    }

    /// Brings two sides to one type, as comparison operators need.
    pub(super) fn unify(
        &self,
        left: Typed,
        right: Typed,
        operator: &str,
    ) -> Result<(Expr, Expr, Type), PgError> {
        let kind = match (left.kind, right.kind) {
            (Some(left), Some(right)) => left
                .common(right)
                .ok_or_else(|| no_operator(&left.name(), operator, &right.name()))?,
            (Some(kind), None) | (None, Some(kind)) => kind,
            (None, None) => Type::Text,
        };
        // Integers and floats compare as they are; converting every row would be waste.
        let side = |typed: Typed| match typed.kind {
            Some(own) if own.is_number() => Ok(typed.expr),
            _ => self.coerce(typed, literal_kind(kind)),
        };
        Ok((side(left)?, side(right)?, kind))
    }

    /// The type that all of a list of alternatives share (CASE, COALESCE, IN).
    pub(super) fn common_type(&self, items: &[Typed], what: &str) -> Result<Type, PgError> {
        let mut common: Option<Type> = None;
        for kind in items.iter().filter_map(|item| item.kind) {
            common = Some(match common {
                None => kind,
                Some(common) => common.common(kind).ok_or_else(|| {
                    PgError::new(
                        SqlState::DATATYPE_MISMATCH,
                        format!(
                            "{what} types {} and {} cannot be matched",
                            common.name(),
                            kind.name()
                        ),
                    )
                })?,
            });
        }
        Ok(common.unwrap_or(Type::Text))
    }
}

/// A number that a literal or parameter meets is taken in the widest type of its kind, so that `small = 100000` is
/// false and not an error.
fn literal_kind(kind: Type) -> Type {
    if kind.is_integer() {
        Type::BigInt
    } else {
        kind
    }
}

/// Conversions that need no cast.
fn implicit(from: Type, to: Type) -> bool {
    from == to || (from.is_number() && to.is_number() && from.common(to) == Some(to))
}

fn convert(expr: Expr, from: Type, to: Type) -> Expr {
    if from.is_integer() && to.is_integer() {
        expr
    } else {
        Expr::Cast(Box::new(expr), to)
    }
}

pub(super) fn no_operator(left: &str, operator: &str, right: &str) -> PgError {
    PgError::new(
        SqlState::UNDEFINED_FUNCTION,
        format!("operator does not exist: {left} {operator} {right}"),
    )
    .with_hint("you might need to add explicit type casts")
}
