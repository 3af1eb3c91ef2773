//! ALTER TABLE and TRUNCATE.

use std::sync::Arc;

use sqlparser::ast::{self, ColumnOption};

use super::super::{
    bind,
    engine::Engine,
    error::{PgError, SqlState},
    expr::{Context, Env},
    schema::{Column, Table},
    storage::Tuple,
    value::Value,
};
use super::table::{add_column, at};

/// Adds columns.
pub(super) fn alter_table(
    engine: &mut Engine,
    sql: &str,
    alter: &ast::AlterTable,
) -> Result<(), PgError> {
    let name = bind::object_name(&alter.name)?;
    if alter.if_exists && engine.catalog.find(&name).is_none() {
        return Ok(());
    }
    let number = engine.catalog.require(&name)?;
    engine.require_unused(number)?;
    for operation in &alter.operations {
        let ast::AlterTableOperation::AddColumn {
            if_not_exists,
            column_def,
            ..
        } = operation
        else {
            return Err(PgError::unsupported(
                "this ALTER TABLE",
                "ADD COLUMN with NOT NULL and DEFAULT",
            ));
        };
        if *if_not_exists
            && engine
                .catalog
                .table(number)
                .column(&bind::identifier(&column_def.name))
                .is_some()
        {
            continue;
        }
        let plain = |option: &ast::ColumnOptionDef| {
            matches!(
                option.option,
                ColumnOption::Null | ColumnOption::NotNull | ColumnOption::Default(_)
            )
        };
        if !column_def.options.iter().all(plain) {
            return Err(PgError::unsupported(
                "a constraint on an added column",
                "ADD COLUMN with NOT NULL and DEFAULT",
            ));
        }
        alter_add_column(engine, number, column_def).map_err(at(sql, &column_def.name))?;
    }
    Ok(())
}

fn alter_add_column(
    engine: &mut Engine,
    number: usize,
    definition: &ast::ColumnDef,
) -> Result<(), PgError> {
    // The column is made on a bare table first, since binding its default reads the catalog.
    let existing = engine.catalog.table(number);
    let mut bare = Table {
        columns: existing.columns.clone(),
        serials: existing.serials.clone(),
        ..Table::new(Arc::clone(&existing.name))
    };
    add_column(engine, &mut bare, definition)?;
    let context = Context::of_row(crate::now());
    let mut fill = Value::Null;
    if let Some(Column {
        default: Some(default),
        ..
    }) = bare.columns.last()
    {
        fill = default.eval(&Env::constant(&context))?.into_owned();
    }
    let has_rows = existing.storage.live_rows() > 0;
    if let Some(column) = bare.columns.last()
        && column.not_null
        && fill.is_null()
        && has_rows
    {
        return Err(PgError::new(
            SqlState::NOT_NULL_VIOLATION,
            format!(
                "column \"{}\" of relation \"{}\" contains null values",
                column.name, bare.name
            ),
        )
        .with_hint("give the column a DEFAULT"));
    }
    engine.catalog.version += 1;
    let table = engine.catalog.table_mut(number);
    (table.columns, table.serials) = (bare.columns, bare.serials);
    table.storage.map_rows(|tuple| {
        tuple
            .iter()
            .cloned()
            .chain(std::iter::once(fill.clone()))
            .collect::<Tuple>()
    });
    Ok(())
}

/// Removes all rows of a table that no rows refer to.
pub(super) fn truncate_table(engine: &mut Engine, name: &ast::ObjectName) -> Result<(), PgError> {
    let number = engine.catalog.require(&bind::object_name(name)?)?;
    engine.require_unused(number)?;
    let referred = engine
        .catalog
        .referrers(number)
        .any(|(child, _)| child != number && engine.catalog.table(child).storage.live_rows() > 0);
    if referred {
        return Err(PgError::new(
            SqlState::FEATURE_NOT_SUPPORTED,
            "cannot truncate a table referenced in a foreign key constraint",
        )
        .with_hint("truncate the referring table first"));
    }
    engine.catalog.table_mut(number).storage.clear();
    Ok(())
}
