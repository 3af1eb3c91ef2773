//! PRIMARY KEY, UNIQUE, CHECK and foreign keys.

use sqlparser::ast::{self, ColumnOption, ReferentialAction, TableConstraint};

use super::super::{
    bind::{self, Binder, Scope},
    engine::Engine,
    error::{PgError, SqlState},
    schema::{Check, ForeignKey, Index, OnDelete, Table},
};
use super::{
    index::{add_index, free_name, index_columns, joined_names},
    table::SUPPORTED_TABLE,
};

/// Adds the constraints that are written with a column.
pub(super) fn column_constraints(
    engine: &Engine,
    table: &mut Table,
    definition: &ast::ColumnDef,
) -> Result<(), PgError> {
    let name = bind::identifier(&definition.name);
    let column = table.require_column(&name)?;
    for option in &definition.options {
        let given = option.name.as_ref().map(bind::identifier);
        match &option.option {
            ColumnOption::PrimaryKey(_) => primary_key(table, given, vec![column])?,
            ColumnOption::Unique(_) => unique(table, given, vec![column])?,
            ColumnOption::Check(check) => {
                let given = given.unwrap_or_else(|| format!("{}_{name}_check", table.name));
                add_check(engine, table, given, &check.expr)?;
            }
            ColumnOption::ForeignKey(key) => foreign_key(engine, table, given, vec![column], key)?,
            _ => {}
        }
    }
    Ok(())
}

/// Adds a constraint that is written with the table.
pub(super) fn table_constraint(
    engine: &Engine,
    table: &mut Table,
    constraint: &TableConstraint,
) -> Result<(), PgError> {
    let named = |name: &Option<ast::Ident>| name.as_ref().map(bind::identifier);
    match constraint {
        TableConstraint::PrimaryKey(key) => {
            let columns = index_columns(table, &key.columns)?;
            primary_key(table, named(&key.name), columns)
        }
        TableConstraint::Unique(key) => {
            let columns = index_columns(table, &key.columns)?;
            unique(table, named(&key.name), columns)
        }
        TableConstraint::Check(check) => {
            let name = named(&check.name).unwrap_or_else(|| format!("{}_check", table.name));
            let name = free_name(name, |name| {
                table.checks.iter().any(|check| *check.name == *name)
            });
            add_check(engine, table, name, &check.expr)
        }
        TableConstraint::ForeignKey(key) => {
            let columns = names(table, &key.columns)?;
            foreign_key(engine, table, named(&key.name), columns, key)
        }
        other => Err(PgError::unsupported(
            format_args!("constraint {other}"),
            SUPPORTED_TABLE,
        )),
    }
}

fn names(table: &Table, names: &[ast::Ident]) -> Result<Vec<usize>, PgError> {
    names
        .iter()
        .map(|name| table.require_column(&bind::identifier(name)))
        .collect()
}

fn primary_key(
    table: &mut Table,
    name: Option<String>,
    columns: Vec<usize>,
) -> Result<(), PgError> {
    if !table.primary_key.is_empty() {
        return Err(PgError::new(
            SqlState::SYNTAX_ERROR,
            format!(
                "multiple primary keys for table \"{}\" are not allowed",
                table.name
            ),
        ));
    }
    for column in &columns {
        table.columns[*column].not_null = true;
    }
    table.primary_key.clone_from(&columns);
    let name = name.unwrap_or_else(|| format!("{}_pkey", table.name));
    add_index(
        table,
        Index {
            name: name.into(),
            columns,
            unique: true,
            predicate: Vec::new(),
        },
    )
}

fn unique(table: &mut Table, name: Option<String>, columns: Vec<usize>) -> Result<(), PgError> {
    let name = name.unwrap_or_else(|| {
        let name = format!("{}_{}_key", table.name, joined_names(table, &columns));
        free_name(name, |name| {
            table.indexes.iter().any(|index| *index.name == *name)
        })
    });
    add_index(
        table,
        Index {
            name: name.into(),
            columns,
            unique: true,
            predicate: Vec::new(),
        },
    )
}

fn add_check(
    engine: &Engine,
    table: &mut Table,
    name: String,
    expr: &ast::Expr,
) -> Result<(), PgError> {
    let scope = Scope::of_table(table);
    let condition = Binder::new(&engine.catalog, "").condition(&scope, expr, "CHECK")?;
    table.checks.push(Check {
        name: name.into(),
        condition,
    });
    Ok(())
}

fn foreign_key(
    engine: &Engine,
    table: &mut Table,
    name: Option<String>,
    columns: Vec<usize>,
    key: &ast::ForeignKeyConstraint,
) -> Result<(), PgError> {
    let parent_name = bind::object_name(&key.foreign_table)?;
    let itself = *parent_name == *table.name;
    // A table that refers to itself gets the next number.
    let parent = if itself {
        engine.catalog.next_number()
    } else {
        engine.catalog.require(&parent_name)?
    };
    let parent_table = if itself {
        &*table
    } else {
        engine.catalog.table(parent)
    };
    let parent_columns = if key.referred_columns.is_empty() {
        parent_table.primary_key.clone()
    } else {
        names(parent_table, &key.referred_columns)?
    };
    let unique = parent_table
        .indexes
        .iter()
        .any(|index| index.unique && index.columns == parent_columns);
    if !unique || parent_columns.len() != columns.len() {
        return Err(PgError::new(
            SqlState::UNDEFINED_OBJECT,
            format!(
                "there is no unique constraint matching given keys for referenced table \"{parent_name}\""
            ),
        ));
    }
    let on_delete = on_delete(key.on_delete)?;
    if !matches!(
        key.on_update,
        None | Some(ReferentialAction::NoAction | ReferentialAction::Restrict)
    ) {
        return Err(PgError::unsupported(
            "this ON UPDATE action",
            "NO ACTION, RESTRICT",
        ));
    }
    let name =
        name.unwrap_or_else(|| format!("{}_{}_fkey", table.name, joined_names(table, &columns)));
    table.foreign_keys.push(ForeignKey {
        name: name.into(),
        columns,
        parent,
        parent_columns,
        on_delete,
    });
    Ok(())
}

fn on_delete(action: Option<ReferentialAction>) -> Result<OnDelete, PgError> {
    match action {
        None | Some(ReferentialAction::NoAction | ReferentialAction::Restrict) => {
            Ok(OnDelete::Refuse)
        }
        Some(ReferentialAction::Cascade) => Ok(OnDelete::Cascade),
        Some(ReferentialAction::SetNull) => Ok(OnDelete::SetNull),
        Some(ReferentialAction::SetDefault) => Err(PgError::unsupported(
            "ON DELETE SET DEFAULT",
            "NO ACTION, RESTRICT, CASCADE, SET NULL",
        )),
    }
}
