//! How statements and transactions end, and what that does to a session: the second half of [`Engine`].

use super::{
    cost::Cost,
    engine::Engine,
    error::{PgError, SqlState},
    exec::Output,
    locks::{TransactionId, Wait},
    session::{Block, Session, SessionState, WaitEvent},
};
use crate::Timestamp;

impl Session {
    /// Back to waiting for the client.
    fn idle(&mut self, now: Timestamp) {
        self.state = match self.block {
            Block::None => SessionState::Idle,
            Block::Open => SessionState::IdleInTransaction,
            Block::Failed => SessionState::IdleInTransactionAborted,
        };
        self.state_change = now;
        self.wait = Some(WaitEvent::CLIENT_READ);
        self.wait_start = None;
        if self.block == Block::None {
            self.xact_start = None;
        }
    }
}

impl Engine {
    /// A statement succeeded; outside a transaction block that commits it.
    pub(super) fn finish_statement(&mut self, pid: i32, end: Timestamp) -> Result<(), PgError> {
        let session = self.session(pid)?;
        if session.block != Block::None {
            session.idle(end);
            return Ok(());
        }
        self.end_block(pid, true, end)
    }

    /// A statement failed: its transaction is rolled back, and a block waits for its ROLLBACK.
    pub(super) fn fail(&mut self, pid: i32, now: Timestamp) {
        let Ok(session) = self.session(pid) else {
            return;
        };
        let was_failed = session.block == Block::Failed;
        if session.block == Block::Open {
            session.block = Block::Failed;
        }
        let transaction = session.transaction.take();
        session.idle(now);
        if let Some(id) = transaction {
            self.end_transaction(id, false);
        }
        if !was_failed {
            self.counters.rollbacks += 1;
        }
    }

    /// Ends the session's transaction, with or without a block.
    pub(super) fn end_block(
        &mut self,
        pid: i32,
        commit: bool,
        end: Timestamp,
    ) -> Result<(), PgError> {
        let session = self.session(pid)?;
        let was_failed = session.block == Block::Failed;
        let transaction = session.transaction.take();
        session.block = Block::None;
        session.end_settings(commit);
        session.idle(end);
        if let Some(id) = transaction {
            self.end_transaction(id, commit);
        }
        match (commit, was_failed) {
            (true, _) => self.counters.commits += 1,
            (false, false) => self.counters.rollbacks += 1,
            // Counted when the statement failed.
            (false, true) => {}
        }
        Ok(())
    }

    /// Asks a session to end; it does when it next waits.
    pub(super) fn terminate(&mut self, pid: i32, error: PgError) -> bool {
        let Some(session) = self.sessions.get_mut(pid) else {
            return false;
        };
        // Only the first reason counts.
        let _ = session.closed.set(error.clone());
        session.terminated.get_or_insert(error);
        session.wakeup.notify_one();
        true
    }

    /// The connection is gone.
    pub(super) fn close(&mut self, pid: i32) {
        let Some(session) = self.sessions.remove(pid) else {
            return;
        };
        if let Some(id) = session.transaction {
            self.end_transaction(id, false);
        }
        if session.block == Block::Open {
            self.counters.rollbacks += 1;
        }
    }

    /// Counts a finished statement.
    pub(super) fn count(&mut self, output: &Output, cost: &Cost) {
        let counters = &mut self.counters;
        counters.blocks_hit += cost.blocks_hit;
        counters.blocks_read += cost.blocks_read;
        counters.rows_returned += output.rows.len() as u64;
        counters.rows_inserted += output.inserted;
        counters.rows_updated += output.updated;
        counters.rows_deleted += output.deleted;
        counters.sequential_scans += output.work.sequential_scans;
    }

    /// If the transaction is part of a cycle of waits, the error that breaks it.
    pub(super) fn detect_deadlock(&mut self, id: TransactionId) -> Option<PgError> {
        let cycle = self.locks.deadlock(id)?;
        self.counters.deadlocks += 1;
        let pid = |id: TransactionId| {
            self.transactions
                .get(&id)
                .map_or(0, |transaction| transaction.pid)
        };
        let lines: Vec<String> = cycle
            .iter()
            .zip(cycle.iter().skip(1).chain(std::iter::once(&id)))
            .map(|(waiter, blocker)| {
                let what = match self.locks.waiting_for(*waiter) {
                    Some(Wait::Row(key)) if self.locks.is_behind_another(*waiter) => {
                        format!(
                            "ExclusiveLock on tuple {} of relation {}",
                            key.row,
                            self.catalog.table(key.table).name
                        )
                    }
                    _ => format!("ShareLock on transaction {}", blocker.0),
                };
                format!(
                    "Process {} waits for {what}; blocked by process {}.",
                    pid(*waiter),
                    pid(*blocker)
                )
            })
            .collect();
        Some(
            PgError::new(SqlState::DEADLOCK_DETECTED, "deadlock detected")
                .with_detail(lines.join("\n"))
                .with_hint("lock rows in the same order in every transaction"),
        )
    }
}
