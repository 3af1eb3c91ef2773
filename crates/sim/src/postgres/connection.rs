//! A client's connection, as a driver gives it.
//!
//! Statements of one connection run one after the other in the order of calling. A call whose future is dropped does
//! not stop its statement: the server finishes it, and the next statement waits for that, as with a real driver. An
//! open transaction stays open. Dropping the connection rolls back and releases its locks.

use std::sync::{Arc, OnceLock};

use tokio::sync::{mpsc, oneshot};

use super::{
    backend::{Reply, Request},
    error::{PgError, SqlState},
    row::Row,
    server::Server,
    value::Value,
};

/// An open connection to a [`super::Postgres`].
#[derive(Debug)]
pub struct Connection {
    server: Arc<Server>,
    pid: i32,
    requests: mpsc::UnboundedSender<Request>,
    /// Why the server ended the session.
    closed: Arc<OnceLock<PgError>>,
}

impl Connection {
    pub(super) fn new(
        server: Arc<Server>,
        pid: i32,
        requests: mpsc::UnboundedSender<Request>,
        closed: Arc<OnceLock<PgError>>,
    ) -> Self {
        Connection {
            server,
            pid,
            requests,
            closed,
        }
    }

    /// The process id of the server's backend for this connection.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether the server has ended the session; no further statement can succeed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.get().is_some() || self.requests.is_closed()
    }

    /// Runs a statement and gives its rows: those of a SELECT, or of RETURNING.
    ///
    /// # Errors
    /// The server's error; inside a transaction block, everything but ROLLBACK then fails with `25P02`. `08003` or
    /// the reason for the end if the session is closed.
    pub async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, PgError> {
        self.run(sql, params).await.map(|reply| reply.rows)
    }

    /// The first row, if there is one; further rows are left out.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn query_opt(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, PgError> {
        self.query(sql, params)
            .await
            .map(|rows| rows.into_iter().next())
    }

    /// The first row.
    ///
    /// # Errors
    /// As [`Self::query`], and `02000` if there is none.
    pub async fn query_one(&self, sql: &str, params: &[Value]) -> Result<Row, PgError> {
        self.query_opt(sql, params).await?.ok_or_else(|| {
            PgError::new(SqlState::NO_DATA, "query returned no rows")
                .with_hint("use query_opt where that can happen")
        })
    }

    /// Runs a statement and gives the number of rows inserted, updated, deleted or returned.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64, PgError> {
        self.run(sql, params).await.map(|reply| reply.affected)
    }

    async fn run(&self, sql: &str, params: &[Value]) -> Result<Reply, PgError> {
        let statement = self.server.lock().prepare(sql);
        let (reply, answer) = oneshot::channel();
        let request = Request {
            statement,
            params: params.to_vec(),
            span: emit::current_span(),
            reply,
        };
        self.requests
            .send(request)
            .map_err(|_| self.closed_error())?;
        answer.await.unwrap_or_else(|_| Err(self.closed_error()))
    }

    fn closed_error(&self) -> PgError {
        self.closed.get().cloned().unwrap_or_else(|| {
            PgError::new(
                SqlState::CONNECTION_DOES_NOT_EXIST,
                "the connection is closed",
            )
        })
    }
}
