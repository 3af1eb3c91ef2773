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
    /// By query id; those of one text in the order of their databases and roles, of which there are few.
    by_text: BTreeMap<i64, Vec<StatementStatistics>>,
    count: usize,
    /// Texts forgotten for want of space.
    pub(super) evicted: u64,
}

impl StatementStatistics {
    fn new(statement: &Prepared, session: &Session) -> Self {
        StatementStatistics {
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
        }
    }

    fn add(&mut self, execution: &Execution) {
        self.calls += 1;
        self.total_exec_time += execution.time;
        self.max_exec_time = self.max_exec_time.max(execution.time);
        self.rows += execution.rows;
        self.shared_blks_hit += execution.blocks_hit;
        self.shared_blks_read += execution.blocks_read;
        self.shared_blks_dirtied += execution.blocks_dirtied;
    }

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
        let known = self.by_text.get_mut(&statement.query_id);
        if let Some(entries) = known
            && let Ok(index) = place(entries, session)
        {
            return entries[index].add(&execution);
        }
        if self.count >= MAX_STATEMENTS {
            self.evict();
        }
        let entries = self.by_text.entry(statement.query_id).or_default();
        if let Err(index) = place(entries, session) {
            let mut entry = StatementStatistics::new(statement, session);
            entry.add(&execution);
            entries.insert(index, entry);
            self.count += 1;
        }
    }

    /// Forgets the twentieth part that is called least, as the extension does.
    fn evict(&mut self) {
        let mut calls: Vec<u64> = self.iter().map(|entry| entry.calls).collect();
        calls.sort_unstable();
        let limit = calls[calls.len() / 20];
        let mut room = self.count / 20 + 1;
        let before = room;
        self.by_text.retain(|_, entries| {
            entries.retain(|entry| {
                let goes = entry.calls <= limit && room > 0;
                room -= usize::from(goes);
                !goes
            });
            !entries.is_empty()
        });
        self.count -= before - room;
        self.evicted += (before - room) as u64;
    }

    /// Every statement, in a stable order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &StatementStatistics> {
        self.by_text.values().flatten()
    }
}

/// Where the statement of a session's role is, or would be, among those of one text.
fn place(entries: &[StatementStatistics], session: &Session) -> Result<usize, usize> {
    entries.binary_search_by(|entry| {
        let names = (&*entry.database, &*entry.user);
        names.cmp(&(&*session.database, &*session.user))
    })
}
