//! How a simulated server is set up, and how a client introduces itself.

use std::time::Duration;

pub use super::cost::CostModel;

/// A simulated server.
#[derive(Debug, Clone, PartialEq)]
pub struct PgConfig {
    /// Host name in telemetry.
    pub name: String,
    /// Connections beyond this are refused with `53300`.
    pub max_connections: usize,
    /// Cores: how many statements can compute at once.
    pub cpu_slots: usize,
    /// Requests that the disk serves at once.
    pub disk_channels: usize,
    /// Share of blocks found in memory, 0 to 1.
    pub cache_hit_ratio: f64,
    /// Between client and server and back; the median, with a little jitter.
    pub round_trip: Duration,
    /// Setting up a connection: authentication, a new backend.
    pub connect: Duration,
    /// How long a lock wait lasts before deadlocks are looked for.
    pub deadlock_timeout: Duration,
    /// Default of the session setting; zero is none.
    pub statement_timeout: Duration,
    /// Default of the session setting; zero is none.
    pub idle_in_transaction_session_timeout: Duration,
    /// What work costs.
    pub costs: CostModel,
    /// How often sessions are sampled into telemetry; zero is never.
    pub sample_interval: Duration,
    /// How often statement statistics are reported; zero is never.
    pub top_query_interval: Duration,
    /// How many statements one report names at most; the rest is left out, the ones with the most time are in.
    pub top_query_limit: usize,
}

impl Default for PgConfig {
    fn default() -> Self {
        PgConfig {
            name: "postgres-primary".to_owned(),
            max_connections: 300,
            cpu_slots: 8,
            disk_channels: 4,
            cache_hit_ratio: 0.995,
            round_trip: Duration::from_micros(350),
            connect: Duration::from_millis(3),
            deadlock_timeout: Duration::from_secs(1),
            statement_timeout: Duration::ZERO,
            idle_in_transaction_session_timeout: Duration::ZERO,
            costs: CostModel::default(),
            sample_interval: Duration::from_secs(10),
            top_query_interval: Duration::from_secs(60),
            top_query_limit: 200,
        }
    }
}

/// Who connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Shown in activity.
    pub application_name: String,
    /// The role.
    pub user: String,
    /// The database; every name is accepted and leads to the same tables.
    pub database: String,
    /// The client's address, shown in activity.
    pub client_address: String,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        ConnectOptions {
            application_name: String::new(),
            user: "postgres".to_owned(),
            database: "postgres".to_owned(),
            client_address: "127.0.0.1".to_owned(),
        }
    }
}

impl ConnectOptions {
    /// Options with an application's name, user and database.
    #[must_use]
    pub fn new(application_name: &str, user: &str, database: &str) -> Self {
        ConnectOptions {
            application_name: application_name.to_owned(),
            user: user.to_owned(),
            database: database.to_owned(),
            ..ConnectOptions::default()
        }
    }
}
