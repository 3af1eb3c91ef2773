//! The state of a server: catalog, locks, transactions, sessions, capacity and counters, changed in steps that take no
//! time.
//!
//! One mutex holds it all; nobody keeps it across an await. Backends (`backend`) drive it and do the waiting;
//! transactions are in `transaction`, what can be seen from outside in `activity`.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    bind,
    capacity::Capacity,
    config::PgConfig,
    error::{PgError, SqlState},
    locks::{Lock, LockTable, RowKey, TransactionId},
    plan::Prepared,
    plans::Plans,
    schema::{Catalog, Table},
    session::{Session, Sessions},
    statements::Statements,
    storage::Tuple,
};

/// Totals since the start, as in `pg_stat_database`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Transactions committed.
    pub commits: u64,
    /// Transactions rolled back.
    pub rollbacks: u64,
    /// Deadlocks resolved.
    pub deadlocks: u64,
    /// Blocks found in memory.
    pub blocks_hit: u64,
    /// Blocks read from disk.
    pub blocks_read: u64,
    /// Rows returned to clients.
    pub rows_returned: u64,
    /// Rows inserted.
    pub rows_inserted: u64,
    /// Rows updated.
    pub rows_updated: u64,
    /// Rows deleted.
    pub rows_deleted: u64,
    /// Sequential scans.
    pub sequential_scans: u64,
    /// Connections refused because every slot was taken.
    pub refused_connections: u64,
}

/// A transaction that has taken locks.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) pid: i32,
    /// Rows with a pending version, in the order of writing.
    written: Vec<RowKey>,
    locked: Vec<RowKey>,
}

/// Everything behind the mutex.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) config: PgConfig,
    pub(super) catalog: Catalog,
    pub(super) locks: LockTable,
    pub(super) transactions: BTreeMap<TransactionId, Transaction>,
    next_transaction: u64,
    pub(super) sessions: Sessions,
    plans: Plans,
    pub(super) statements: Statements,
    pub(super) counters: Counters,
    pub(super) capacity: Capacity,
}

impl Engine {
    pub(super) fn new(config: PgConfig) -> Self {
        Engine {
            capacity: Capacity::new(config.cpu_slots, config.disk_channels),
            config,
            catalog: Catalog::default(),
            locks: LockTable::default(),
            transactions: BTreeMap::new(),
            next_transaction: 700,
            sessions: Sessions::default(),
            plans: Plans::default(),
            statements: Statements::default(),
            counters: Counters::default(),
        }
    }

    /// The plan of a statement, from the cache if it is still good.
    pub(super) fn prepare(&mut self, sql: &str) -> Result<Arc<Prepared>, PgError> {
        if let Some(prepared) = self.plans.get(sql)
            && prepared.catalog_version == self.catalog.version
        {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(bind::prepare(&self.catalog, sql)?);
        self.plans.insert(&prepared);
        Ok(prepared)
    }

    /// The session of a backend; it is gone once terminated.
    pub(super) fn session(&mut self, pid: i32) -> Result<&mut Session, PgError> {
        self.sessions.get_mut(pid).ok_or_else(|| {
            PgError::new(
                SqlState::CONNECTION_DOES_NOT_EXIST,
                "the connection is closed",
            )
        })
    }

    /// Starts a transaction for a session that is about to lock or write.
    pub(super) fn start_transaction(&mut self, pid: i32) -> TransactionId {
        self.next_transaction += 1;
        let id = TransactionId(self.next_transaction);
        self.transactions.insert(
            id,
            Transaction {
                pid,
                written: Vec::new(),
                locked: Vec::new(),
            },
        );
        id
    }

    /// Whether the transaction has written anything.
    pub(super) fn has_written(&self, id: TransactionId) -> bool {
        self.transactions
            .get(&id)
            .is_some_and(|transaction| !transaction.written.is_empty())
    }

    /// Tries to lock a row.
    pub(super) fn lock(&mut self, id: TransactionId, key: RowKey) -> Lock {
        let lock = self.locks.try_lock(id, key);
        if lock == Lock::Taken
            && let Some(transaction) = self.transactions.get_mut(&id)
        {
            transaction.locked.push(key);
        }
        lock
    }

    pub(super) fn wait_for_row(&mut self, id: TransactionId, key: RowKey) {
        self.locks.wait_for_row(id, key);
    }

    pub(super) fn wait_for_transaction(&mut self, id: TransactionId, other: TransactionId) {
        self.locks.wait_for_transaction(id, other);
    }

    /// Gives back one row's lock before the end of the transaction.
    pub(super) fn unlock(&mut self, id: TransactionId, key: RowKey) {
        if let Some(transaction) = self.transactions.get_mut(&id) {
            transaction.locked.retain(|own| *own != key);
        }
        self.release(id, key);
    }

    fn release(&mut self, id: TransactionId, key: RowKey) {
        match self.locks.unlock(id, key) {
            Some(next) => {
                if let Some(transaction) = self.transactions.get_mut(&next) {
                    transaction.locked.push(key);
                }
                self.wake(next);
            }
            None if self.catalog.exists(key.table) => {
                self.catalog.table_mut(key.table).storage.reclaim(key.row);
            }
            None => {}
        }
    }

    /// Sets the pending version of a row that the transaction has locked.
    pub(super) fn write(&mut self, id: TransactionId, key: RowKey, tuple: Option<Tuple>) {
        let table = self.catalog.table_mut(key.table);
        let first = table.storage.pending(key.row).is_none();
        table.write(key.row, id, tuple);
        if first && let Some(transaction) = self.transactions.get_mut(&id) {
            transaction.written.push(key);
        }
    }

    /// Adds a row, locked by its transaction.
    pub(super) fn insert(&mut self, id: TransactionId, table: usize, tuple: Tuple) -> usize {
        let row = self.catalog.table_mut(table).storage.allocate();
        let key = RowKey { table, row };
        self.lock(id, key);
        self.write(id, key, Some(tuple));
        row
    }

    /// Ends a transaction: its versions become committed or vanish, its locks pass on, and waiters wake.
    pub(super) fn end_transaction(&mut self, id: TransactionId, commit: bool) {
        self.locks.stop_waiting(id);
        let Some(transaction) = self.transactions.remove(&id) else {
            return;
        };
        for key in &transaction.written {
            if self.catalog.exists(key.table) {
                self.catalog.table_mut(key.table).settle(key.row, commit);
            }
        }
        for key in &transaction.locked {
            self.release(id, *key);
        }
        for woken in self.locks.transaction_ended(id) {
            self.wake(woken);
        }
    }

    fn wake(&self, id: TransactionId) {
        let pid = self
            .transactions
            .get(&id)
            .map(|transaction| transaction.pid);
        if let Some(session) = pid.and_then(|pid| self.sessions.get(pid)) {
            session.wakeup.notify_one();
        }
    }

    /// The sessions that keep a transaction from going on.
    pub(super) fn blocking_pids(&self, id: TransactionId) -> Vec<i32> {
        let blockers = self.locks.blockers(id);
        blockers
            .iter()
            .filter_map(|blocker| Some(self.transactions.get(blocker)?.pid))
            .collect()
    }

    /// Refuses a change of a table that an open transaction has touched.
    pub(super) fn require_unused(&self, table: usize) -> Result<&Table, PgError> {
        let used = self.transactions.values().any(|transaction| {
            transaction
                .written
                .iter()
                .chain(&transaction.locked)
                .any(|key| key.table == table)
        });
        let found = self.catalog.table(table);
        if used {
            return Err(PgError::new(
                SqlState::LOCK_NOT_AVAILABLE,
                format!(
                    "relation \"{}\" is in use by an open transaction",
                    found.name
                ),
            )
            .with_hint("run schema changes when no transaction has rows of the table locked"));
        }
        Ok(found)
    }
}
