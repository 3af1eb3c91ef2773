//! What can be seen of a server from outside: `pg_stat_activity`, `pg_locks`, `pg_blocking_pids`.

use std::{sync::Arc, time::Duration};

use emit::SpanContext;

use super::{
    engine::Engine,
    locks::{TransactionId, Wait},
    session::{Session, SessionState, WaitEvent},
};
use crate::Timestamp;

/// A session at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionActivity {
    /// Process id of the backend.
    pub pid: i32,
    /// What the client calls itself.
    pub application_name: Arc<str>,
    /// The role.
    pub user: Arc<str>,
    /// The database.
    pub database: Arc<str>,
    /// Where the client is.
    pub client_address: Arc<str>,
    /// Its port.
    pub client_port: u16,
    /// When the session began.
    pub backend_start: Timestamp,
    /// What it is doing.
    pub state: SessionState,
    /// Since when.
    pub state_change: Timestamp,
    /// The current or the last statement, normalised.
    pub query: Arc<str>,
    /// Its number in the statistics.
    pub query_id: i64,
    /// When it began.
    pub query_start: Option<Timestamp>,
    /// When the open transaction began.
    pub xact_start: Option<Timestamp>,
    /// What the session waits for.
    pub wait_event: Option<WaitEvent>,
    /// The lock that it waits for.
    pub lock_wait: Option<LockWait>,
    /// Who must finish first.
    pub blocking_pids: Vec<i32>,
    /// The client's span that sent the statement.
    pub span: Option<SpanContext>,
}

impl SessionActivity {
    /// How long the current statement has been running, or how long the last one ran.
    #[must_use]
    pub fn execution_time(&self, now: Timestamp) -> Duration {
        let end = if self.state == SessionState::Active {
            now
        } else {
            self.state_change
        };
        self.query_start
            .map_or(Duration::ZERO, |start| end.max(start) - start)
    }
}

/// A lock wait in the terms of `pg_locks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// When it began.
    pub start: Timestamp,
    /// `transactionid` or `tuple`.
    pub lock_type: &'static str,
    /// The mode asked for.
    pub mode: &'static str,
    /// The table of the row; empty when it waits for a transaction.
    pub relation: Arc<str>,
}

/// A locked row with its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockInfo {
    /// The table.
    pub relation: Arc<str>,
    /// The row's number in it; the numbers of deleted rows are used again.
    pub row: usize,
    /// Who holds it.
    pub holder_pid: i32,
    /// Who waits for it, in the order of being served.
    pub waiting_pids: Vec<i32>,
}

impl Engine {
    /// Every session now.
    pub(super) fn activity(&self, now: Timestamp) -> Vec<SessionActivity> {
        self.sessions
            .iter()
            .map(|session| self.session_activity(session, now))
            .collect()
    }

    /// How many sessions are in each state, in the order of [`SessionState::ALL`], and how many wait for a lock.
    pub(super) fn state_counts(&self, now: Timestamp) -> ([u64; 4], u64) {
        let mut counts = [0; 4];
        for session in self.sessions.iter() {
            counts[session.state_at(now) as usize] += 1;
        }
        (counts, self.locks.waiting_count() as u64)
    }

    fn session_activity(&self, session: &Session, now: Timestamp) -> SessionActivity {
        let state = session.state_at(now);
        let active = state == SessionState::Active;
        let waiting = session
            .transaction
            .filter(|id| active && self.locks.waiting_for(*id).is_some());
        SessionActivity {
            pid: session.pid,
            application_name: Arc::clone(&session.application_name),
            user: Arc::clone(&session.user),
            database: Arc::clone(&session.database),
            client_address: Arc::clone(&session.client_address),
            client_port: session.client_port,
            backend_start: session.backend_start,
            state,
            state_change: if active {
                session.query_start.unwrap_or(now)
            } else {
                session.state_change
            },
            query: Arc::clone(&session.query),
            query_id: session.query_id,
            query_start: session.query_start,
            xact_start: if active {
                session.xact_start.or(session.query_start)
            } else {
                session.xact_start
            },
            wait_event: match waiting {
                Some(id) if self.locks.is_behind_another(id) => Some(WaitEvent::TUPLE),
                Some(_) => Some(WaitEvent::TRANSACTION_ID),
                None if active && session.state != SessionState::Active => None,
                None => session.wait,
            },
            lock_wait: waiting.and_then(|id| self.lock_wait(id, session)),
            blocking_pids: waiting.map_or_else(Vec::new, |id| self.blocking_pids(id)),
            span: session.span,
        }
    }

    fn lock_wait(&self, id: TransactionId, session: &Session) -> Option<LockWait> {
        let behind = self.locks.is_behind_another(id);
        let relation = match self.locks.waiting_for(id)? {
            Wait::Row(key) => Arc::clone(&self.catalog.table(key.table).name),
            Wait::Transaction(_) => "".into(),
        };
        Some(LockWait {
            start: session.wait_start?,
            lock_type: if behind { "tuple" } else { "transactionid" },
            mode: if behind { "ExclusiveLock" } else { "ShareLock" },
            relation,
        })
    }

    /// Every row lock with its queue.
    pub(super) fn lock_list(&self) -> Vec<LockInfo> {
        let pid = |id: TransactionId| {
            self.transactions
                .get(&id)
                .map_or(0, |transaction| transaction.pid)
        };
        self.locks
            .iter()
            .map(|(key, holder, queue)| LockInfo {
                relation: Arc::clone(&self.catalog.table(key.table).name),
                row: key.row,
                holder_pid: pid(holder),
                waiting_pids: queue.iter().map(|waiter| pid(*waiter)).collect(),
            })
            .collect()
    }
}

impl Session {
    /// The state now: the end of a statement is written down ahead of time when nothing can change it.
    pub(super) fn state_at(&self, now: Timestamp) -> SessionState {
        if now < self.state_change {
            SessionState::Active
        } else {
            self.state
        }
    }
}
