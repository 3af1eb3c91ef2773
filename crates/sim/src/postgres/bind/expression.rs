//! Expressions: operators, conditions, CASE, casts, subqueries.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};

use super::super::{
    error::{PgError, SqlState},
    expr::{CompareOp, Expr},
    operators::ArithOp,
    types::{self, ColumnType, Type},
    value::Value,
};
use super::{
    binder::{Binder, Typed, no_operator},
    scope::{Scope, identifier},
};

const SUPPORTED_EXPRESSIONS: &str = "columns, literals, $n, + - * / % ||, comparisons, AND, OR, NOT, IS [NOT] NULL/TRUE/FALSE/DISTINCT FROM, IN, \
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
            Ast::Exists { subquery, negated } => {
                let index = self.subquery(subquery, None)?;
                Ok(negate(Expr::Exists(index), *negated))
            }
            Ast::Subquery(query) => {
                let index = self.subquery(query, Some(1))?;
                let kind = self.subqueries[index].types[0];
                Ok(Typed {
                    expr: Expr::Subquery(index),
                    kind,
                })
            }
            other => self.special_call(scope, other).unwrap_or_else(|| {
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

    fn binary(
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

    /// AND and OR; long chains become one list instead of a deep tree.
    fn logic(
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

    fn arithmetic(
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

    fn concat(&mut self, left: Typed, right: Typed) -> Result<Typed, PgError> {
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

    fn json_step(&mut self, op: ArithOp, left: Typed, right: Typed) -> Result<Typed, PgError> {
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

    fn json(
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

    fn unary(
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

fn negate(expr: Expr, negated: bool) -> Typed {
    Typed::new(
        if negated {
            Expr::Not(Box::new(expr))
        } else {
            expr
        },
        Type::Bool,
    )
}
