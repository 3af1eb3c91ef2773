//! The server side of one connection: takes its statements one after the other, runs them, and charges their time.
//!
//! A backend is a task outside every process, as a server's process is outside its clients': it goes on when the
//! client's future is dropped, and ends, rolling back, when the connection is. Logic runs in steps under the server's
//! mutex and takes no time; this module waits for locks, CPU and disk between the steps.

use std::sync::Arc;

use emit::SpanContext;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{
    cost::{Cost, Work},
    ddl,
    engine::Engine,
    error::{PgError, SqlState},
    exec::{Actor, Run, Step},
    plan::{Prepared, Query, Statement},
    row::{Columns, Row, Values},
    server::Server,
    session::{Block, SessionState},
    statements::Execution,
    value::Value,
};
use crate::{Rng, Timestamp, dist};

/// A statement on its way to the server.
pub(super) struct Request {
    pub(super) statement: Result<Arc<Prepared>, PgError>,
    pub(super) params: Vec<Value>,
    pub(super) span: Option<SpanContext>,
    pub(super) reply: oneshot::Sender<Result<Reply, PgError>>,
}

/// What a statement gave.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) rows: Vec<Row>,
    /// Rows inserted, updated or deleted, or returned by a SELECT.
    pub(super) affected: u64,
}

/// One backend.
pub(super) struct Backend {
    pub(super) server: Arc<Server>,
    pub(super) pid: i32,
    pub(super) wakeup: Arc<Notify>,
    pub(super) requests: mpsc::UnboundedReceiver<Request>,
    pub(super) rng: Rng,
}

/// A statement's result before the client has it.
struct Finished {
    reply: Reply,
    /// When the server is done; the client has the answer a round trip later.
    end: Timestamp,
    cost: Cost,
    blocks_dirtied: u64,
}

impl Finished {
    fn new(reply: Reply, end: Timestamp, cost: Cost) -> Self {
        Finished {
            reply,
            end,
            cost,
            blocks_dirtied: 0,
        }
    }
}

impl Backend {
    /// Serves the connection until it is dropped or terminated.
    pub(super) async fn run(mut self) {
        let _closing = Closing {
            server: Arc::clone(&self.server),
            pid: self.pid,
        };
        while let Some(request) = self.next_request().await {
            let result = self
                .serve(request.statement, request.params, request.span)
                .await;
            // The client may have given up on the answer; the statement has run all the same.
            let _ = request.reply.send(result);
        }
    }

    /// Waits for the next statement; `None` when the connection is gone or the session was terminated.
    async fn next_request(&mut self) -> Option<Request> {
        loop {
            let deadline = {
                let engine = self.server.lock();
                let session = engine.sessions.get(self.pid)?;
                if session.terminated.is_some() {
                    return None;
                }
                let limit = session.settings().idle_in_transaction_session_timeout;
                (session.block != Block::None && !limit.is_zero())
                    .then(|| session.state_change + limit)
            };
            crate::select! {
                request = self.requests.recv() => return request,
                () = self.wakeup.notified() => {}
                () = sleep_until_some(deadline) => {
                    let error = PgError::new(
                        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                        "terminating connection due to idle-in-transaction timeout",
                    );
                    self.server.lock().terminate(self.pid, error);
                }
            }
        }
    }

    async fn serve(
        &mut self,
        statement: Result<Arc<Prepared>, PgError>,
        params: Vec<Value>,
        span: Option<SpanContext>,
    ) -> Result<Reply, PgError> {
        let round_trip = dist::latency(&mut self.rng, self.server.round_trip, 0.2);
        let start = crate::now();
        let result = match statement {
            Ok(prepared) => match self.begin(prepared, span, start) {
                Ok((prepared, deadline)) => {
                    let result = self.execute(&prepared, params, start, deadline).await;
                    result.inspect(|finished| self.record(&prepared, start, finished))
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        match result {
            Ok(finished) => {
                crate::sleep_until(finished.end + round_trip).await;
                Ok(finished.reply)
            }
            Err(error) => {
                self.server.lock().fail(self.pid, crate::now());
                crate::sleep(round_trip).await;
                Err(error)
            }
        }
    }

    /// Marks the session active and finds the plan again if the schema has changed since it was made.
    fn begin(
        &self,
        prepared: Arc<Prepared>,
        span: Option<SpanContext>,
        now: Timestamp,
    ) -> Result<(Arc<Prepared>, Option<Timestamp>), PgError> {
        let mut engine = self.server.lock();
        let session = engine.session(self.pid)?;
        session.state = SessionState::Active;
        session.state_change = now;
        session.query = Arc::clone(&prepared.normalized);
        session.query_id = prepared.query_id;
        session.query_start = Some(now);
        session.wait = None;
        session.span = span;
        session.xact_start.get_or_insert(now);
        let timeout = session.settings().statement_timeout;
        let ends_block = matches!(prepared.statement, Statement::Commit | Statement::Rollback);
        if session.block == Block::Failed && !ends_block {
            return Err(PgError::new(
                SqlState::IN_FAILED_SQL_TRANSACTION,
                "current transaction is aborted, commands ignored until end of transaction block",
            ));
        }
        let deadline = (!timeout.is_zero()).then(|| now + timeout);
        if prepared.catalog_version == engine.catalog.version {
            return Ok((prepared, deadline));
        }
        Ok((engine.prepare(&prepared.text)?, deadline))
    }

    async fn execute(
        &mut self,
        prepared: &Arc<Prepared>,
        params: Vec<Value>,
        start: Timestamp,
        deadline: Option<Timestamp>,
    ) -> Result<Finished, PgError> {
        match &prepared.statement {
            Statement::Query(query) => self.query(prepared, query, params, deadline).await,
            Statement::Begin => {
                let (cost, end) = self.charge(Work::default(), deadline).await?;
                let mut engine = self.server.lock();
                let session = engine.session(self.pid)?;
                if session.block == Block::None {
                    session.block = Block::Open;
                    session.xact_start = Some(start);
                }
                engine.finish_statement(self.pid, end)?;
                Ok(Finished::new(Reply::default(), end, cost))
            }
            Statement::Commit => self.end_block(true, deadline).await,
            Statement::Rollback => self.end_block(false, deadline).await,
            Statement::Set(setting) => {
                self.simple(deadline, |engine, pid| {
                    let config = engine.config.clone();
                    engine.session(pid)?.set(setting, &config)?;
                    Ok(Reply::default())
                })
                .await
            }
            Statement::Show(name) => {
                self.simple(deadline, |engine, pid| {
                    let config = engine.config.clone();
                    let value = Value::from(engine.session(pid)?.show(name, &config)?);
                    let row = Row::new(
                        Columns::new([Arc::clone(name)]),
                        Values::Computed(vec![value]),
                    );
                    Ok(Reply {
                        rows: vec![row],
                        affected: 1,
                    })
                })
                .await
            }
            Statement::Definition(definition) => {
                self.simple(deadline, |engine, _| {
                    ddl::execute(engine, &prepared.text, definition)?;
                    Ok(Reply::default())
                })
                .await
            }
        }
    }

    /// A statement that touches no rows.
    async fn simple(
        &mut self,
        deadline: Option<Timestamp>,
        act: impl FnOnce(&mut Engine, i32) -> Result<Reply, PgError>,
    ) -> Result<Finished, PgError> {
        let reply = act(&mut self.server.lock(), self.pid)?;
        let (cost, end) = self.charge(Work::default(), deadline).await?;
        self.server.lock().finish_statement(self.pid, end)?;
        Ok(Finished::new(reply, end, cost))
    }

    /// COMMIT and ROLLBACK; a failed transaction only rolls back.
    async fn end_block(
        &mut self,
        commit: bool,
        deadline: Option<Timestamp>,
    ) -> Result<Finished, PgError> {
        let (cost, end) = self.charge(Work::default(), deadline).await?;
        let flush = {
            let mut engine = self.server.lock();
            let session = engine.session(self.pid)?;
            let commit = commit && session.block != Block::Failed;
            commit && session.transaction.is_some_and(|id| engine.has_written(id))
        };
        let end = if flush {
            self.flush(end).await
        } else {
            sleep_until(end).await
        };
        let mut engine = self.server.lock();
        let commit = commit && engine.session(self.pid)?.block == Block::Open;
        engine.end_block(self.pid, commit, end)?;
        Ok(Finished::new(Reply::default(), end, cost))
    }

    async fn query(
        &mut self,
        prepared: &Arc<Prepared>,
        query: &Query,
        params: Vec<Value>,
        deadline: Option<Timestamp>,
    ) -> Result<Finished, PgError> {
        let mut run = Run::new(prepared.catalog_version, params);
        while self.step(&mut run, query)? == Step::Blocked {
            self.wait_for_lock(deadline).await?;
        }
        let affected = run.affected(query);
        let mut output = std::mem::take(&mut run.output);
        let (cost, mut end) = self.charge(output.work, deadline).await?;
        let columns = Run::columns(query).map(Arc::clone);
        let flush = {
            let mut engine = self.server.lock();
            engine.count(&output, &cost);
            let session = engine.session(self.pid)?;
            let autocommit = session.block == Block::None;
            let transaction = session.transaction.filter(|_| autocommit);
            if transaction.is_none() {
                // Nothing changes at the end, so that end can be written down now and needs no timer.
                engine.finish_statement(self.pid, end)?;
            }
            transaction.map(|id| engine.has_written(id))
        };
        if let Some(flush) = flush {
            end = if flush {
                self.flush(end).await
            } else {
                sleep_until(end).await
            };
            self.server.lock().finish_statement(self.pid, end)?;
        }
        let rows = match columns {
            Some(columns) => std::mem::take(&mut output.rows)
                .into_iter()
                .map(|row| Row::new(Arc::clone(&columns), row))
                .collect(),
            None => Vec::new(),
        };
        Ok(Finished {
            blocks_dirtied: output.work.rows_written,
            ..Finished::new(Reply { rows, affected }, end, cost)
        })
    }

    fn step(&self, run: &mut Run, query: &Query) -> Result<Step, PgError> {
        let mut engine = self.server.lock();
        let session = engine.session(self.pid)?;
        let transaction_time = session.xact_start.unwrap_or_else(crate::now);
        let mut transaction = session.transaction;
        if transaction.is_none() && query.needs_transaction() {
            let id = engine.start_transaction(self.pid);
            engine.session(self.pid)?.transaction = Some(id);
            transaction = Some(id);
        }
        run.step(
            &mut engine,
            query,
            Actor {
                transaction,
                transaction_time,
                pid: self.pid,
            },
        )
    }

    /// Waits until the lock that the last step asked for is held.
    async fn wait_for_lock(&mut self, deadline: Option<Timestamp>) -> Result<(), PgError> {
        let start = crate::now();
        let (lock_deadline, mut deadlock_check) = {
            let mut engine = self.server.lock();
            let deadlock_check = start + engine.config.deadlock_timeout;
            let session = engine.session(self.pid)?;
            session.wait_start = Some(start);
            let limit = session.settings().lock_timeout;
            (
                (!limit.is_zero()).then(|| start + limit),
                Some(deadlock_check),
            )
        };
        let outcome = loop {
            let next = [deadline, lock_deadline, deadlock_check]
                .into_iter()
                .flatten()
                .min();
            crate::select! {
                () = self.wakeup.notified() => {}
                () = sleep_until_some(next) => {}
            }
            let now = crate::now();
            let mut engine = self.server.lock();
            let session = engine.session(self.pid)?;
            if let Some(error) = &session.terminated {
                break Err(error.clone());
            }
            let Some(id) = session.transaction else {
                break Ok(());
            };
            if engine.locks.waiting_for(id).is_none() {
                break Ok(());
            }
            if deadline.is_some_and(|deadline| deadline <= now) {
                break Err(statement_timeout());
            }
            if lock_deadline.is_some_and(|deadline| deadline <= now) {
                break Err(PgError::new(
                    SqlState::LOCK_NOT_AVAILABLE,
                    "canceling statement due to lock timeout",
                ));
            }
            if deadlock_check.is_some_and(|check| check <= now) {
                deadlock_check = None;
                if let Some(error) = engine.detect_deadlock(id) {
                    break Err(error);
                }
            }
        };
        if let Ok(session) = self.server.lock().session(self.pid) {
            session.wait_start = None;
        }
        outcome
    }

    fn record(&self, prepared: &Prepared, start: Timestamp, finished: &Finished) {
        let mut engine = self.server.lock();
        let Engine {
            sessions,
            statements,
            ..
        } = &mut *engine;
        let Some(session) = sessions.get(self.pid) else {
            return;
        };
        let execution = Execution {
            time: finished.end - start,
            rows: finished.reply.affected,
            blocks_hit: finished.cost.blocks_hit,
            blocks_read: finished.cost.blocks_read,
            blocks_dirtied: finished.blocks_dirtied,
        };
        statements.record(prepared, session, execution);
    }
}

pub(super) fn statement_timeout() -> PgError {
    PgError::new(
        SqlState::QUERY_CANCELED,
        "canceling statement due to statement timeout",
    )
}

pub(super) async fn sleep_until(end: Timestamp) -> Timestamp {
    crate::sleep_until(end).await;
    end
}

/// Sleeps until a deadline, for ever without one.
pub(super) async fn sleep_until_some(deadline: Option<Timestamp>) {
    match deadline {
        Some(deadline) => crate::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Ends the session however its task ends.
struct Closing {
    server: Arc<Server>,
    pid: i32,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.server.lock().close(self.pid);
    }
}
