//! What can go wrong between a service and its data.

use std::time::Duration;

use sim::postgres::{PgError, SqlState};
use thiserror::Error;

/// A database operation that failed.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// Every connection of the pool was in use for the whole acquire timeout.
    #[error("no connection became free within {} ms", waited.as_millis())]
    PoolTimeout {
        /// How long the caller waited.
        waited: Duration,
    },
    /// The server refused a connection or a statement.
    #[error("postgres: {0}")]
    Postgres(#[from] PgError),
    /// A transaction took longer than it may; it was rolled back.
    #[error("the transaction did not finish within {} ms", timeout.as_millis())]
    TransactionTimeout {
        /// What it was given.
        timeout: Duration,
    },
    /// A stored value is not what the program expects.
    #[error("stored value of `{column}` cannot be read: {reason}")]
    Corrupt {
        /// The column.
        column: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl DatabaseError {
    /// Whether a row with the same unique key exists already.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code == SqlState::UNIQUE_VIOLATION)
    }

    /// A short, stable name for telemetry (`error.type`).
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::PoolTimeout { .. } => "pool_timeout",
            Self::Postgres(error) => error.code.code(),
            Self::TransactionTimeout { .. } => "transaction_timeout",
            Self::Corrupt { .. } => "corrupt_value",
        }
    }
}
