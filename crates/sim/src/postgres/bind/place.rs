//! Where a piece of syntax starts, for error positions.
//!
//! The parser's own spans cover whole trees and are found by walking them, which for a long chain of operators goes
//! deeper than a stack may be. The start needs only the leftmost path, and that is a loop.

use sqlparser::{
    ast::{self, Expr, Ident, ObjectName, Query, SelectItem, SetExpr, TableFactor},
    tokenizer::Location,
};

/// Syntax that knows where it starts.
pub(in super::super) trait Place {
    /// Line and column from 1; `None` if unknown.
    fn start(&self) -> Option<Location>;
}

/// Where a piece of syntax starts in its statement, in characters from 1.
pub(in super::super) fn position(sql: &str, node: &impl Place) -> Option<usize> {
    let start = node.start()?;
    character(sql, start.line, start.column)
}

/// The character at a line and column, all from 1.
pub(super) fn character(sql: &str, line: u64, column: u64) -> Option<usize> {
    let lines = usize::try_from(line).ok()?.checked_sub(1)?;
    let before: usize = sql
        .split_inclusive('\n')
        .take(lines)
        .map(|line| line.chars().count())
        .sum();
    Some(before + usize::try_from(column).ok()?)
}

/// The parser marks an unknown place with line 0.
fn known(location: Location) -> Option<Location> {
    (location.line > 0).then_some(location)
}

impl Place for Ident {
    fn start(&self) -> Option<Location> {
        known(self.span.start)
    }
}

impl Place for ObjectName {
    fn start(&self) -> Option<Location> {
        self.0.first()?.as_ident()?.start()
    }
}

impl Place for Expr {
    fn start(&self) -> Option<Location> {
        let mut expr = self;
        loop {
            expr = match expr {
                Expr::Identifier(ident) => return ident.start(),
                Expr::CompoundIdentifier(parts) => return parts.first()?.start(),
                Expr::Value(value) => return known(value.span.start),
                Expr::TypedString(typed) => return known(typed.value.span.start),
                Expr::Function(call) => return call.name.start(),
                Expr::Case { case_token, .. } => return known(case_token.0.span.start),
                Expr::Subquery(query)
                | Expr::Exists {
                    subquery: query, ..
                } => return query.start(),
                Expr::Array(array) => array.elem.first()?,
                Expr::Interval(interval) => &interval.value,
                Expr::BinaryOp { left, .. }
                | Expr::AnyOp { left, .. }
                | Expr::AllOp { left, .. }
                | Expr::IsDistinctFrom(left, _)
                | Expr::IsNotDistinctFrom(left, _) => left,
                Expr::UnaryOp { expr, .. }
                | Expr::Cast { expr, .. }
                | Expr::InList { expr, .. }
                | Expr::InSubquery { expr, .. }
                | Expr::Between { expr, .. }
                | Expr::Like { expr, .. }
                | Expr::ILike { expr, .. }
                | Expr::Extract { expr, .. }
                | Expr::Substring { expr, .. }
                | Expr::Trim { expr, .. }
                | Expr::Nested(expr)
                | Expr::IsNull(expr)
                | Expr::IsNotNull(expr)
                | Expr::IsTrue(expr)
                | Expr::IsNotTrue(expr)
                | Expr::IsFalse(expr)
                | Expr::IsNotFalse(expr) => expr,
                _ => return None,
            };
        }
    }
}

impl Place for ast::Select {
    fn start(&self) -> Option<Location> {
        known(self.select_token.0.span.start)
    }
}

impl Place for Query {
    fn start(&self) -> Option<Location> {
        if let Some(with) = &self.with {
            return known(with.with_token.0.span.start);
        }
        // A set operation starts where its first query does.
        let mut body = &*self.body;
        loop {
            match body {
                SetExpr::Select(select) => return select.start(),
                SetExpr::SetOperation { left, .. } => body = left,
                SetExpr::Query(query) if query.with.is_none() => body = &query.body,
                _ => return None,
            }
        }
    }
}

impl Place for TableFactor {
    fn start(&self) -> Option<Location> {
        match self {
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => name.start(),
            TableFactor::Derived { subquery, .. } => subquery.start(),
            _ => None,
        }
    }
}

impl Place for SelectItem {
    fn start(&self) -> Option<Location> {
        match self {
            SelectItem::UnnamedExpr(expr)
            | SelectItem::ExprWithAlias { expr, .. }
            | SelectItem::ExprWithAliases { expr, .. } => expr.start(),
            _ => None,
        }
    }
}
