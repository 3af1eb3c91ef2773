//! Locks the rows of a search one by one, waiting, failing or skipping as asked.
//!
//! After a wait the newest version is read and the conditions are checked again, as PostgreSQL does under read
//! committed: a row that was deleted or no longer matches is passed over.

use super::{
    super::{
        engine::Engine,
        error::{PgError, SqlState},
        expr::Context,
        locks::{Lock, RowKey, TransactionId},
        plan::{Select, WhenBusy},
    },
    scan::Scan,
    select::Candidate,
};

/// The candidates of a search and how far their locking has come.
#[derive(Debug)]
pub(super) struct Cursor {
    candidates: std::vec::IntoIter<Candidate>,
    current: Option<Locking>,
}

/// A candidate being locked.
#[derive(Debug)]
struct Locking {
    candidate: Candidate,
    /// How many of the slots to lock are done.
    done: usize,
    /// Rows whose lock this candidate brought, to be given back if it is passed over.
    taken: Vec<RowKey>,
}

/// What [`Cursor::next`] found.
pub(super) enum Next {
    Row(Candidate),
    /// The transaction is queued for a lock; ask again when it has it.
    Blocked,
    End,
}

enum Outcome {
    Locked,
    PassOver,
    Blocked,
}

impl Cursor {
    pub(super) fn new(candidates: Vec<Candidate>) -> Self {
        Cursor {
            candidates: candidates.into_iter(),
            current: None,
        }
    }

    /// Locks and returns the next row that still matches.
    pub(super) fn next(
        &mut self,
        engine: &mut Engine,
        select: &Select,
        context: &Context<'_>,
        transaction: TransactionId,
    ) -> Result<Next, PgError> {
        loop {
            let mut locking = match self.current.take() {
                Some(locking) => locking,
                None => match self.candidates.next() {
                    Some(candidate) => Locking {
                        candidate,
                        done: 0,
                        taken: Vec::new(),
                    },
                    None => return Ok(Next::End),
                },
            };
            match locking.advance(engine, select, context, transaction)? {
                Outcome::Locked => return Ok(Next::Row(locking.candidate)),
                Outcome::Blocked => {
                    self.current = Some(locking);
                    return Ok(Next::Blocked);
                }
                Outcome::PassOver => {
                    for key in locking.taken {
                        engine.unlock(transaction, key);
                    }
                }
            }
        }
    }
}

impl Locking {
    fn advance(
        &mut self,
        engine: &mut Engine,
        select: &Select,
        context: &Context<'_>,
        transaction: TransactionId,
    ) -> Result<Outcome, PgError> {
        let Some(lock) = &select.lock else {
            return Ok(Outcome::Locked);
        };
        while let Some(slot) = lock.slots.get(self.done) {
            let table = select.table_of(*slot);
            let key = RowKey {
                table,
                row: self.candidate.seen[*slot].row,
            };
            match engine.lock(transaction, key) {
                Lock::Taken => self.taken.push(key),
                Lock::Held => {}
                Lock::Busy => match lock.when_busy {
                    WhenBusy::Skip => return Ok(Outcome::PassOver),
                    WhenBusy::Fail => return Err(not_available(&engine.catalog.table(table).name)),
                    WhenBusy::Wait => {
                        engine.wait_for_row(transaction, key);
                        self.taken.push(key);
                        return Ok(Outcome::Blocked);
                    }
                },
            }
            let Some(version) = engine
                .catalog
                .table(table)
                .storage
                .visible(key.row, Some(transaction))
            else {
                return Ok(Outcome::PassOver);
            };
            let seen = &mut self.candidate.seen[*slot].tuple;
            if !seen
                .as_ref()
                .is_some_and(|seen| std::sync::Arc::ptr_eq(seen, version))
            {
                *seen = Some(std::sync::Arc::clone(version));
                let rows = self.candidate.rows();
                let scan = Scan {
                    catalog: &engine.catalog,
                    select,
                    context,
                    transaction: Some(transaction),
                };
                if !scan.recheck(&rows)? {
                    return Ok(Outcome::PassOver);
                }
            }
            self.done += 1;
        }
        Ok(Outcome::Locked)
    }
}

fn not_available(table: &str) -> PgError {
    PgError::new(
        SqlState::LOCK_NOT_AVAILABLE,
        format!("could not obtain lock on row in relation \"{table}\""),
    )
}
