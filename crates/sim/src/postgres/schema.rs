//! Tables, columns, indexes and constraints, and finding them by name.
//!
//! DDL (`ddl`) builds these from SQL; the binder and the executor read them. Schemas, views and sequences as objects
//! of their own do not exist: a `public.` prefix is accepted and ignored.

use std::sync::Arc;

use super::{
    error::{PgError, SqlState},
    expr::{Context, Env, Expr},
    locks::TransactionId,
    storage::{Storage, Tuple},
    types::ColumnType,
    value::Value,
};

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: Arc<str>,
    pub(super) kind: ColumnType,
    pub(super) not_null: bool,
    pub(super) default: Option<Expr>,
}

/// An index; its entries are in [`Storage`] under the same number.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) name: Arc<str>,
    pub(super) columns: Vec<usize>,
    pub(super) unique: bool,
    /// Conditions of a partial index, all of which must hold.
    pub(super) predicate: Vec<Expr>,
}

/// A CHECK constraint.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) name: Arc<str>,
    pub(super) condition: Expr,
}

/// What happens to the referring rows when the row that they refer to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDelete {
    Refuse,
    Cascade,
    SetNull,
}

/// A foreign key of the table that holds it.
#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    pub(super) name: Arc<str>,
    pub(super) columns: Vec<usize>,
    pub(super) parent: usize,
    pub(super) parent_columns: Vec<usize>,
    pub(super) on_delete: OnDelete,
}

/// A table with its rows.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: Arc<str>,
    pub(super) columns: Vec<Column>,
    pub(super) indexes: Vec<Index>,
    /// The columns of the primary key; empty without one.
    pub(super) primary_key: Vec<usize>,
    pub(super) checks: Vec<Check>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// Next value of each serial column, by column.
    pub(super) serials: Vec<i64>,
    pub(super) storage: Storage,
    /// Rows that the cost model assumes, if more than are stored.
    pub(super) assumed_rows: u64,
}

impl Table {
    /// A table without columns.
    pub(super) fn new(name: Arc<str>) -> Self {
        Table {
            name,
            columns: Vec::new(),
            indexes: Vec::new(),
            primary_key: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            serials: Vec::new(),
            storage: Storage::default(),
            assumed_rows: 0,
        }
    }

    /// The number of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.name == name)
    }

    /// The number of a column, or the error that names it.
    pub(super) fn require_column(&self, name: &str) -> Result<usize, PgError> {
        self.column(name).ok_or_else(|| {
            PgError::new(
                SqlState::UNDEFINED_COLUMN,
                format!(
                    "column \"{name}\" of relation \"{}\" does not exist",
                    self.name
                ),
            )
        })
    }

    /// Whether an index has an entry for a version of a row.
    pub(super) fn covers(indexes: &[Index], number: usize, tuple: &Tuple) -> bool {
        holds(&indexes[number].predicate, tuple)
    }

    /// Sets a row's pending version.
    pub(super) fn write(&mut self, row: usize, transaction: TransactionId, tuple: Option<Tuple>) {
        let indexes = &self.indexes;
        self.storage
            .write(row, transaction, tuple, |number, tuple| {
                Self::covers(indexes, number, tuple)
            });
    }

    /// Commits or forgets a row's pending version.
    pub(super) fn settle(&mut self, row: usize, commit: bool) {
        let indexes = &self.indexes;
        self.storage.settle(row, commit, |number, tuple| {
            Self::covers(indexes, number, tuple)
        });
    }

    /// Rows for the cost model.
    pub(super) fn estimated_rows(&self) -> u64 {
        self.assumed_rows.max(self.storage.live_rows() as u64)
    }
}

/// Whether all conditions hold on one row; conditions of constraints and indexes read nothing else.
pub(super) fn holds(conditions: &[Expr], tuple: &Tuple) -> bool {
    conditions
        .iter()
        .all(|condition| matches!(evaluate(condition, tuple), Ok(Value::Bool(true))))
}

/// The value of a constraint's or index's expression on one row.
pub(super) fn evaluate(expr: &Expr, tuple: &Tuple) -> Result<Value, PgError> {
    let context = Context::of_row(crate::Timestamp::from_unix_nanos(0));
    let rows = [Some(tuple)];
    expr.eval(&Env::row(&context, &rows))
        .map(std::borrow::Cow::into_owned)
}

/// All tables of a server. Dropped ones leave a hole, so that numbers stay valid.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    tables: Vec<Option<Table>>,
    /// Counts changes; a plan of an older version is made again.
    pub(super) version: u64,
}

impl Catalog {
    /// The number of a table.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.tables
            .iter()
            .position(|table| table.as_ref().is_some_and(|table| &*table.name == name))
    }

    /// The number of a table, or the error that names it.
    pub(super) fn require(&self, name: &str) -> Result<usize, PgError> {
        self.find(name).ok_or_else(|| {
            PgError::new(
                SqlState::UNDEFINED_TABLE,
                format!("relation \"{name}\" does not exist"),
            )
        })
    }

    /// A table by number.
    ///
    /// # Panics
    /// If the table was dropped; plans are made again when the catalog's version changes, so none refers to it.
    pub(super) fn table(&self, number: usize) -> &Table {
        self.tables[number]
            .as_ref()
            .expect("plans never outlive their tables")
    }

    /// See [`Self::table`].
    pub(super) fn table_mut(&mut self, number: usize) -> &mut Table {
        self.tables[number]
            .as_mut()
            .expect("plans never outlive their tables")
    }

    /// Whether a number still stands for a table.
    pub(super) fn exists(&self, number: usize) -> bool {
        self.tables.get(number).is_some_and(Option::is_some)
    }

    pub(super) fn add(&mut self, table: Table) {
        self.tables.push(Some(table));
        self.version += 1;
    }

    /// The number that the next table gets.
    pub(super) fn next_number(&self) -> usize {
        self.tables.len()
    }

    /// Removes a table and the foreign keys that refer to it.
    pub(super) fn remove(&mut self, number: usize) {
        self.tables[number] = None;
        for table in self.tables.iter_mut().flatten() {
            table.foreign_keys.retain(|key| key.parent != number);
        }
        self.version += 1;
    }

    /// Tables with their numbers.
    pub(super) fn tables(&self) -> impl Iterator<Item = (usize, &Table)> {
        self.tables
            .iter()
            .enumerate()
            .filter_map(|(number, table)| Some((number, table.as_ref()?)))
    }

    /// The table and number of an index.
    pub(super) fn find_index(&self, name: &str) -> Option<(usize, usize)> {
        self.tables().find_map(|(number, table)| {
            Some((
                number,
                table
                    .indexes
                    .iter()
                    .position(|index| &*index.name == name)?,
            ))
        })
    }

    /// Foreign keys of all tables that refer to one.
    pub(super) fn referrers(&self, parent: usize) -> impl Iterator<Item = (usize, &ForeignKey)> {
        self.tables().flat_map(move |(number, table)| {
            table
                .foreign_keys
                .iter()
                .filter(move |key| key.parent == parent)
                .map(move |key| (number, key))
        })
    }
}
