//! A statement in progress: its subqueries one after the other, then its body.

use std::{cell::Cell, sync::Arc};

use super::{
    super::{
        cost::Work,
        engine::Engine,
        error::{PgError, SqlState},
        expr::{Context, Env},
        locks::TransactionId,
        plan::{Body, Query, Returning, Select},
        row::{Columns, Row, Values},
        value::Value,
    },
    cursor::{Cursor, Next},
    delete::DeleteRun,
    insert::InsertRun,
    scan::Scan,
    select::{self, Candidate, Window},
    update::UpdateRun,
};
use crate::Timestamp;

/// Whether a step finished the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Step {
    Done,
    /// Queued for a lock or for the end of a transaction; step again when that is over.
    Blocked,
}

/// What a statement has produced and touched.
#[derive(Debug, Default)]
pub(in super::super) struct Output {
    pub(in super::super) rows: Vec<Values>,
    pub(in super::super) inserted: u64,
    pub(in super::super) updated: u64,
    pub(in super::super) deleted: u64,
    pub(in super::super) work: Work,
}

impl Output {
    pub(super) fn written(&mut self, index_entries: u64) {
        self.work.rows_written += 1;
        self.work.index_writes += index_entries;
    }

    pub(super) fn returning(
        &mut self,
        returning: Option<&Returning>,
        env: &Env<'_>,
    ) -> Result<(), PgError> {
        if let Some(returning) = returning {
            let stored = returning.stored.as_ref();
            self.rows
                .push(select::result(&returning.exprs, stored, env)?);
        }
        Ok(())
    }
}

/// A data statement in progress.
#[derive(Debug)]
pub(in super::super) struct Run {
    params: Vec<Value>,
    subqueries: Vec<Vec<Vec<Value>>>,
    stage: Stage,
    catalog_version: u64,
    pub(in super::super) output: Output,
}

/// How far the current part (a subquery or the body) has come.
#[derive(Debug)]
enum Stage {
    Fresh,
    Locking(Locking),
    Insert(InsertRun),
    Update(UpdateRun),
    Delete(DeleteRun),
}

/// A SELECT … FOR UPDATE in progress.
#[derive(Debug)]
struct Locking {
    cursor: Cursor,
    /// Rows still to be skipped and returned.
    offset: usize,
    limit: usize,
    rows: Vec<Values>,
}

/// Who runs a statement, and when.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Actor {
    pub(in super::super) transaction: Option<TransactionId>,
    pub(in super::super) transaction_time: Timestamp,
    pub(in super::super) pid: i32,
}

impl Run {
    /// Starts a statement, whose plan was made for a version of the catalog.
    pub(in super::super) fn new(catalog_version: u64, params: Vec<Value>) -> Self {
        Run {
            params,
            subqueries: Vec::new(),
            stage: Stage::Fresh,
            catalog_version,
            output: Output::default(),
        }
    }

    /// Goes on until the end or until it must wait.
    pub(in super::super) fn step(
        &mut self,
        engine: &mut Engine,
        query: &Query,
        actor: Actor,
    ) -> Result<Step, PgError> {
        if engine.catalog.version != self.catalog_version {
            return Err(PgError::new(
                SqlState::FEATURE_NOT_SUPPORTED,
                "the schema changed while the statement waited for a lock",
            )
            .with_hint("run the statement again"));
        }
        while let Some(select) = query.subqueries.get(self.subqueries.len()) {
            match self.select(engine, select, actor)? {
                None => return Ok(Step::Blocked),
                Some(rows) => self
                    .subqueries
                    .push(rows.into_iter().map(Values::into_vec).collect()),
            }
        }
        if let Body::Select(select) = &query.body {
            return match self.select(engine, select, actor)? {
                None => Ok(Step::Blocked),
                Some(rows) => {
                    self.output.rows = rows;
                    Ok(Step::Done)
                }
            };
        }
        self.modify(engine, &query.body, actor)
    }

    /// The names of the result's columns.
    pub(in super::super) fn columns(query: &Query) -> Option<&Arc<Columns>> {
        let returning = match &query.body {
            Body::Select(select) => return select.columns.as_ref(),
            Body::Insert(insert) => &insert.returning,
            Body::Update(update) => &update.returning,
            Body::Delete(delete) => &delete.returning,
        };
        returning.as_ref().map(|returning| &returning.columns)
    }

    /// The rows that a finished statement returns.
    pub(in super::super) fn into_rows(self, query: &Query) -> Vec<Row> {
        let Some(columns) = Self::columns(query) else {
            return Vec::new();
        };
        let rows = self.output.rows.into_iter();
        rows.map(|values| Row::new(Arc::clone(columns), values))
            .collect()
    }

    /// Rows returned by a SELECT, or inserted, updated and deleted.
    pub(in super::super) fn affected(&self, query: &Query) -> u64 {
        match &query.body {
            Body::Select(_) => self.output.rows.len() as u64,
            _ => self.output.inserted + self.output.updated + self.output.deleted,
        }
    }

    fn select(
        &mut self,
        engine: &mut Engine,
        select: &Select,
        actor: Actor,
    ) -> Result<Option<Vec<Values>>, PgError> {
        let Run {
            params,
            subqueries,
            stage,
            output,
            ..
        } = self;
        let context = context(params, subqueries, actor);
        let transaction = actor.transaction.filter(|_| select.lock.is_some());
        let result = match transaction {
            None => {
                let scan = Scan {
                    catalog: &engine.catalog,
                    select,
                    context: &context,
                    transaction: actor.transaction,
                };
                select::rows(&scan, &mut output.work).map(Some)
            }
            Some(transaction) => {
                let mut locking = match std::mem::replace(stage, Stage::Fresh) {
                    Stage::Locking(locking) => locking,
                    _ => Locking::start(engine, select, &context, actor, &mut output.work)?,
                };
                let rows = locking.go_on(engine, select, &context, transaction)?;
                if rows.is_none() {
                    *stage = Stage::Locking(locking);
                }
                Ok(rows)
            }
        };
        output.work.sleep += context.sleep.get();
        result
    }

    fn modify(&mut self, engine: &mut Engine, body: &Body, actor: Actor) -> Result<Step, PgError> {
        let Some(transaction) = actor.transaction else {
            return Ok(Step::Done);
        };
        let Run {
            params,
            subqueries,
            stage,
            output,
            ..
        } = self;
        let context = context(params, subqueries, actor);
        if matches!(stage, Stage::Fresh) {
            *stage = match body {
                Body::Insert(plan) => Stage::Insert(InsertRun::new(engine, plan, &context)?),
                Body::Update(plan) => Stage::Update(UpdateRun::new(candidates(
                    engine,
                    &plan.search,
                    &context,
                    actor,
                    &mut output.work,
                )?)),
                Body::Delete(plan) => Stage::Delete(DeleteRun::new(candidates(
                    engine,
                    &plan.search,
                    &context,
                    actor,
                    &mut output.work,
                )?)),
                Body::Select(_) => Stage::Fresh,
            };
        }
        let step = match (stage, body) {
            (Stage::Insert(run), Body::Insert(plan)) => {
                run.step(engine, plan, &context, transaction, output)
            }
            (Stage::Update(run), Body::Update(plan)) => {
                run.step(engine, plan, &context, transaction, output)
            }
            (Stage::Delete(run), Body::Delete(plan)) => {
                run.step(engine, plan, &context, transaction, output)
            }
            _ => Ok(Step::Done),
        };
        output.work.sleep += context.sleep.get();
        step
    }
}

fn context<'a>(
    params: &'a [Value],
    subqueries: &'a [Vec<Vec<Value>>],
    actor: Actor,
) -> Context<'a> {
    Context {
        params,
        transaction_time: actor.transaction_time,
        clock: crate::now(),
        pid: actor.pid,
        subqueries,
        sleep: Cell::default(),
    }
}

fn candidates(
    engine: &Engine,
    select: &Select,
    context: &Context<'_>,
    actor: Actor,
    work: &mut Work,
) -> Result<Vec<Candidate>, PgError> {
    let scan = Scan {
        catalog: &engine.catalog,
        select,
        context,
        transaction: actor.transaction,
    };
    select::candidates(&scan, &engine.locks, work)
}

impl Locking {
    fn start(
        engine: &Engine,
        select: &Select,
        context: &Context<'_>,
        actor: Actor,
        work: &mut Work,
    ) -> Result<Self, PgError> {
        let window = Window::of(select, context)?;
        let found = candidates(engine, select, context, actor, work)?;
        Ok(Locking {
            cursor: Cursor::new(found),
            offset: window.offset,
            limit: window.limit,
            rows: Vec::new(),
        })
    }

    /// Locks rows until enough are returned; `None` when blocked.
    fn go_on(
        &mut self,
        engine: &mut Engine,
        select: &Select,
        context: &Context<'_>,
        transaction: TransactionId,
    ) -> Result<Option<Vec<Values>>, PgError> {
        while self.limit > 0 {
            match self.cursor.next(engine, select, context, transaction)? {
                Next::Blocked => return Ok(None),
                Next::End => break,
                Next::Row(_) if self.offset > 0 => self.offset -= 1,
                Next::Row(candidate) => {
                    let rows = candidate.rows();
                    self.rows.push(select::result(
                        &select.projection,
                        select.stored.as_ref(),
                        &Env::row(context, &rows),
                    )?);
                    self.limit -= 1;
                }
            }
        }
        Ok(Some(std::mem::take(&mut self.rows)))
    }
}
