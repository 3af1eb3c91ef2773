//! CREATE INDEX, and adding an index to a table.

use std::sync::Arc;

use sqlparser::ast;

use super::super::{
    bind::{self, Binder, Scope},
    engine::Engine,
    error::{PgError, SqlState},
    schema::{Index, Table},
};

pub(super) const SUPPORTED_INDEX: &str =
    "CREATE [UNIQUE] INDEX [name] ON table (columns) [WHERE condition]";

/// Creates an index on columns of a table, perhaps a partial one.
pub(super) fn create_index(engine: &mut Engine, create: &ast::CreateIndex) -> Result<(), PgError> {
    let number = engine
        .catalog
        .require(&bind::object_name(&create.table_name)?)?;
    let table = engine.require_unused(number)?;
    let columns = index_columns(table, &create.columns)?;
    let name = match &create.name {
        Some(name) => bind::object_name(name)?,
        None => {
            let name = format!("{}_{}_idx", table.name, joined_names(table, &columns));
            free_name(name, |name| engine.catalog.find_index(name).is_some())
        }
    };
    if engine.catalog.find_index(&name).is_some() {
        if create.if_not_exists {
            return Ok(());
        }
        return Err(PgError::new(
            SqlState::DUPLICATE_TABLE,
            format!("relation \"{name}\" already exists"),
        ));
    }
    let btree = matches!(
        create.using,
        None | Some(ast::IndexType::BTree | ast::IndexType::Hash)
    );
    if !btree || !create.include.is_empty() || create.nulls_distinct == Some(false) {
        return Err(PgError::unsupported(
            "this form of CREATE INDEX",
            SUPPORTED_INDEX,
        ));
    }
    let mut predicate = Vec::new();
    if let Some(condition) = &create.predicate {
        let scope = Scope::of_table(table);
        bind::flatten(
            Binder::new(&engine.catalog, "").condition(&scope, condition, "WHERE")?,
            &mut predicate,
        );
    }
    engine.catalog.version += 1;
    add_index(
        engine.catalog.table_mut(number),
        Index {
            name: name.into(),
            columns,
            unique: create.unique,
            predicate,
        },
    )
}

/// The columns that an index or key names.
pub(super) fn index_columns(
    table: &Table,
    columns: &[ast::IndexColumn],
) -> Result<Vec<usize>, PgError> {
    columns
        .iter()
        .map(|column| match &column.column.expr {
            ast::Expr::Identifier(name) => table.require_column(&bind::identifier(name)),
            other => Err(PgError::unsupported(
                format_args!("an index on {other}"),
                SUPPORTED_INDEX,
            )),
        })
        .collect()
}

/// Names of columns as they appear in the names of indexes.
pub(super) fn joined_names(table: &Table, columns: &[usize]) -> String {
    columns
        .iter()
        .map(|column| &*table.columns[*column].name)
        .collect::<Vec<_>>()
        .join("_")
}

/// The name, with the first number behind it that makes it new if it is taken.
pub(super) fn free_name(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let numbered = (1_usize..).map(|number| format!("{name}{number}"));
    numbered
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or(name)
}

/// Adds an index and its entries for the rows that are there, which must not have duplicates if it is unique.
pub(super) fn add_index(table: &mut Table, index: Index) -> Result<(), PgError> {
    table.indexes.push(index);
    let number = table.indexes.len() - 1;
    let indexes = &table.indexes;
    table.storage.add_index(&indexes[number].columns, |tuple| {
        Table::covers(indexes, number, tuple)
    });
    if table.indexes[number].unique
        && let Some(tuple) = table.storage.first_duplicate(number)
    {
        let key: Vec<String> = table.indexes[number]
            .columns
            .iter()
            .map(|column| tuple[*column].to_string())
            .collect();
        let name = Arc::clone(&table.indexes[number].name);
        table.storage.remove_index(number);
        table.indexes.pop();
        return Err(PgError::new(
            SqlState::UNIQUE_VIOLATION,
            format!("could not create unique index \"{name}\""),
        )
        .with_detail(format!("Key ({}) is duplicated.", key.join(", "))));
    }
    Ok(())
}
