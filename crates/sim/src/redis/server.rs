//! A simulated Redis server as the world sees it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{client::RedisClient, monitor, store::Store};
use crate::Timestamp;

/// A simulated server.
#[derive(Debug, Clone, PartialEq)]
pub struct RedisConfig {
    /// Host name in telemetry.
    pub name: String,
    /// Bytes of keys and values beyond which the least recently used keys are evicted.
    pub max_memory: usize,
    /// Between client and server and back; the median, with a little jitter.
    pub round_trip: Duration,
    /// Server time of any command.
    pub command: Duration,
    /// Server time for each key that a search by prefix looks at: the whole keyspace.
    pub scanned_key: Duration,
}

impl Default for RedisConfig {
    fn default() -> Self {
        RedisConfig {
            name: "redis-primary".to_owned(),
            max_memory: 256 << 20,
            round_trip: Duration::from_micros(250),
            command: Duration::from_micros(4),
            scanned_key: Duration::from_nanos(150),
        }
    }
}

/// Totals since the start, and what is stored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisStatistics {
    /// Commands handled.
    pub commands: u64,
    /// GETs that found their key.
    pub hits: u64,
    /// GETs that did not.
    pub misses: u64,
    /// Keys evicted for want of memory.
    pub evicted: u64,
    /// Keys that ran out.
    pub expired: u64,
    /// Keys stored.
    pub keys: usize,
    /// Bytes used by them.
    pub memory: usize,
}

/// A simulated Redis server. Cloning gives another handle to the same server.
#[derive(Debug, Clone)]
pub struct Redis(pub(super) Arc<Server>);

/// What handle, clients and monitor share.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) config: RedisConfig,
    state: Mutex<State>,
    available: AtomicBool,
    monitored: AtomicBool,
}

/// What changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) store: Store,
    /// When the server is done with the commands that it has.
    busy_until: Timestamp,
}

impl State {
    /// Queues a command that needs so much server time; gives the time at which it is done.
    pub(super) fn serve(&mut self, now: Timestamp, duration: Duration) -> Timestamp {
        self.busy_until = self.busy_until.max(now) + duration;
        self.busy_until
    }
}

impl Server {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a command is a bug of the simulator; others need not fail because of it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_available(&self) -> bool {
        self.available.load(Ordering::Relaxed)
    }

    /// Starts the telemetry with the first command.
    pub(super) fn ensure_monitored(self: &Arc<Self>) {
        if !self.monitored.swap(true, Ordering::Relaxed) {
            monitor::start(self);
        }
    }
}

impl Redis {
    /// An empty server.
    #[must_use]
    pub fn new(config: RedisConfig) -> Self {
        let state = State {
            store: Store::new(config.max_memory),
            busy_until: Timestamp::from_unix_nanos(0),
        };
        Redis(Arc::new(Server {
            config,
            state: Mutex::new(state),
            available: AtomicBool::new(true),
            monitored: AtomicBool::new(false),
        }))
    }

    /// A client. Clients are handles: they need no connecting and can be shared.
    #[must_use]
    pub fn client(&self) -> RedisClient {
        RedisClient::new(Arc::clone(&self.0))
    }

    /// Removes every key with a prefix at once, as an operator would; gives how many.
    pub fn flush_prefix(&self, prefix: &str) -> usize {
        self.0.lock().store.flush_prefix(prefix)
    }

    /// Makes the server refuse or accept commands; its data stay.
    pub fn set_available(&self, available: bool) {
        self.0.available.store(available, Ordering::Relaxed);
    }

    /// Figures of now.
    #[must_use]
    pub fn statistics(&self) -> RedisStatistics {
        self.0.lock().statistics()
    }
}

impl State {
    pub(super) fn statistics(&self) -> RedisStatistics {
        let counts = self.store.counts;
        RedisStatistics {
            commands: counts.commands,
            hits: counts.hits,
            misses: counts.misses,
            evicted: counts.evicted,
            expired: counts.expired,
            keys: self.store.len(),
            memory: self.store.memory(),
        }
    }
}
