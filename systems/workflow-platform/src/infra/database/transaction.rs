//! Transactions as closures: committed when the closure succeeds, rolled back when it does not.

use std::time::Duration;

use sim::postgres::{Row, Value};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::{DatabaseError, PooledConnection, statement};
use crate::infra::metrics;

/// How a transaction behaves.
#[derive(Debug, Clone, Copy)]
pub struct TransactionOptions {
    /// How long it may take in all, from its first to its last statement.
    pub timeout: Duration,
    /// It is logged as a warning when it takes longer.
    pub long_after: Duration,
}

/// An open transaction.
pub struct Transaction {
    connection: PooledConnection,
}

impl Transaction {
    /// Runs a statement that returns rows.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn query(
        &mut self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        self.connection.in_transaction(true);
        let result = statement::query(self.connection.connection(), sql, parameters).await;
        self.connection.in_transaction(false);
        result
    }

    /// Runs a statement that returns at most one row of interest.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn query_opt(
        &mut self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    /// Runs a statement that changes rows; returns how many.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, DatabaseError> {
        self.connection.in_transaction(true);
        let result = statement::execute(self.connection.connection(), sql, parameters).await;
        self.connection.in_transaction(false);
        result
    }

    async fn control(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.connection.in_transaction(true);
        self.connection.connection().execute(sql, &[]).await?;
        Ok(())
    }
}

/// Runs `body` inside a transaction on `connection`.
pub(super) async fn run<T, E, F>(
    connection: PooledConnection,
    options: TransactionOptions,
    body: F,
) -> Result<T, E>
where
    F: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    E: From<DatabaseError>,
{
    let span = tracing::info_span!(
        "transaction",
        db.transaction.outcome = Empty,
        otel.status_code = Empty,
        error.type = Empty,
    );
    let mut watch = Watch {
        started_at: sim::now(),
        outcome: "abandoned",
        options,
        span: span.clone(),
    };
    async {
        let mut transaction = Transaction { connection };
        transaction.control("BEGIN").await?;
        transaction.connection.in_transaction(false);
        let result = match sim::timeout(options.timeout, body(&mut transaction)).await {
            Ok(result) => result,
            Err(_) => Err(DatabaseError::TransactionTimeout {
                timeout: options.timeout,
            }
            .into()),
        };
        let (ending, outcome) = if result.is_ok() {
            ("COMMIT", "commit")
        } else {
            ("ROLLBACK", "rollback")
        };
        transaction.control(ending).await?;
        transaction.connection.transaction_ended();
        watch.outcome = outcome;
        result
    }
    .instrument(span)
    .await
}

/// Measures a transaction to its end, also when its caller goes away in the middle.
struct Watch {
    started_at: sim::Timestamp,
    outcome: &'static str,
    options: TransactionOptions,
    span: Span,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let took = sim::now() - self.started_at;
        self.span.record("db.transaction.outcome", self.outcome);
        if self.outcome != "commit" {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", self.outcome);
        }
        metrics::transaction_finished(self.outcome, took);
        if took > self.options.long_after {
            self.span.in_scope(|| {
                tracing::warn!(
                    duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    threshold_ms =
                        u64::try_from(self.options.long_after.as_millis()).unwrap_or(u64::MAX),
                    outcome = self.outcome,
                    "transaction was open for long"
                );
            });
        }
    }
}
