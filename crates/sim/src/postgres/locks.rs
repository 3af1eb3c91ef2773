//! Row locks, their queues, and who waits for whom: a data structure without time or tasks.
//!
//! A row is locked by one transaction; others queue first come, first served, and the lock passes to the first of the
//! queue when its holder ends. A transaction waits for one thing at a time: a row, or the end of another transaction
//! (as an INSERT does whose key somebody else has inserted but not committed). Sessions do the actual waiting.

use std::collections::{BTreeMap, VecDeque};

/// A transaction that has taken a lock or written a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TransactionId(pub(super) u64);

/// A row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowKey {
    pub(super) table: usize,
    pub(super) row: usize,
}

/// What a transaction waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    Row(RowKey),
    Transaction(TransactionId),
}

#[derive(Debug)]
struct RowLock {
    holder: TransactionId,
    queue: VecDeque<TransactionId>,
}

/// All row locks of a server.
#[derive(Debug, Default)]
pub(super) struct LockTable {
    rows: BTreeMap<RowKey, RowLock>,
    waits: BTreeMap<TransactionId, Wait>,
}

impl LockTable {
    /// Takes the row's lock if it is free or already held; otherwise changes nothing and gives `false`.
    pub(super) fn try_lock(&mut self, transaction: TransactionId, key: RowKey) -> Lock {
        match self.rows.get(&key) {
            None => {
                self.rows.insert(
                    key,
                    RowLock {
                        holder: transaction,
                        queue: VecDeque::new(),
                    },
                );
                Lock::Taken
            }
            Some(lock) if lock.holder == transaction => Lock::Held,
            Some(_) => Lock::Busy,
        }
    }

    /// Who holds the row's lock.
    pub(super) fn holder(&self, key: RowKey) -> Option<TransactionId> {
        self.rows.get(&key).map(|lock| lock.holder)
    }

    /// Queues the transaction for a row that [`Self::try_lock`] found busy.
    pub(super) fn wait_for_row(&mut self, transaction: TransactionId, key: RowKey) {
        if let Some(lock) = self.rows.get_mut(&key) {
            lock.queue.push_back(transaction);
            self.waits.insert(transaction, Wait::Row(key));
        }
    }

    /// Makes the transaction wait for the end of another.
    pub(super) fn wait_for_transaction(
        &mut self,
        transaction: TransactionId,
        other: TransactionId,
    ) {
        self.waits.insert(transaction, Wait::Transaction(other));
    }

    /// What the transaction waits for, if it does.
    pub(super) fn waiting_for(&self, transaction: TransactionId) -> Option<Wait> {
        self.waits.get(&transaction).copied()
    }

    /// How many transactions wait.
    pub(super) fn waiting_count(&self) -> usize {
        self.waits.len()
    }

    /// Whether the transaction waits for a row behind another waiter, which PostgreSQL shows as a `tuple` lock.
    pub(super) fn is_behind_another(&self, transaction: TransactionId) -> bool {
        match self.waits.get(&transaction) {
            Some(Wait::Row(key)) => self
                .rows
                .get(key)
                .is_some_and(|lock| lock.queue.front() != Some(&transaction)),
            _ => false,
        }
    }

    /// Gives up waiting (timeout, deadlock, cancel).
    pub(super) fn stop_waiting(&mut self, transaction: TransactionId) {
        if let Some(Wait::Row(key)) = self.waits.remove(&transaction)
            && let Some(lock) = self.rows.get_mut(&key)
        {
            lock.queue.retain(|waiter| *waiter != transaction);
        }
    }

    /// Releases one row; the first of its queue now holds it and is returned to be woken.
    pub(super) fn unlock(
        &mut self,
        transaction: TransactionId,
        key: RowKey,
    ) -> Option<TransactionId> {
        let lock = self
            .rows
            .get_mut(&key)
            .filter(|lock| lock.holder == transaction)?;
        match lock.queue.pop_front() {
            Some(next) => {
                lock.holder = next;
                self.waits.remove(&next);
                Some(next)
            }
            None => {
                self.rows.remove(&key);
                None
            }
        }
    }

    /// Ends the waits for a transaction's end; the woken ones in the order of their ids.
    pub(super) fn transaction_ended(&mut self, ended: TransactionId) -> Vec<TransactionId> {
        let woken: Vec<TransactionId> = self
            .waits
            .iter()
            .filter(|(_, wait)| **wait == Wait::Transaction(ended))
            .map(|(id, _)| *id)
            .collect();
        for id in &woken {
            self.waits.remove(id);
        }
        woken
    }

    /// Who must end before the transaction goes on: a row's holder and everybody ahead in its queue, or only the
    /// first waiter and those behind it for a transaction that is not first, as `pg_blocking_pids` reports it.
    pub(super) fn blockers(&self, transaction: TransactionId) -> Vec<TransactionId> {
        match self.waits.get(&transaction) {
            None => Vec::new(),
            Some(Wait::Transaction(other)) => vec![*other],
            Some(Wait::Row(key)) => {
                let Some(lock) = self.rows.get(key) else {
                    return Vec::new();
                };
                let ahead: Vec<_> = lock
                    .queue
                    .iter()
                    .copied()
                    .take_while(|waiter| *waiter != transaction)
                    .collect();
                if ahead.is_empty() {
                    vec![lock.holder]
                } else {
                    ahead
                }
            }
        }
    }

    /// The cycle of waits that the transaction is part of, starting with it; `None` if it is in none.
    pub(super) fn deadlock(&self, start: TransactionId) -> Option<Vec<TransactionId>> {
        let mut path = vec![start];
        let mut visited = Vec::new();
        self.search_cycle(start, &mut path, &mut visited)
            .then_some(path)
    }

    fn search_cycle(
        &self,
        start: TransactionId,
        path: &mut Vec<TransactionId>,
        visited: &mut Vec<TransactionId>,
    ) -> bool {
        let Some(&last) = path.last() else {
            return false;
        };
        for next in self.blockers(last) {
            if next == start {
                return true;
            }
            if visited.contains(&next) {
                continue;
            }
            visited.push(next);
            path.push(next);
            if self.search_cycle(start, path, visited) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Every lock with its holder and its queue, in the order of tables and rows.
    pub(super) fn iter(
        &self,
    ) -> impl Iterator<Item = (RowKey, TransactionId, &VecDeque<TransactionId>)> {
        self.rows
            .iter()
            .map(|(key, lock)| (*key, lock.holder, &lock.queue))
    }
}

/// What [`LockTable::try_lock`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// The lock is now this transaction's, and was not before.
    Taken,
    /// It was this transaction's already.
    Held,
    /// Another transaction holds it.
    Busy,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: RowKey = RowKey { table: 0, row: 1 };
    const OTHER: RowKey = RowKey { table: 0, row: 2 };

    fn id(number: u64) -> TransactionId {
        TransactionId(number)
    }

    #[test]
    fn the_queue_is_first_come_first_served() {
        let mut locks = LockTable::default();
        assert_eq!(locks.try_lock(id(1), ROW), Lock::Taken);
        assert_eq!(locks.try_lock(id(1), ROW), Lock::Held);
        for waiter in [2, 3, 4] {
            assert_eq!(locks.try_lock(id(waiter), ROW), Lock::Busy);
            locks.wait_for_row(id(waiter), ROW);
        }
        assert_eq!(locks.blockers(id(2)), [id(1)]);
        assert_eq!(locks.blockers(id(4)), [id(2), id(3)]);
        locks.stop_waiting(id(3));
        assert_eq!(locks.unlock(id(1), ROW), Some(id(2)));
        assert_eq!(locks.unlock(id(1), ROW), None, "no longer the holder");
        assert_eq!(locks.unlock(id(2), ROW), Some(id(4)));
        assert_eq!(locks.unlock(id(4), ROW), None);
        assert_eq!(locks.holder(ROW), None);
        assert_eq!(locks.waiting_count(), 0);
    }

    #[test]
    fn a_cycle_is_found_through_rows_and_transactions() {
        let mut locks = LockTable::default();
        locks.try_lock(id(1), ROW);
        locks.try_lock(id(2), OTHER);
        locks.wait_for_row(id(3), ROW);
        locks.wait_for_transaction(id(1), id(2));
        assert_eq!(locks.deadlock(id(1)), None);
        locks.wait_for_row(id(2), ROW);
        // 2 is behind 3, and 3 waits for 1.
        assert_eq!(locks.deadlock(id(2)), Some(vec![id(2), id(3), id(1)]));
        assert_eq!(locks.transaction_ended(id(2)), [id(1)]);
    }
}
