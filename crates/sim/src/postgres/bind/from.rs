//! FROM: tables, their aliases, and joins.

use sqlparser::ast;

use super::super::{error::PgError, expr::Expr};
use super::{
    binder::Binder,
    scope::{Scope, identifier, object_name},
    select::flatten,
};

/// One table of FROM as written.
pub(super) struct FromTable {
    pub(super) slot: usize,
    pub(super) table: usize,
    /// The ON conditions of a LEFT JOIN; those of an inner join are among the WHERE conditions.
    pub(super) left_join: Option<Vec<Expr>>,
}

impl Binder<'_> {
    /// Binds FROM; conditions of inner joins join those of WHERE, which means the same.
    pub(super) fn from(
        &mut self,
        scope: &mut Scope,
        from: &[ast::TableWithJoins],
        conditions: &mut Vec<Expr>,
    ) -> Result<Vec<FromTable>, PgError> {
        use ast::{JoinConstraint, JoinOperator};
        let mut tables = Vec::new();
        for item in from {
            tables.push(self.table_factor(scope, &item.relation)?);
            for join in &item.joins {
                let mut joined = self.table_factor(scope, &join.relation)?;
                match &join.join_operator {
                    JoinOperator::Join(JoinConstraint::On(on))
                    | JoinOperator::Inner(JoinConstraint::On(on)) => {
                        flatten(self.condition(scope, on, "JOIN/ON")?, conditions);
                    }
                    JoinOperator::Left(JoinConstraint::On(on))
                    | JoinOperator::LeftOuter(JoinConstraint::On(on)) => {
                        let mut own = Vec::new();
                        flatten(self.condition(scope, on, "JOIN/ON")?, &mut own);
                        joined.left_join = Some(own);
                    }
                    JoinOperator::CrossJoin(JoinConstraint::None) => {}
                    _ => {
                        return Err(self.unsupported(
                            &join.relation,
                            "this kind of join",
                            "JOIN … ON, LEFT JOIN … ON, CROSS JOIN",
                        ));
                    }
                }
                tables.push(joined);
            }
        }
        Ok(tables)
    }

    fn table_factor(
        &mut self,
        scope: &mut Scope,
        factor: &ast::TableFactor,
    ) -> Result<FromTable, PgError> {
        let ast::TableFactor::Table {
            name,
            alias,
            args: None,
            sample: None,
            with_ordinality: false,
            ..
        } = factor
        else {
            return Err(self.unsupported(
                factor,
                "a subquery or function in FROM",
                "tables in FROM",
            ));
        };
        if alias
            .as_ref()
            .is_some_and(|alias| !alias.columns.is_empty())
        {
            return Err(self.unsupported(
                factor,
                "column aliases of a table",
                "FROM table [AS] alias",
            ));
        }
        let table_name = object_name(name)?;
        let table = self
            .catalog
            .require(&table_name)
            .map_err(|error| error.at(self.position(name)))?;
        let alias = alias
            .as_ref()
            .map_or(table_name, |alias| identifier(&alias.name));
        let slot = scope.add(&alias, self.catalog.table(table))?;
        Ok(FromTable {
            slot,
            table,
            left_join: None,
        })
    }
}
