//! A simulated server as the world sees it: set it up, connect to it, look inside.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;

use super::{
    activity::{LockInfo, SessionActivity},
    backend::{Backend, Reply},
    bind,
    config::{ConnectOptions, PgConfig},
    connection::Connection,
    ddl,
    engine::{Counters, Engine},
    error::{PgError, SqlState},
    exec::{Actor, Run, Step},
    monitor,
    plan::Statement,
    row::Row,
    session::Session,
    statements::StatementStatistics,
    value::Value,
};
use crate::{dist, task};

/// A simulated PostgreSQL server. Cloning gives another handle to the same server.
#[derive(Debug, Clone)]
pub struct Postgres(Arc<Server>);

/// What handle, backends and monitor share.
#[derive(Debug)]
pub(super) struct Server {
    engine: Mutex<Engine>,
    pub(super) round_trip: Duration,
    monitored: AtomicBool,
}

impl Server {
    pub(super) fn lock(&self) -> MutexGuard<'_, Engine> {
        // A panic in a step is a bug of the simulator; others need not fail because of it.
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Postgres {
    /// A server without tables.
    #[must_use]
    pub fn new(config: PgConfig) -> Self {
        Postgres(Arc::new(Server {
            round_trip: config.round_trip,
            engine: Mutex::new(Engine::new(config)),
            monitored: AtomicBool::new(false),
        }))
    }

    /// Runs schema changes at once, without cost: any number of statements separated by `;`.
    ///
    /// # Errors
    /// What the first failing statement gives; the ones before it stay.
    pub fn execute_ddl(&self, sql: &str) -> Result<(), PgError> {
        let mut engine = self.0.lock();
        bind::parse(sql)?
            .iter()
            .try_for_each(|statement| ddl::execute(&mut engine, sql, statement))
    }

    /// Creates one table; the same as [`Self::execute_ddl`].
    ///
    /// # Errors
    /// As there.
    pub fn create_table(&self, sql: &str) -> Result<(), PgError> {
        self.execute_ddl(sql)
    }

    /// Runs one INSERT, UPDATE, DELETE or SELECT at once, without cost, connection or telemetry, to fill a world
    /// before it starts. Gives the number of rows affected.
    ///
    /// # Errors
    /// The statement's error, or `55P03` if it would have to wait for a lock.
    pub fn seed(&self, sql: &str, params: &[Value]) -> Result<u64, PgError> {
        self.at_once(sql, params).map(|reply| reply.affected)
    }

    /// Runs one SELECT at once, without cost, connection or telemetry: a look at the data from outside the world,
    /// which nobody in it notices. Gives its rows.
    ///
    /// # Errors
    /// The statement's error.
    pub fn inspect(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, PgError> {
        self.at_once(sql, params).map(|reply| reply.rows)
    }

    fn at_once(&self, sql: &str, params: &[Value]) -> Result<Reply, PgError> {
        let mut engine = self.0.lock();
        let prepared = engine.prepare(sql)?;
        let Statement::Query(query) = &prepared.statement else {
            return Err(PgError::unsupported(
                "this statement",
                "INSERT, UPDATE, DELETE and SELECT from outside the world",
            ));
        };
        let transaction = engine.start_transaction(0);
        let actor = Actor {
            transaction: Some(transaction),
            transaction_time: crate::now(),
            pid: 0,
        };
        let mut run = Run::new(prepared.catalog_version, params.to_vec());
        let result = run.step(&mut engine, query, actor);
        engine.end_transaction(transaction, result == Ok(Step::Done));
        match result? {
            Step::Done => Ok(Reply {
                affected: run.affected(query),
                rows: run.into_rows(query),
            }),
            Step::Blocked => Err(PgError::new(
                SqlState::LOCK_NOT_AVAILABLE,
                "a row is locked by an open transaction",
            )),
        }
    }

    /// Sets how many rows the cost model assumes a table to have, if more than are stored: sequential scans and scans
    /// of a whole index cost as much as they would on so many.
    ///
    /// # Errors
    /// `42P01` if there is no such table.
    pub fn set_statistics(&self, table: &str, rows: u64) -> Result<(), PgError> {
        let mut engine = self.0.lock();
        let number = engine.catalog.require(table)?;
        engine.catalog.table_mut(number).assumed_rows = rows;
        Ok(())
    }

    /// Committed rows of a table.
    ///
    /// # Errors
    /// `42P01` if there is no such table.
    pub fn row_count(&self, table: &str) -> Result<u64, PgError> {
        let engine = self.0.lock();
        let number = engine.catalog.require(table)?;
        Ok(engine.catalog.table(number).storage.live_rows() as u64)
    }

    /// Opens a connection. The first one also starts the server's telemetry.
    ///
    /// # Errors
    /// `53300` if every connection slot is taken.
    ///
    /// # Panics
    /// Outside a [`crate::Runtime`].
    pub async fn connect(&self, options: ConnectOptions) -> Result<Connection, PgError> {
        if !self.0.monitored.swap(true, Ordering::Relaxed) {
            monitor::start(&self.0);
        }
        let delay = self.0.lock().config.connect + self.0.round_trip;
        crate::sleep(dist::latency(
            &mut crate::rng("postgres.connect"),
            delay,
            0.2,
        ))
        .await;
        let mut engine = self.0.lock();
        if engine.sessions.len() >= engine.config.max_connections {
            engine.counters.refused_connections += 1;
            return Err(PgError::new(
                SqlState::TOO_MANY_CONNECTIONS,
                "sorry, too many clients already",
            ));
        }
        let pid = engine.sessions.next_pid();
        let session = Session::new(pid, &options, &engine.config, crate::now());
        let (wakeup, closed) = (Arc::clone(&session.wakeup), Arc::clone(&session.closed));
        engine.sessions.add(session);
        drop(engine);
        let (sender, requests) = mpsc::unbounded_channel();
        let rng = crate::rng_for("postgres.backend", u64::from(pid.unsigned_abs()));
        task::spawn_outside(
            Backend {
                server: Arc::clone(&self.0),
                pid,
                wakeup,
                requests,
                rng,
            }
            .run(),
        );
        Ok(Connection::new(Arc::clone(&self.0), pid, sender, closed))
    }

    /// The sessions now, as `pg_stat_activity` shows them, in the order of their process ids.
    #[must_use]
    pub fn activity(&self) -> Vec<SessionActivity> {
        self.0.lock().activity(crate::now())
    }

    /// Row locks held and awaited, as far as `pg_locks` and `pg_blocking_pids` tell.
    #[must_use]
    pub fn locks(&self) -> Vec<LockInfo> {
        self.0.lock().lock_list()
    }

    /// Statistics by statement since the start, as in `pg_stat_statements`.
    #[must_use]
    pub fn statements(&self) -> Vec<StatementStatistics> {
        self.0.lock().statements.iter().cloned().collect()
    }

    /// Totals since the start, as in `pg_stat_database`.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.0.lock().counters
    }

    /// Time of CPU given so far, over all slots.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        let busy = self.0.lock().capacity.cpu.busy(crate::now());
        Duration::from_nanos(u64::try_from(busy).unwrap_or(u64::MAX))
    }

    /// Ends a session, as `pg_terminate_backend` does. Gives whether there was one.
    pub fn terminate(&self, pid: i32) -> bool {
        let error = PgError::new(
            SqlState::ADMIN_SHUTDOWN,
            "terminating connection due to administrator command",
        );
        self.0.lock().terminate(pid, error)
    }
}
