//! SELECT: FROM, WHERE, GROUP BY, the result columns, ORDER BY, LIMIT and FOR UPDATE.

use std::sync::Arc;

use sqlparser::ast::{self, GroupByExpr, LimitClause, OrderByKind, SetExpr};

use super::super::{
    error::{PgError, SqlState},
    expr::Expr,
    plan::{Grouping, LockRows, OrderExpr, OrderKey, Select, WhenBusy},
    row::Columns,
    types::Type,
    value::Value,
};
use super::{
    access,
    binder::Binder,
    from::FromTable,
    outputs::Output,
    scope::{Scope, identifier, object_name},
};

const SUPPORTED_SELECT: &str = "SELECT [DISTINCT] … FROM tables [JOIN | LEFT JOIN … ON …] [WHERE] [GROUP BY] [HAVING] \
                                [ORDER BY] [LIMIT] [OFFSET] [FOR UPDATE [OF …] [SKIP LOCKED | NOWAIT]]";

impl Binder<'_> {
    /// Binds a query.
    pub(super) fn select(&mut self, query: &ast::Query) -> Result<Select, PgError> {
        let unusual = [
            (query.with.is_some(), "WITH"),
            (query.fetch.is_some(), "FETCH"),
            (
                query.for_clause.is_some()
                    || query.settings.is_some()
                    || query.format_clause.is_some(),
                "this clause",
            ),
            (!query.pipe_operators.is_empty(), "a pipe operator"),
        ];
        if let Some((_, what)) = unusual.iter().find(|(used, _)| *used) {
            return Err(self.unsupported(query, what, SUPPORTED_SELECT));
        }
        let SetExpr::Select(body) = &*query.body else {
            return Err(self.unsupported(
                query,
                "UNION, VALUES or a nested query",
                SUPPORTED_SELECT,
            ));
        };
        self.reject_unusual(body)?;
        let mut scope = Scope::default();
        let mut conditions = Vec::new();
        let tables = self.from(&mut scope, &body.from, &mut conditions)?;
        if let Some(selection) = &body.selection {
            flatten(self.condition(&scope, selection, "WHERE")?, &mut conditions);
        }
        let outputs = self.collect_outputs(&scope, body)?;
        let mut select = self.outputs_and_order(&scope, body, query, outputs)?;
        select.limit = self.limit(query, |clause| clause.0)?;
        select.offset = self.limit(query, |clause| clause.1)?;
        select.lock = self.lock(&scope, &tables, &select, &query.locks)?;
        access::plan(self.catalog, &mut select, tables, conditions);
        Ok(select)
    }

    fn reject_unusual(&self, body: &ast::Select) -> Result<(), PgError> {
        let unusual = [
            (body.top.is_some(), "TOP"),
            (body.into.is_some(), "INTO"),
            (
                !body.named_window.is_empty() || body.qualify.is_some(),
                "WINDOW",
            ),
            (
                !body.lateral_views.is_empty()
                    || body.prewhere.is_some()
                    || !body.connect_by.is_empty(),
                "this clause",
            ),
            (
                matches!(body.distinct, Some(ast::Distinct::On(_))),
                "DISTINCT ON",
            ),
            (matches!(body.group_by, GroupByExpr::All(_)), "GROUP BY ALL"),
        ];
        match unusual.iter().find(|(used, _)| *used) {
            Some((_, what)) => Err(self.unsupported(body, what, SUPPORTED_SELECT)),
            None => Ok(()),
        }
    }

    fn collect_outputs(
        &mut self,
        scope: &Scope,
        body: &ast::Select,
    ) -> Result<Vec<Output>, PgError> {
        self.aggregates = Some(Vec::new());
        self.outputs(scope, &body.projection)
    }

    /// GROUP BY, HAVING, the final result columns and ORDER BY, which share the aggregates.
    fn outputs_and_order(
        &mut self,
        scope: &Scope,
        body: &ast::Select,
        query: &ast::Query,
        mut outputs: Vec<Output>,
    ) -> Result<Select, PgError> {
        let mut order = self.order_by(scope, query, &outputs)?;
        let having = body
            .having
            .as_ref()
            .map(|having| self.condition(scope, having, "HAVING"))
            .transpose()?;
        let aggregates = self.aggregates.take().unwrap_or_default();
        let keys = self.group_keys(scope, &body.group_by, &outputs)?;
        let mut select = Select {
            slots: scope.tables.len(),
            ..Select::default()
        };
        if !aggregates.is_empty() || !keys.is_empty() || having.is_some() {
            let regroup = |expr: &mut Expr| self.regroup(scope, &keys, expr);
            for output in &mut outputs {
                regroup(&mut output.typed.expr)?;
            }
            for key in &mut order {
                if let OrderExpr::Expr(expr) = &mut key.expr {
                    regroup(expr)?;
                }
            }
            let mut conditions = Vec::new();
            if let Some(mut having) = having {
                regroup(&mut having)?;
                flatten(having, &mut conditions);
            }
            select.grouping = Some(Grouping {
                keys,
                aggregates,
                having: conditions,
            });
        }
        select.distinct = matches!(body.distinct, Some(ast::Distinct::Distinct));
        if select.distinct
            && order
                .iter()
                .any(|key| matches!(key.expr, OrderExpr::Expr(_)))
        {
            return Err(PgError::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
            ));
        }
        select.order = order;
        select.columns = Some(Columns::new(
            outputs.iter().map(|output| Arc::clone(&output.name)),
        ));
        for output in outputs {
            select.types.push(output.typed.kind);
            // A literal that nothing gave a type is a text.
            select.projection.push(match output.typed.kind {
                None => self.coerce(output.typed, Type::Text)?,
                Some(_) => output.typed.expr,
            });
        }
        Ok(select)
    }

    fn group_keys(
        &mut self,
        scope: &Scope,
        group_by: &GroupByExpr,
        outputs: &[Output],
    ) -> Result<Vec<Expr>, PgError> {
        let GroupByExpr::Expressions(items, modifiers) = group_by else {
            return Ok(Vec::new());
        };
        if !modifiers.is_empty() {
            return Err(PgError::unsupported(
                "a GROUP BY modifier",
                "GROUP BY expressions",
            ));
        }
        items
            .iter()
            .map(|item| {
                if let Some(position) = ordinal(item) {
                    return Ok(nth_output(outputs, position, "GROUP BY")?
                        .typed
                        .expr
                        .clone());
                }
                // A column of a table goes before an output's name, other than in ORDER BY.
                if let ast::Expr::Identifier(ident) = item
                    && scope.column(None, &identifier(ident)).is_err()
                    && let Some(output) = outputs
                        .iter()
                        .find(|output| *output.name == *identifier(ident))
                {
                    return Ok(output.typed.expr.clone());
                }
                Ok(self.expression(scope, item)?.expr)
            })
            .collect()
    }

    /// Rewrites an expression to read grouping keys and aggregates instead of rows.
    fn regroup(&self, scope: &Scope, keys: &[Expr], expr: &mut Expr) -> Result<(), PgError> {
        if let Some(index) = keys.iter().position(|key| key == expr) {
            *expr = Expr::GroupKey(index);
            return Ok(());
        }
        if let Expr::Column { slot, column } = expr {
            let table = &scope.tables[*slot];
            return Err(PgError::new(
                SqlState::GROUPING_ERROR,
                format!(
                    "column \"{}.{}\" must appear in the GROUP BY clause or be used in an aggregate function",
                    table.alias, table.columns[*column].0
                ),
            ));
        }
        let mut result = Ok(());
        expr.for_each_child_mut(&mut |child| {
            if result.is_ok() {
                result = self.regroup(scope, keys, child);
            }
        });
        result
    }

    fn order_by(
        &mut self,
        scope: &Scope,
        query: &ast::Query,
        outputs: &[Output],
    ) -> Result<Vec<OrderKey>, PgError> {
        let Some(order_by) = &query.order_by else {
            return Ok(Vec::new());
        };
        let OrderByKind::Expressions(items) = &order_by.kind else {
            return Err(self.unsupported(query, "ORDER BY ALL", "ORDER BY expressions"));
        };
        items
            .iter()
            .map(|item| {
                let descending = match &item.options.sort {
                    None | Some(ast::OrderBySort::Asc) => false,
                    Some(ast::OrderBySort::Desc) => true,
                    Some(_) => {
                        return Err(self.unsupported(&item.expr, "ORDER BY USING", "ASC and DESC"));
                    }
                };
                let nulls_first = item.options.nulls_first.unwrap_or(descending);
                Ok(OrderKey {
                    expr: self.order_expr(scope, &item.expr, outputs)?,
                    descending,
                    nulls_first,
                })
            })
            .collect()
    }

    fn order_expr(
        &mut self,
        scope: &Scope,
        ast: &ast::Expr,
        outputs: &[Output],
    ) -> Result<OrderExpr, PgError> {
        if let Some(position) = ordinal(ast) {
            nth_output(outputs, position, "ORDER BY")
                .map_err(|error| error.at(self.position(ast)))?;
            return Ok(OrderExpr::Output(position - 1));
        }
        if let ast::Expr::Identifier(ident) = ast
            && let Some(index) = outputs
                .iter()
                .position(|output| *output.name == *identifier(ident))
        {
            return Ok(OrderExpr::Output(index));
        }
        let expr = self.expression(scope, ast)?.expr;
        Ok(
            match outputs.iter().position(|output| output.typed.expr == expr) {
                Some(index) => OrderExpr::Output(index),
                None => OrderExpr::Expr(expr),
            },
        )
    }

    fn limit<'q>(
        &mut self,
        query: &'q ast::Query,
        pick: impl Fn((Option<&'q ast::Expr>, Option<&'q ast::Expr>)) -> Option<&'q ast::Expr>,
    ) -> Result<Option<Expr>, PgError> {
        let clause = match &query.limit_clause {
            None => return Ok(None),
            Some(LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            }) if limit_by.is_empty() => {
                (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
            }
            Some(_) => {
                return Err(self.unsupported(query, "this form of LIMIT", "LIMIT n OFFSET m"));
            }
        };
        let Some(ast) = pick(clause) else {
            return Ok(None);
        };
        let typed = self.expression(&Scope::default(), ast)?;
        self.coerce(typed, Type::BigInt).map(Some)
    }

    fn lock(
        &self,
        scope: &Scope,
        tables: &[FromTable],
        select: &Select,
        locks: &[ast::LockClause],
    ) -> Result<Option<LockRows>, PgError> {
        let clause = match locks {
            [] => return Ok(None),
            [clause] => clause,
            _ => {
                return Err(PgError::unsupported(
                    "more than one FOR UPDATE",
                    "one FOR UPDATE [OF table]",
                ));
            }
        };
        if clause.lock_type == ast::LockType::Share {
            return Err(PgError::unsupported(
                "FOR SHARE",
                "FOR UPDATE [OF table] [SKIP LOCKED | NOWAIT]",
            ));
        }
        if select.grouping.is_some() || select.distinct {
            return Err(PgError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "FOR UPDATE is not allowed with GROUP BY, DISTINCT or aggregate functions",
            ));
        }
        let slots = match &clause.of {
            Some(name) => vec![scope.slot(&object_name(name)?)?],
            None => (0..scope.tables.len()).collect(),
        };
        if tables
            .iter()
            .any(|table| table.left_join.is_some() && slots.contains(&table.slot))
        {
            return Err(PgError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "FOR UPDATE cannot be applied to the nullable side of an outer join",
            ));
        }
        let when_busy = match clause.nonblock {
            None => WhenBusy::Wait,
            Some(ast::NonBlock::Nowait) => WhenBusy::Fail,
            Some(ast::NonBlock::SkipLocked) => WhenBusy::Skip,
        };
        Ok(Some(LockRows { slots, when_busy }))
    }
}

/// Splits a condition into the parts that must all hold.
pub(in super::super) fn flatten(condition: Expr, into: &mut Vec<Expr>) {
    match condition {
        Expr::And(terms) => terms.into_iter().for_each(|term| flatten(term, into)),
        Expr::Const(Value::Bool(true)) => {}
        other => into.push(other),
    }
}

/// `ORDER BY 2`.
fn ordinal(ast: &ast::Expr) -> Option<usize> {
    match ast {
        ast::Expr::Value(ast::ValueWithSpan {
            value: ast::Value::Number(text, _),
            ..
        }) => text.parse().ok(),
        _ => None,
    }
}

fn nth_output<'o>(
    outputs: &'o [Output],
    position: usize,
    clause: &str,
) -> Result<&'o Output, PgError> {
    position
        .checked_sub(1)
        .and_then(|index| outputs.get(index))
        .ok_or_else(|| {
            PgError::new(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("{clause} position {position} is not in select list"),
            )
        })
}
