//! Names: which tables and columns an expression can refer to.

use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::super::{
    error::{PgError, SqlState},
    expr::Expr,
    schema::Table,
    types::Type,
};
use super::binder::Typed;

/// A table in scope; its slot is its place in the scope.
#[derive(Debug, Clone)]
pub(in super::super) struct ScopeTable {
    pub(super) alias: String,
    pub(super) columns: Vec<(Arc<str>, Type)>,
    /// Whether `*` and unqualified names reach it.
    pub(super) hidden: bool,
}

/// The tables that names are looked up in.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Scope {
    pub(super) tables: Vec<ScopeTable>,
}

impl Scope {
    /// A scope of one table under its own name.
    pub(in super::super) fn of_table(table: &Table) -> Self {
        let mut scope = Scope::default();
        scope.push(&table.name, table, false);
        scope
    }

    pub(super) fn push(&mut self, alias: &str, table: &Table, hidden: bool) {
        let columns = table
            .columns
            .iter()
            .map(|column| (Arc::clone(&column.name), column.kind.kind))
            .collect();
        self.tables.push(ScopeTable {
            alias: alias.to_owned(),
            columns,
            hidden,
        });
    }

    /// Adds a table of FROM, whose alias must be new.
    pub(super) fn add(&mut self, alias: &str, table: &Table) -> Result<usize, PgError> {
        if self.tables.iter().any(|own| own.alias == alias) {
            return Err(PgError::new(
                SqlState::DUPLICATE_ALIAS,
                format!("table name \"{alias}\" specified more than once"),
            ));
        }
        self.push(alias, table, false);
        Ok(self.tables.len() - 1)
    }

    /// The slot of a table by alias.
    pub(super) fn slot(&self, alias: &str) -> Result<usize, PgError> {
        self.tables
            .iter()
            .position(|table| table.alias == alias)
            .ok_or_else(|| {
                PgError::new(
                    SqlState::UNDEFINED_TABLE,
                    format!("missing FROM-clause entry for table \"{alias}\""),
                )
            })
    }

    /// A column by name, with or without its table.
    pub(super) fn column(&self, table: Option<&str>, name: &str) -> Result<Typed, PgError> {
        if let Some(alias) = table {
            let slot = self.slot(alias)?;
            return self.in_table(slot, name).ok_or_else(|| {
                PgError::new(
                    SqlState::UNDEFINED_COLUMN,
                    format!("column {alias}.{name} does not exist"),
                )
            });
        }
        let mut found = (0..self.tables.len())
            .filter(|slot| !self.tables[*slot].hidden)
            .filter_map(|slot| self.in_table(slot, name));
        let first = found.next().ok_or_else(|| {
            PgError::new(
                SqlState::UNDEFINED_COLUMN,
                format!("column \"{name}\" does not exist"),
            )
        })?;
        if found.next().is_some() {
            return Err(PgError::new(
                SqlState::AMBIGUOUS_COLUMN,
                format!("column reference \"{name}\" is ambiguous"),
            ));
        }
        Ok(first)
    }

    fn in_table(&self, slot: usize, name: &str) -> Option<Typed> {
        let columns = &self.tables[slot].columns;
        let column = columns.iter().position(|(own, _)| &**own == name)?;
        Some(Typed::new(Expr::Column { slot, column }, columns[column].1))
    }
}

/// An identifier as PostgreSQL folds it: lower case unless quoted.
pub(in super::super) fn identifier(ident: &Ident) -> String {
    if ident.quote_style.is_some() {
        ident.value.clone()
    } else {
        ident.value.to_lowercase()
    }
}

/// The last part of a possibly qualified name; only the schema `public` is known.
pub(in super::super) fn object_name(name: &ObjectName) -> Result<String, PgError> {
    let mut parts = name.0.iter().map(ObjectNamePart::as_ident);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Some(only)), None, _) => Ok(identifier(only)),
        (Some(Some(schema)), Some(Some(last)), None) if identifier(schema) == "public" => {
            Ok(identifier(last))
        }
        _ => Err(PgError::unsupported(
            format_args!("name {name}"),
            "names in the schema public",
        )),
    }
}
