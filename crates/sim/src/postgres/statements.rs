//! Statistics by statement, as `pg_stat_statements` keeps them.
//!
//! At most [`MAX_STATEMENTS`] texts are kept; when more come, those called least are forgotten and counted.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{plan::Prepared, session::Session};

/// As `pg_stat_statements.max`.
const MAX_STATEMENTS: usize = 5_000;

/// Figures of one statement text since the start.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementStatistics {
    /// The normalised text.
    pub query: Arc<str>,
    /// A stable number for it.
    pub query_id: i64,
    /// The database that it ran in.
    pub database: Arc<str>,
    /// The role that ran it.
    pub user: Arc<str>,
    /// Times executed.
    pub calls: u64,
    /// Time from start to end, lock waits included.
    pub total_exec_time: Duration,
    /// The longest execution.
    pub max_exec_time: Duration,
    /// Rows returned or affected.
    pub rows: u64,
    /// Blocks found in memory.
    pub shared_blks_hit: u64,
    /// Blocks read from disk.
    pub shared_blks_read: u64,
    /// Blocks changed.
    pub shared_blks_dirtied: u64,
}

/// Query id, database, role.
pub(super) type StatementKey = (i64, Arc<str>, Arc<str>);

/// One execution.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Execution {
    pub(super) time: Duration,
    pub(super) rows: u64,
    pub(super) blocks_hit: u64,
    pub(super) blocks_read: u64,
    pub(super) blocks_dirtied: u64,
}

/// All statements.
#[derive(Debug, Default)]
pub(super) struct Statements {
    by_text: BTreeMap<StatementKey, StatementStatistics>,
    /// Texts forgotten for want of space.
    pub(super) evicted: u64,
}

impl StatementStatistics {
    /// What tells it from others.
    pub(super) fn key(&self) -> StatementKey {
        (
            self.query_id,
            Arc::clone(&self.database),
            Arc::clone(&self.user),
        )
    }
}

impl Statements {
    /// Adds an execution of a statement by a role in a database.
    pub(super) fn record(&mut self, statement: &Prepared, session: &Session, execution: Execution) {
        let key = (
            statement.query_id,
            Arc::clone(&session.database),
            Arc::clone(&session.user),
        );
        if !self.by_text.contains_key(&key) && self.by_text.len() >= MAX_STATEMENTS {
            self.evict();
        }
        let entry = self
            .by_text
            .entry(key)
            .or_insert_with(|| StatementStatistics {
                query: Arc::clone(&statement.normalized),
                query_id: statement.query_id,
                database: Arc::clone(&session.database),
                user: Arc::clone(&session.user),
                calls: 0,
                total_exec_time: Duration::ZERO,
                max_exec_time: Duration::ZERO,
                rows: 0,
                shared_blks_hit: 0,
                shared_blks_read: 0,
                shared_blks_dirtied: 0,
            });
        entry.calls += 1;
        entry.total_exec_time += execution.time;
        entry.max_exec_time = entry.max_exec_time.max(execution.time);
        entry.rows += execution.rows;
        entry.shared_blks_hit += execution.blocks_hit;
        entry.shared_blks_read += execution.blocks_read;
        entry.shared_blks_dirtied += execution.blocks_dirtied;
    }

    /// Forgets the twentieth part that is called least, as the extension does.
    fn evict(&mut self) {
        let mut calls: Vec<u64> = self.by_text.values().map(|entry| entry.calls).collect();
        calls.sort_unstable();
        let limit = calls[calls.len() / 20];
        let before = self.by_text.len();
        let mut room = before / 20 + 1;
        self.by_text.retain(|_, entry| {
            let goes = entry.calls <= limit && room > 0;
            room -= usize::from(goes);
            !goes
        });
        self.evicted += (before - self.by_text.len()) as u64;
    }

    /// Every statement, in a stable order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &StatementStatistics> {
        self.by_text.values()
    }
}
