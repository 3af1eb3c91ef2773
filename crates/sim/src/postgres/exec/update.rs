//! UPDATE: each locked row gets a new version.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::{
        engine::Engine,
        error::PgError,
        expr::{Context, Env, Expr},
        locks::{RowKey, TransactionId},
        plan::Update,
        schema::Table,
        storage::Tuple,
    },
    constraints::{self, Check, Duplicate, Referred},
    cursor::{Cursor, Next},
    run::{Output, Step},
    select::Candidate,
};

/// An UPDATE in progress.
#[derive(Debug)]
pub(super) struct UpdateRun {
    cursor: Cursor,
    /// A locked row whose new version waits for another transaction's end.
    current: Option<Candidate>,
    /// Rows done, when a join can find one twice; only the first match counts.
    done: BTreeSet<usize>,
}

/// The next state of a row.
pub(super) enum Changed {
    Written(Tuple),
    Depends(TransactionId),
}

impl UpdateRun {
    pub(super) fn new(candidates: Vec<Candidate>) -> Self {
        UpdateRun {
            cursor: Cursor::new(candidates),
            current: None,
            done: BTreeSet::new(),
        }
    }

    pub(super) fn step(
        &mut self,
        engine: &mut Engine,
        plan: &Update,
        context: &Context<'_>,
        transaction: TransactionId,
        output: &mut Output,
    ) -> Result<Step, PgError> {
        loop {
            let mut candidate = match self.current.take() {
                Some(candidate) => candidate,
                None => match self
                    .cursor
                    .next(engine, &plan.search, context, transaction)?
                {
                    Next::Row(candidate) => candidate,
                    Next::Blocked => return Ok(Step::Blocked),
                    Next::End => return Ok(Step::Done),
                },
            };
            let row = candidate.seen[0].row;
            if plan.search.slots > 1 && self.done.contains(&row) {
                continue;
            }
            let rows = candidate.rows();
            match change(
                engine,
                plan.table,
                row,
                &plan.assignments,
                &Env::row(context, &rows),
                transaction,
                output,
            )? {
                Changed::Depends(other) => {
                    engine.wait_for_transaction(transaction, other);
                    self.current = Some(candidate);
                    return Ok(Step::Blocked);
                }
                Changed::Written(tuple) => candidate.seen[0].tuple = Some(tuple),
            }
            if plan.search.slots > 1 {
                self.done.insert(row);
            }
            let rows = candidate.rows();
            output.returning(plan.returning.as_ref(), &Env::row(context, &rows))?;
        }
    }
}

/// Writes a new version of a locked row: the old one with assignments evaluated on `env`.
pub(super) fn change(
    engine: &mut Engine,
    table_number: usize,
    row: usize,
    assignments: &[(usize, Expr)],
    env: &Env<'_>,
    transaction: TransactionId,
    output: &mut Output,
) -> Result<Changed, PgError> {
    let table = engine.catalog.table(table_number);
    let Some(old) = table.storage.visible(row, Some(transaction)).cloned() else {
        return Ok(Changed::Written(Tuple::from(Vec::new())));
    };
    let mut tuple = Tuple::clone(&old);
    let values = Arc::make_mut(&mut tuple);
    for (column, value) in assignments {
        values[*column] = value.value(env)?;
    }
    let tuple = constraints::conform(table, tuple)?;
    let touches = |columns: &[usize]| {
        columns
            .iter()
            .any(|column| assignments.iter().any(|(own, _)| own == column))
    };
    let wanted = |index: usize| {
        touches(&table.indexes[index].columns) || !table.indexes[index].predicate.is_empty()
    };
    match constraints::duplicate(table, &tuple, Some(row), transaction, wanted) {
        Duplicate::None => {}
        Duplicate::Of { index, .. } => {
            return Err(constraints::unique_violation(table, index, &tuple));
        }
        Duplicate::Depends(other) => return Ok(Changed::Depends(other)),
    }
    if let Check::Depends(other) = constraints::parents_exist(
        &engine.catalog,
        table_number,
        Some(&old),
        &tuple,
        transaction,
    )? {
        return Ok(Changed::Depends(other));
    }
    match constraints::referrers(engine, table_number, &old, Some(&tuple), transaction) {
        Referred::Depends(other) => return Ok(Changed::Depends(other)),
        Referred::By(referrers) => {
            if let Some(first) = referrers.first() {
                return Err(constraints::still_referenced(
                    &engine.catalog,
                    table_number,
                    &old,
                    first,
                ));
            }
        }
    }
    output.written(written_indexes(table, &touches));
    output.updated += 1;
    engine.write(
        transaction,
        RowKey {
            table: table_number,
            row,
        },
        Some(Tuple::clone(&tuple)),
    );
    Ok(Changed::Written(tuple))
}

/// Index entries that a new version needs: none if no indexed column changed, as in a heap-only update.
fn written_indexes(table: &Table, touches: &impl Fn(&[usize]) -> bool) -> u64 {
    let any = table.indexes.iter().any(|index| touches(&index.columns));
    if any { table.indexes.len() as u64 } else { 0 }
}
