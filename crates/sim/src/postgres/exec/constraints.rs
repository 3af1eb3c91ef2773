//! NOT NULL, CHECK, UNIQUE and foreign keys, for one new version of a row.
//!
//! Whether a key is taken can depend on a transaction that has not ended; then the answer is to wait for it.

use std::sync::Arc;

use super::super::{
    engine::Engine,
    error::{PgError, SqlState},
    locks::{RowKey, TransactionId},
    schema::{self, Catalog, ForeignKey, Table},
    storage::{Entry, Range, Tuple},
    value::Value,
};

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Passed,
    /// It depends on how this transaction ends.
    Depends(TransactionId),
}

/// What a search for a duplicate key found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicate {
    None,
    Of {
        index: usize,
        row: usize,
    },
    /// A transaction that has not ended inserted or deleted it.
    Depends(TransactionId),
}

/// Fits a row that nobody has seen yet to its columns and checks NOT NULL and CHECK.
pub(super) fn conform(table: &Table, mut tuple: Tuple) -> Result<Tuple, PgError> {
    for (column, value) in table.columns.iter().zip(Arc::make_mut(&mut tuple)) {
        if column.kind.is_restricted() {
            *value = column.kind.fit(std::mem::take(value))?;
        }
        if column.not_null && value.is_null() {
            return Err(PgError::new(
                SqlState::NOT_NULL_VIOLATION,
                format!(
                    "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                    column.name, table.name
                ),
            ));
        }
    }
    for check in &table.checks {
        // A CHECK that is NULL passes.
        if schema::evaluate(&check.condition, &tuple)? == Value::Bool(false) {
            return Err(PgError::new(
                SqlState::CHECK_VIOLATION,
                format!(
                    "new row for relation \"{}\" violates check constraint \"{}\"",
                    table.name, check.name
                ),
            )
            .with_constraint(&*check.name));
        }
    }
    Ok(tuple)
}

/// Looks for another row with a key of the new version, in the unique indexes that `wanted` names.
pub(super) fn duplicate(
    table: &Table,
    tuple: &Tuple,
    own_row: Option<usize>,
    transaction: TransactionId,
    wanted: impl Fn(usize) -> bool,
) -> Duplicate {
    for (number, index) in table.indexes.iter().enumerate() {
        if !index.unique || !wanted(number) || !Table::covers(&table.indexes, number, tuple) {
            continue;
        }
        let Some(key) = Entry::first_of(index.columns.iter().map(|column| &tuple[*column])) else {
            continue;
        };
        for row in table.storage.rows_with_key(number, &key) {
            if Some(row) == own_row {
                continue;
            }
            match table.storage.pending(row) {
                Some((other, _)) if other != transaction => return Duplicate::Depends(other),
                _ => {}
            }
            let visible = table.storage.visible(row, Some(transaction));
            if visible.is_some_and(|visible| table.storage.entry_matches(number, &key, visible)) {
                return Duplicate::Of { index: number, row };
            }
        }
    }
    Duplicate::None
}

/// The error for a duplicate key.
pub(super) fn unique_violation(table: &Table, index: usize, tuple: &Tuple) -> PgError {
    let index = &table.indexes[index];
    PgError::new(
        SqlState::UNIQUE_VIOLATION,
        format!(
            "duplicate key value violates unique constraint \"{}\"",
            index.name
        ),
    )
    .with_detail(format!(
        "Key {} already exists.",
        describe_key(table, &index.columns, tuple)
    ))
    .with_constraint(&*index.name)
}

fn describe_key(table: &Table, columns: &[usize], tuple: &Tuple) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| &*table.columns[*column].name)
        .collect();
    let values: Vec<String> = columns
        .iter()
        .map(|column| tuple[*column].to_string())
        .collect();
    format!("({})=({})", names.join(", "), values.join(", "))
}

/// Checks that the rows that a new version refers to exist.
pub(super) fn parents_exist(
    catalog: &Catalog,
    table: usize,
    old: Option<&Tuple>,
    tuple: &Tuple,
    transaction: TransactionId,
) -> Result<Check, PgError> {
    let child = catalog.table(table);
    for key in &child.foreign_keys {
        let unchanged = old.is_some_and(|old| {
            key.columns
                .iter()
                .all(|column| old[*column].total_cmp(&tuple[*column]).is_eq())
        });
        let values: Vec<Value> = key
            .columns
            .iter()
            .map(|column| tuple[*column].clone())
            .collect();
        if unchanged || values.iter().any(Value::is_null) {
            continue;
        }
        let parent = catalog.table(key.parent);
        let rows = rows_with(parent, &key.parent_columns, &values);
        let mut found = false;
        for row in rows {
            match parent.storage.pending(row) {
                Some((other, true)) if other != transaction => return Ok(Check::Depends(other)),
                _ => {}
            }
            found |= parent
                .storage
                .visible(row, Some(transaction))
                .is_some_and(|visible| has_values(visible, &key.parent_columns, &values));
        }
        if !found {
            return Err(PgError::new(
                SqlState::FOREIGN_KEY_VIOLATION,
                format!(
                    "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                    child.name, key.name
                ),
            )
            .with_detail(format!(
                "Key {} is not present in table \"{}\".",
                describe_key(child, &key.columns, tuple),
                parent.name
            ))
            .with_constraint(&*key.name));
        }
    }
    Ok(Check::Passed)
}

/// A foreign key through which rows refer to a row.
pub(super) struct Referrers {
    pub(super) key: ForeignKey,
    pub(super) rows: Vec<RowKey>,
}

/// What the search for referring rows found.
pub(super) enum Referred {
    By(Vec<Referrers>),
    Depends(TransactionId),
}

/// Finds the rows that refer to a version of a row, unless `kept` still has the values that they refer to.
pub(super) fn referrers(
    engine: &Engine,
    table: usize,
    old: &Tuple,
    kept: Option<&Tuple>,
    transaction: TransactionId,
) -> Referred {
    let mut found = Vec::new();
    for (child_number, key) in engine.catalog.referrers(table) {
        let values: Vec<Value> = key
            .parent_columns
            .iter()
            .map(|column| old[*column].clone())
            .collect();
        if kept.is_some_and(|kept| has_values(kept, &key.parent_columns, &values))
            || values.iter().any(Value::is_null)
        {
            continue;
        }
        let child = engine.catalog.table(child_number);
        let mut rows = Vec::new();
        for row in rows_with(child, &key.columns, &values) {
            match child.storage.pending(row) {
                Some((other, _)) if other != transaction => return Referred::Depends(other),
                _ => {}
            }
            let visible = child.storage.visible(row, Some(transaction));
            if visible.is_some_and(|visible| has_values(visible, &key.columns, &values)) {
                rows.push(RowKey {
                    table: child_number,
                    row,
                });
            }
        }
        if !rows.is_empty() {
            found.push(Referrers {
                key: key.clone(),
                rows,
            });
        }
    }
    Referred::By(found)
}

/// The error for a row that others refer to.
pub(super) fn still_referenced(
    catalog: &Catalog,
    table: usize,
    old: &Tuple,
    referrers: &Referrers,
) -> PgError {
    let parent = catalog.table(table);
    let child = referrers.rows.first().map_or_else(
        || Arc::clone(&parent.name),
        |row| Arc::clone(&catalog.table(row.table).name),
    );
    PgError::new(
        SqlState::FOREIGN_KEY_VIOLATION,
        format!(
            "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{child}\"",
            parent.name, referrers.key.name
        ),
    )
    .with_detail(format!(
        "Key {} is still referenced from table \"{child}\".",
        describe_key(parent, &referrers.key.parent_columns, old)
    ))
    .with_constraint(&*referrers.key.name)
}

fn has_values(tuple: &Tuple, columns: &[usize], values: &[Value]) -> bool {
    columns
        .iter()
        .zip(values)
        .all(|(column, value)| tuple[*column].total_cmp(value).is_eq())
}

/// Rows any version of which has these values: by an index that starts with the columns, or by looking at all.
fn rows_with(table: &Table, columns: &[usize], values: &[Value]) -> Vec<usize> {
    let index = table
        .indexes
        .iter()
        .position(|index| index.predicate.is_empty() && index.columns.starts_with(columns));
    if let Some(index) = index {
        let range = Range::of_values(values);
        return range.map_or_else(Vec::new, |range| {
            let entries = table.storage.index_range(index, &range);
            entries.map(Entry::row).collect()
        });
    }
    let rows = table.storage.row_numbers();
    rows.filter(|row| {
        table
            .storage
            .versions(*row)
            .any(|tuple| has_values(tuple, columns, values))
    })
    .collect()
}
