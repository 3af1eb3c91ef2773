//! DELETE, with what foreign keys do to the rows that refer to the deleted ones.

use std::{collections::VecDeque, sync::Arc};

use super::{
    super::{
        engine::Engine,
        error::PgError,
        expr::{Context, Env},
        locks::{Lock, RowKey, TransactionId},
        plan::Delete,
        schema::OnDelete,
        storage::Tuple,
        value::Value,
    },
    constraints::{self, Referred},
    cursor::{Cursor, Next},
    run::{Output, Step},
    select::Candidate,
};

/// A DELETE in progress.
#[derive(Debug)]
pub(super) struct DeleteRun {
    cursor: Cursor,
    /// Rows to change that are not of the search: the locked target first, then rows that refer to it.
    queue: VecDeque<Task>,
}

#[derive(Debug)]
struct Task {
    key: RowKey,
    action: Action,
}

#[derive(Debug)]
enum Action {
    Delete,
    SetNull(Vec<usize>),
}

impl DeleteRun {
    pub(super) fn new(candidates: Vec<Candidate>) -> Self {
        DeleteRun {
            cursor: Cursor::new(candidates),
            queue: VecDeque::new(),
        }
    }

    pub(super) fn step(
        &mut self,
        engine: &mut Engine,
        plan: &Delete,
        context: &Context<'_>,
        transaction: TransactionId,
        output: &mut Output,
    ) -> Result<Step, PgError> {
        loop {
            while let Some(task) = self.queue.pop_front() {
                if let Some(wait) = self.run(engine, &task, transaction, output)? {
                    match wait {
                        Wait::Row => engine.wait_for_row(transaction, task.key),
                        Wait::Transaction(other) => engine.wait_for_transaction(transaction, other),
                    }
                    self.queue.push_front(task);
                    return Ok(Step::Blocked);
                }
            }
            match self
                .cursor
                .next(engine, &plan.search, context, transaction)?
            {
                Next::Blocked => return Ok(Step::Blocked),
                Next::End => return Ok(Step::Done),
                Next::Row(candidate) => {
                    let key = RowKey {
                        table: plan.table,
                        row: candidate.seen[0].row,
                    };
                    let seen = engine
                        .catalog
                        .table(key.table)
                        .storage
                        .visible(key.row, Some(transaction))
                        .is_some();
                    // A join can find a row twice, and a cascade may have been there first.
                    if seen {
                        let rows = candidate.rows();
                        output.returning(plan.returning.as_ref(), &Env::row(context, &rows))?;
                        self.queue.push_back(Task {
                            key,
                            action: Action::Delete,
                        });
                    }
                }
            }
        }
    }

    /// Does one task, or says what it must wait for.
    fn run(
        &mut self,
        engine: &mut Engine,
        task: &Task,
        transaction: TransactionId,
        output: &mut Output,
    ) -> Result<Option<Wait>, PgError> {
        if engine.lock(transaction, task.key) == Lock::Busy {
            return Ok(Some(Wait::Row));
        }
        let table = engine.catalog.table(task.key.table);
        let Some(old) = table
            .storage
            .visible(task.key.row, Some(transaction))
            .cloned()
        else {
            return Ok(None);
        };
        let new = match &task.action {
            Action::Delete => None,
            Action::SetNull(columns) => {
                let mut tuple = Tuple::clone(&old);
                let values = Arc::make_mut(&mut tuple);
                for column in columns {
                    values[*column] = Value::Null;
                }
                Some(constraints::conform(table, tuple)?)
            }
        };
        match constraints::referrers(engine, task.key.table, &old, new.as_ref(), transaction) {
            Referred::Depends(other) => return Ok(Some(Wait::Transaction(other))),
            Referred::By(referrers) => {
                for found in referrers {
                    let rows = found.rows.iter().filter(|row| **row != task.key);
                    match found.key.on_delete {
                        OnDelete::Refuse if rows.clone().next().is_some() => {
                            return Err(constraints::still_referenced(
                                &engine.catalog,
                                task.key.table,
                                &old,
                                &found,
                            ));
                        }
                        OnDelete::Refuse => {}
                        OnDelete::Cascade => {
                            self.queue.extend(rows.map(|key| Task {
                                key: *key,
                                action: Action::Delete,
                            }));
                        }
                        OnDelete::SetNull => self.queue.extend(rows.map(|key| Task {
                            key: *key,
                            action: Action::SetNull(found.key.columns.clone()),
                        })),
                    }
                }
            }
        }
        output.written(0);
        output.deleted += 1;
        engine.write(transaction, task.key, new);
        Ok(None)
    }
}

enum Wait {
    Row,
    Transaction(TransactionId),
}
