//! What services hold to reach the database.

use std::sync::Arc;
use std::time::Duration;

use sim::postgres::{Postgres, Row, Value};

use super::{
    DatabaseError, Pool, PoolOptions, Transaction, TransactionOptions, statement, transaction,
};
use crate::infra::config::DatabaseConfig;

/// A connection pool together with the defaults of its transactions. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    defaults: Arc<TransactionOptions>,
}

impl Database {
    /// A database client with a pool of `size` connections, known as `name` to the server and in telemetry.
    #[must_use]
    pub fn new(server: Postgres, name: &'static str, size: usize, config: &DatabaseConfig) -> Self {
        let options = PoolOptions {
            name,
            size,
            acquire_timeout: config.acquire_timeout,
            idle_timeout: config.idle_timeout,
            statement_timeout: config.statement_timeout,
        };
        let defaults = TransactionOptions {
            timeout: config.transaction_timeout,
            long_after: config.long_transaction,
        };
        Self {
            pool: Pool::new(server, options),
            defaults: Arc::new(defaults),
        }
    }

    /// The connections behind this client.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Runs a statement that returns rows.
    ///
    /// # Errors
    /// When no connection is free in time or the server refuses the statement.
    pub async fn query(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let connection = self.pool.acquire().await?;
        statement::query(connection.connection(), sql, parameters).await
    }

    /// Runs a statement that returns at most one row of interest.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn query_opt(
        &self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    /// Runs a statement that changes rows; returns how many.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn execute(&self, sql: &str, parameters: &[Value]) -> Result<u64, DatabaseError> {
        let connection = self.pool.acquire().await?;
        statement::execute(connection.connection(), sql, parameters).await
    }

    /// Runs `body` inside a transaction: committed when it succeeds, rolled back when it fails, takes longer
    /// than the configured timeout, or its caller goes away.
    ///
    /// # Errors
    /// What `body` returns, or the database's own error.
    pub async fn transaction<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
        E: From<DatabaseError>,
    {
        self.transaction_within(self.defaults.timeout, body).await
    }

    /// As [`transaction`](Self::transaction), with a timeout of its own.
    ///
    /// # Errors
    /// What `body` returns, or the database's own error.
    pub async fn transaction_within<T, E, F>(&self, timeout: Duration, body: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
        E: From<DatabaseError>,
    {
        let connection = self.pool.acquire().await?;
        transaction::run(
            connection,
            TransactionOptions {
                timeout,
                ..*self.defaults
            },
            body,
        )
        .await
    }
}
