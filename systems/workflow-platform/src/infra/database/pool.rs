//! A pool of connections with a first-come-first-served waiting queue.
//!
//! Connections are opened on demand up to [`PoolOptions::size`] and closed after a while without use. A caller
//! that finds none free waits in line for at most [`PoolOptions::acquire_timeout`]. A connection is always in
//! one of three states: *idle* (in the pool), *idle in transaction* (a caller has a transaction open and runs no
//! statement) or *active* (everything else that a caller does with it).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sim::Timestamp;
use sim::postgres::{ConnectOptions, Connection, Postgres};
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::DatabaseError;
use crate::infra::metrics::PoolInstruments;

/// How a pool behaves.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// Its name in telemetry; also the `application_name` that the server sees.
    pub name: &'static str,
    /// The most connections open at a time.
    pub size: usize,
    /// How long a caller waits for a connection.
    pub acquire_timeout: Duration,
    /// A connection unused for this long is closed.
    pub idle_timeout: Duration,
    /// How long the server works on one statement before it gives up.
    pub statement_timeout: Duration,
}

/// What a pool's connections do at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// The most connections open at a time.
    pub size: usize,
    /// In use, except those idle in a transaction.
    pub active: usize,
    /// Free.
    pub idle: usize,
    /// In a transaction that runs no statement at the moment.
    pub idle_in_transaction: usize,
    /// Callers in line.
    pub waiting: usize,
}

/// A pool of connections. Clones share the connections.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    options: PoolOptions,
    server: Postgres,
    instruments: PoolInstruments,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The most recently used last, so that a quiet pool lets the oldest connections go.
    free: Vec<FreeConnection>,
    /// Connections that exist or are being opened.
    open: usize,
    idle_in_transaction: usize,
    waiting: VecDeque<oneshot::Sender<Lease>>,
}

struct FreeConnection {
    connection: Connection,
    since: Timestamp,
}

impl Pool {
    /// An empty pool; connections are opened when they are needed.
    #[must_use]
    pub fn new(server: Postgres, options: PoolOptions) -> Self {
        let instruments = PoolInstruments::new(options.name);
        let shared = Shared {
            options,
            server,
            instruments,
            state: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Takes a connection, waiting in line when all are in use.
    ///
    /// # Errors
    /// [`DatabaseError::PoolTimeout`] after the acquire timeout, [`DatabaseError::Postgres`] when the server
    /// refuses a new connection.
    pub async fn acquire(&self) -> Result<PooledConnection, DatabaseError> {
        let asked_at = sim::now();
        let lease = match self.shared.take_free() {
            Some(lease) => lease,
            None => self.wait_in_line().await?,
        };
        self.shared
            .instruments
            .wait_time
            .record((sim::now() - asked_at).as_secs_f64());
        lease.open().await
    }

    /// What the connections do at this moment.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let state = self.shared.lock();
        let in_use = state.open - state.free.len();
        PoolStatus {
            size: self.shared.options.size,
            active: in_use - state.idle_in_transaction,
            idle: state.free.len(),
            idle_in_transaction: state.idle_in_transaction,
            waiting: state.waiting.len(),
        }
    }

    /// Publishes the pool's gauges and closes connections that nobody used for a while. Runs until dropped.
    pub async fn maintain(&self) {
        let mut ticks = sim::interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            self.shared.instruments.publish(&self.status());
            // Closed outside the lock: it is held for memory operations only.
            drop(self.shared.take_expired());
        }
    }

    async fn wait_in_line(&self) -> Result<Lease, DatabaseError> {
        let options = &self.shared.options;
        let span = tracing::info_span!(
            "pool.acquire",
            db.client.connection.pool.name = options.name,
            db.client.connection.pending_requests = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let (sender, mut receiver) = oneshot::channel();
        {
            let mut state = self.shared.lock();
            span.record("db.client.connection.pending_requests", state.waiting.len());
            state.waiting.push_back(sender);
        }
        let waited = sim::timeout(options.acquire_timeout, &mut receiver)
            .instrument(span.clone())
            .await;
        // A lease may have arrived in the instant of the timeout.
        if let Some(lease) = waited
            .ok()
            .and_then(Result::ok)
            .or_else(|| receiver.try_recv().ok())
        {
            return Ok(lease);
        }
        span.record("otel.status_code", "ERROR");
        span.record("error.type", "pool_timeout");
        self.shared.instruments.timeouts.increment(1);
        self.report_timeout();
        Err(DatabaseError::PoolTimeout {
            waited: options.acquire_timeout,
        })
    }

    fn report_timeout(&self) {
        let status = self.status();
        tracing::error!(
            pool.name = self.shared.options.name,
            pool.size = status.size,
            pool.active = status.active,
            pool.idle = status.idle,
            pool.idle_in_transaction = status.idle_in_transaction,
            pool.waiting = status.waiting,
            "no database connection became free in time"
        );
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A free connection, or the right to open one, unless others are in line already.
    fn take_free(self: &Arc<Self>) -> Option<Lease> {
        let mut state = self.lock();
        if let Some(free) = state.free.pop() {
            return Some(Lease::new(Arc::clone(self), Some(free.connection)));
        }
        if state.open < self.options.size {
            state.open += 1;
            return Some(Lease::new(Arc::clone(self), None));
        }
        None
    }

    /// Hands a connection, or the right to open one, to the first in line, or keeps the connection.
    fn give_back(self: &Arc<Self>, connection: Option<Connection>) {
        let mut lease = Lease::new(Arc::clone(self), connection);
        loop {
            let Some(first) = self.lock().waiting.pop_front() else {
                break;
            };
            match first.send(lease) {
                Ok(()) => return,
                // That caller gave up; the next one may still wait.
                Err(refused) => lease = refused,
            }
        }
        let connection = lease.defuse();
        let mut state = self.lock();
        match connection {
            Some(connection) => state.free.push(FreeConnection {
                connection,
                since: sim::now(),
            }),
            None => state.open -= 1,
        }
    }

    fn take_expired(&self) -> Vec<FreeConnection> {
        let now = sim::now();
        let mut state = self.lock();
        let fresh = state
            .free
            .iter()
            .position(|free| now - free.since < self.options.idle_timeout);
        let expired_count = fresh.unwrap_or(state.free.len());
        state.open -= expired_count;
        state.free.drain(..expired_count).collect()
    }
}

/// The right to one of the pool's places, with the connection that fills it once it is open.
/// Wherever it is dropped, the place goes back to the pool.
struct Lease {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    armed: bool,
}

impl Lease {
    fn new(shared: Arc<Shared>, connection: Option<Connection>) -> Self {
        Self {
            shared,
            connection,
            armed: true,
        }
    }

    /// Takes the connection out; dropping what is left does nothing.
    fn defuse(mut self) -> Option<Connection> {
        self.armed = false;
        self.connection.take()
    }

    async fn open(mut self) -> Result<PooledConnection, DatabaseError> {
        if self.connection.is_none() {
            let options = &self.shared.options;
            let connection = self
                .shared
                .server
                .connect(ConnectOptions::new(
                    options.name,
                    "workflow_platform",
                    "workflow_platform",
                ))
                .await?;
            let timeout = format!(
                "SET statement_timeout = {}",
                options.statement_timeout.as_millis()
            );
            connection.execute(&timeout, &[]).await?;
            self.connection = Some(connection);
        }
        Ok(PooledConnection {
            lease: self,
            taken_at: sim::now(),
            phase: Phase::Plain,
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.armed {
            self.shared.give_back(self.connection.take());
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Plain,
    InTransaction,
    IdleInTransaction,
}

/// A connection in use. Dropping it gives it back; one that still has a transaction open is closed instead,
/// which makes the server roll back.
pub struct PooledConnection {
    lease: Lease,
    taken_at: Timestamp,
    phase: Phase,
}

impl PooledConnection {
    /// The connection itself.
    pub(super) fn connection(&self) -> &Connection {
        // `Lease::open` is the only place that makes a `PooledConnection`.
        self.lease
            .connection
            .as_ref()
            .expect("an opened lease holds a connection")
    }

    /// Notes that a transaction is open and whether one of its statements runs at the moment.
    pub(super) fn in_transaction(&mut self, statement_runs: bool) {
        self.enter(if statement_runs {
            Phase::InTransaction
        } else {
            Phase::IdleInTransaction
        });
    }

    /// Notes that the transaction ended.
    pub(super) fn transaction_ended(&mut self) {
        self.enter(Phase::Plain);
    }

    fn enter(&mut self, phase: Phase) {
        let was_idle = self.phase == Phase::IdleInTransaction;
        let is_idle = phase == Phase::IdleInTransaction;
        self.phase = phase;
        if was_idle != is_idle {
            let mut state = self.lease.shared.lock();
            if is_idle {
                state.idle_in_transaction += 1;
            } else {
                state.idle_in_transaction -= 1;
            }
        }
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if self.phase != Phase::Plain {
            self.enter(Phase::Plain);
            self.lease.connection = None;
        }
        let held = sim::now() - self.taken_at;
        self.lease
            .shared
            .instruments
            .use_time
            .record(held.as_secs_f64());
    }
}
