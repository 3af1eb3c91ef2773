//! Which schema change a statement is.

use sqlparser::ast::{self, ObjectType, Statement};

use super::super::{
    bind,
    engine::Engine,
    error::{PgError, SqlState},
};
use super::{alter, index, table};

/// Runs a schema change; `sql` is the text that it was read from, for the positions of errors.
pub(in super::super) fn execute(
    engine: &mut Engine,
    sql: &str,
    statement: &Statement,
) -> Result<(), PgError> {
    run(engine, sql, statement).map_err(bind::placed)
}

fn run(engine: &mut Engine, sql: &str, statement: &Statement) -> Result<(), PgError> {
    match statement {
        Statement::CreateTable(create) => table::create_table(engine, sql, create),
        Statement::CreateIndex(create) => index::create_index(engine, create),
        Statement::AlterTable(alter) => alter::alter_table(engine, sql, alter),
        Statement::Drop {
            object_type,
            if_exists,
            names,
            cascade,
            ..
        } => names
            .iter()
            .try_for_each(|name| drop_object(engine, *object_type, *if_exists, name, *cascade)),
        Statement::Truncate(truncate) => truncate
            .table_names
            .iter()
            .try_for_each(|target| alter::truncate_table(engine, &target.name)),
        // Extensions and comments change nothing that is simulated.
        _ => Ok(()),
    }
}

fn drop_object(
    engine: &mut Engine,
    object_type: ObjectType,
    if_exists: bool,
    name: &ast::ObjectName,
    cascade: bool,
) -> Result<(), PgError> {
    let name = bind::object_name(name)?;
    match object_type {
        ObjectType::Table => {
            let Some(number) = engine.catalog.find(&name) else {
                return missing(
                    if_exists,
                    SqlState::UNDEFINED_TABLE,
                    format!("table \"{name}\" does not exist"),
                );
            };
            engine.require_unused(number)?;
            let referred = engine
                .catalog
                .referrers(number)
                .any(|(child, _)| child != number);
            if referred && !cascade {
                return Err(PgError::new(
                    SqlState::DUPLICATE_OBJECT,
                    format!("cannot drop table {name} because other objects depend on it"),
                )
                .with_hint("use DROP … CASCADE to drop the foreign keys too"));
            }
            engine.catalog.remove(number);
            Ok(())
        }
        ObjectType::Index => {
            let Some((table, index)) = engine.catalog.find_index(&name) else {
                return missing(
                    if_exists,
                    SqlState::UNDEFINED_OBJECT,
                    format!("index \"{name}\" does not exist"),
                );
            };
            engine.require_unused(table)?;
            engine.catalog.version += 1;
            let table = engine.catalog.table_mut(table);
            table.indexes.remove(index);
            table.storage.remove_index(index);
            Ok(())
        }
        other => Err(PgError::unsupported(
            format_args!("DROP {other}"),
            "DROP TABLE, DROP INDEX",
        )),
    }
}

fn missing(if_exists: bool, code: SqlState, message: String) -> Result<(), PgError> {
    if if_exists {
        Ok(())
    } else {
        Err(PgError::new(code, message))
    }
}
