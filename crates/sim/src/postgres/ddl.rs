//! CREATE TABLE, CREATE INDEX, ALTER TABLE, DROP and TRUNCATE.
//!
//! A change happens at once and is not undone by a rollback, unlike in PostgreSQL; it is refused while an open
//! transaction has rows of the table locked. Schema changes are for setting a world up and for migrations.

use std::sync::Arc;

use sqlparser::ast::{
    self, ColumnOption, ObjectType, ReferentialAction, Statement, TableConstraint,
};

use super::{
    bind::{self, Binder, Scope},
    engine::Engine,
    error::{PgError, SqlState},
    expr::{Context, Env},
    schema::{Check, Column, ForeignKey, Index, OnDelete, Table},
    storage::{Storage, Tuple},
    types::ColumnType,
    value::Value,
};

const SUPPORTED_TABLE: &str = "columns with NOT NULL, DEFAULT, PRIMARY KEY, UNIQUE, CHECK, REFERENCES, and the same constraints of the table";
const SUPPORTED_INDEX: &str = "CREATE [UNIQUE] INDEX [name] ON table (columns) [WHERE condition]";

/// Runs a schema change; `sql` is the text that it was read from, for the positions of errors.
pub(super) fn execute(
    engine: &mut Engine,
    sql: &str,
    statement: &Statement,
) -> Result<(), PgError> {
    run(engine, sql, statement).map_err(bind::placed)
}

fn run(engine: &mut Engine, sql: &str, statement: &Statement) -> Result<(), PgError> {
    match statement {
        Statement::CreateTable(create) => create_table(engine, sql, create),
        Statement::CreateIndex(create) => create_index(engine, create),
        Statement::AlterTable(alter) => alter_table(engine, sql, alter),
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
            .try_for_each(|target| truncate_table(engine, &target.name)),
        // Extensions and comments change nothing that is simulated.
        _ => Ok(()),
    }
}

fn create_table(engine: &mut Engine, sql: &str, create: &ast::CreateTable) -> Result<(), PgError> {
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
    let mut table = Table {
        name: name.into(),
        columns: Vec::new(),
        indexes: Vec::new(),
        primary_key: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        serials: Vec::new(),
        storage: Storage::default(),
        assumed_rows: 0,
    };
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
fn at<'a>(sql: &'a str, name: &'a ast::Ident) -> impl Fn(PgError) -> PgError + 'a {
    move |error| error.located(|| bind::position(sql, name))
}

/// Adds a column with its type, default and nullability.
fn add_column(
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

/// Adds the constraints that are written with a column.
fn column_constraints(
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

fn table_constraint(
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

fn index_columns(table: &Table, columns: &[ast::IndexColumn]) -> Result<Vec<usize>, PgError> {
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

fn joined_names(table: &Table, columns: &[usize]) -> String {
    columns
        .iter()
        .map(|column| &*table.columns[*column].name)
        .collect::<Vec<_>>()
        .join("_")
}

/// The name, with the first number behind it that makes it new if it is taken.
fn free_name(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let numbered = (1_usize..).map(|number| format!("{name}{number}"));
    numbered
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or(name)
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

/// Adds an index and its entries for the rows that are there, which must not have duplicates if it is unique.
fn add_index(table: &mut Table, index: Index) -> Result<(), PgError> {
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
    let on_delete = match key.on_delete {
        None | Some(ReferentialAction::NoAction | ReferentialAction::Restrict) => OnDelete::Refuse,
        Some(ReferentialAction::Cascade) => OnDelete::Cascade,
        Some(ReferentialAction::SetNull) => OnDelete::SetNull,
        Some(ReferentialAction::SetDefault) => {
            return Err(PgError::unsupported(
                "ON DELETE SET DEFAULT",
                "NO ACTION, RESTRICT, CASCADE, SET NULL",
            ));
        }
    };
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

fn create_index(engine: &mut Engine, create: &ast::CreateIndex) -> Result<(), PgError> {
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

fn alter_table(engine: &mut Engine, sql: &str, alter: &ast::AlterTable) -> Result<(), PgError> {
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
        name: Arc::clone(&existing.name),
        columns: existing.columns.clone(),
        indexes: Vec::new(),
        primary_key: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        serials: existing.serials.clone(),
        storage: Storage::default(),
        assumed_rows: 0,
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

fn truncate_table(engine: &mut Engine, name: &ast::ObjectName) -> Result<(), PgError> {
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
