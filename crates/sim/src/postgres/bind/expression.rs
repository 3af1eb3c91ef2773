//! Expressions: where each kind goes, names, CASE, casts, arrays, subqueries.

use sqlparser::ast;

use super::super::{
    error::{PgError, SqlState},
    expr::{CompareOp, Expr},
    types::{self, ColumnType, Type},
    value::Value,
};
use super::{
    binder::{Binder, Typed},
    scope::{Scope, identifier},
};

pub(super) const SUPPORTED_EXPRESSIONS: &str = "columns, literals, $n, + - * / % ||, comparisons, AND, OR, NOT, IS [NOT] NULL/TRUE/FALSE/DISTINCT FROM, IN, \
     = ANY, BETWEEN, LIKE, ILIKE, CASE, CAST, JSON operators -> ->> #>> @> ?, functions and uncorrelated subqueries";

impl Binder<'_> {
    /// Binds an expression; errors get its position.
    pub(in super::super) fn expression(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
    ) -> Result<Typed, PgError> {
        self.nested(|binder| binder.expression_inner(scope, ast))
            .map_err(|error| error.located(|| self.position(ast)))
    }

    /// Binds a condition.
    pub(in super::super) fn condition(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
        place: &str,
    ) -> Result<Expr, PgError> {
        let typed = self.expression(scope, ast)?;
        if typed.kind.is_some_and(|kind| kind != Type::Bool) {
            return Err(PgError::new(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "argument of {place} must be type boolean, not type {}",
                    typed.type_name()
                ),
            )
            .at(self.position(ast)));
        }
        self.coerce(typed, Type::Bool)
    }

    fn expression_inner(&mut self, scope: &Scope, ast: &ast::Expr) -> Result<Typed, PgError> {
        use ast::Expr as Ast;
        match ast {
            Ast::Identifier(ident) => self.name(scope, ident),
            Ast::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, column] => scope.column(Some(&identifier(table)), &identifier(column)),
                [schema, table, column] if identifier(schema) == "public" => {
                    scope.column(Some(&identifier(table)), &identifier(column))
                }
                _ => {
                    Err(self.unsupported(ast, "a name of so many parts", "column and table.column"))
                }
            },
            Ast::Value(literal) => self.literal(literal),
            Ast::TypedString(typed) => self.typed_string(typed),
            Ast::Interval(interval) => self.interval(interval),
            Ast::Nested(inner) => self.expression(scope, inner),
            Ast::BinaryOp { left, op, right } => self.binary(scope, left, op, right),
            Ast::UnaryOp { op, expr } => self.unary(scope, ast, op, expr),
            Ast::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(
                scope,
                operand.as_deref(),
                conditions,
                else_result.as_deref(),
            ),
            Ast::Cast {
                kind: ast::CastKind::Cast | ast::CastKind::DoubleColon,
                expr,
                data_type,
                ..
            } => self.cast(scope, expr, data_type),
            Ast::Array(array) => self.array(scope, array),
            Ast::Subquery(query) => {
                let index = self.subquery(query, Some(1))?;
                let kind = self.subqueries[index].types[0];
                Ok(Typed {
                    expr: Expr::Subquery(index),
                    kind,
                })
            }
            other => self
                .special_condition(scope, other)
                .or_else(|| self.special_call(scope, other))
                .unwrap_or_else(|| {
                    Err(self.unsupported(other, "this expression", SUPPORTED_EXPRESSIONS))
                }),
        }
    }

    fn name(&mut self, scope: &Scope, ident: &ast::Ident) -> Result<Typed, PgError> {
        let name = identifier(ident);
        if ident.quote_style.is_none()
            && matches!(name.as_str(), "current_timestamp" | "localtimestamp")
        {
            return self.call_by_name("now", Vec::new());
        }
        scope.column(None, &name)
    }

    fn case(
        &mut self,
        scope: &Scope,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Typed, PgError> {
        let operand = operand
            .map(|operand| self.expression(scope, operand))
            .transpose()?;
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            tests.push(match &operand {
                None => self.condition(scope, &when.condition, "CASE/WHEN")?,
                Some(operand) => {
                    let value = self.expression(scope, &when.condition)?;
                    let (left, right, _) = self.unify(operand.clone(), value, "=")?;
                    Expr::Compare(CompareOp::Eq, Box::new(left), Box::new(right))
                }
            });
            results.push(self.expression(scope, &when.result)?);
        }
        results.push(match otherwise {
            Some(otherwise) => self.expression(scope, otherwise)?,
            None => Typed {
                expr: Expr::Const(Value::Null),
                kind: None,
            },
        });
        let kind = self.common_type(&results, "CASE")?;
        let mut results = results
            .into_iter()
            .map(|result| self.coerce(result, kind))
            .collect::<Result<Vec<_>, _>>()?;
        let otherwise = Box::new(results.pop().unwrap_or(Expr::Const(Value::Null)));
        Ok(Typed::new(
            Expr::Case {
                branches: tests.into_iter().zip(results).collect(),
                otherwise,
            },
            kind,
        ))
    }

    fn cast(
        &mut self,
        scope: &Scope,
        inner: &ast::Expr,
        data_type: &ast::DataType,
    ) -> Result<Typed, PgError> {
        let kind = ColumnType::from_ast(data_type)?.kind;
        let inner = self.expression(scope, inner)?;
        match inner.kind {
            None => Ok(Typed::new(self.coerce(inner, kind)?, kind)),
            Some(from) if types::can_cast(from, kind) => {
                Ok(Typed::new(Expr::Cast(Box::new(inner.expr), kind), kind))
            }
            Some(from) => Err(PgError::new(
                SqlState::CANNOT_COERCE,
                format!("cannot cast type {} to {}", from.name(), kind.name()),
            )),
        }
    }

    fn array(&mut self, scope: &Scope, array: &ast::Array) -> Result<Typed, PgError> {
        let items = array
            .elem
            .iter()
            .map(|item| self.expression(scope, item))
            .collect::<Result<Vec<_>, _>>()?;
        let element = self.common_type(&items, "ARRAY")?;
        let kind = element
            .array_of()
            .ok_or_else(|| PgError::unsupported("an array of arrays", "arrays of one dimension"))?;
        let items = items
            .into_iter()
            .map(|item| self.coerce(item, element))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Typed::new(Expr::MakeArray(items), kind))
    }

    /// Binds an uncorrelated subquery and gives its number.
    pub(super) fn subquery(
        &mut self,
        query: &ast::Query,
        width: Option<usize>,
    ) -> Result<usize, PgError> {
        let outer = self.aggregates.take();
        let bound = self.nested(|binder| binder.select(query));
        self.aggregates = outer;
        let select = bound.map_err(|error| match error.code {
            SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => error.with_hint(
                "subqueries may refer only to their own tables; a join can say the same",
            ),
            _ => error,
        })?;
        if width.is_some_and(|width| width != select.projection.len()) {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                "subquery must return only one column",
            ));
        }
        self.subqueries.push(select);
        Ok(self.subqueries.len() - 1)
    }
}
