//! CREATE TABLE: its columns.

use sqlparser::ast::{self, ColumnOption};

use super::super::{
    bind::{self, Binder, Scope},
    engine::Engine,
    error::{PgError, SqlState},
    schema::{Column, Table},
    types::ColumnType,
};
use super::constraint::{column_constraints, table_constraint};

pub(super) const SUPPORTED_TABLE: &str = "columns with NOT NULL, DEFAULT, PRIMARY KEY, UNIQUE, CHECK, REFERENCES, and the same constraints of the table";
/// Creates a table with its constraints.
pub(super) fn create_table(
    engine: &mut Engine,
    sql: &str,
    create: &ast::CreateTable,
) -> Result<(), PgError> {
    let name = bind::object_name(&create.name)?;
    if engine.catalog.find(&name).is_some() {
        if create.if_not_exists {
            return Ok(());
        }
        return Err(PgError::new(
            SqlState::DUPLICATE_TABLE,
            format!("relation \"{name}\" already exists"),
        ));
    }
    if create.query.is_some()
        || create.like.is_some()
        || create.inherits.is_some()
        || create.partition_by.is_some()
    {
        return Err(PgError::unsupported(
            "this form of CREATE TABLE",
            SUPPORTED_TABLE,
        ));
    }
    let mut table = Table::new(name.into());
    for definition in &create.columns {
        add_column(engine, &mut table, definition).map_err(at(sql, &definition.name))?;
    }
    for definition in &create.columns {
        column_constraints(engine, &mut table, definition).map_err(at(sql, &definition.name))?;
    }
    for constraint in &create.constraints {
        table_constraint(engine, &mut table, constraint)?;
    }
    engine.catalog.add(table);
    Ok(())
}

/// Gives errors the place of a name.
pub(super) fn at<'a>(sql: &'a str, name: &'a ast::Ident) -> impl Fn(PgError) -> PgError + 'a {
    move |error| error.located(|| bind::position(sql, name))
}

/// Adds a column with its type, default and nullability.
pub(super) fn add_column(
    engine: &Engine,
    table: &mut Table,
    definition: &ast::ColumnDef,
) -> Result<(), PgError> {
    let name = bind::identifier(&definition.name);
    if table.column(&name).is_some() {
        return Err(PgError::new(
            SqlState::DUPLICATE_COLUMN,
            format!("column \"{name}\" specified more than once"),
        ));
    }
    let mut kind = ColumnType::from_ast(&definition.data_type)?;
    let mut not_null = kind.serial;
    let mut default = None;
    for option in &definition.options {
        match &option.option {
            ColumnOption::NotNull | ColumnOption::PrimaryKey(_) => not_null = true,
            ColumnOption::Default(expr) => {
                let mut binder = Binder::new(&engine.catalog, "");
                let typed = binder.expression(&Scope::default(), expr)?;
                default = Some(binder.coerce(typed, kind.kind)?);
            }
            ColumnOption::Generated {
                generation_expr: None,
                ..
            } => (kind.serial, not_null) = (true, true),
            ColumnOption::Null
            | ColumnOption::Unique(_)
            | ColumnOption::Check(_)
            | ColumnOption::ForeignKey(_) => {}
            other => {
                return Err(PgError::unsupported(
                    format_args!("column option {other}"),
                    SUPPORTED_TABLE,
                ));
            }
        }
    }
    table.columns.push(Column {
        name: name.into(),
        kind,
        not_null,
        default,
    });
    table.serials.push(0);
    Ok(())
}
