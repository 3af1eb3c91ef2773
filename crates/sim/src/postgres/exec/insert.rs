//! INSERT, with ON CONFLICT.

use super::{
    super::{
        engine::Engine,
        error::{PgError, SqlState},
        expr::{Context, Env},
        locks::{Lock, RowKey, TransactionId},
        plan::{Insert, InsertSource, OnConflict},
        schema::Table,
        storage::Tuple,
        value::Value,
    },
    constraints::{self, Check, Duplicate},
    run::{Output, Step},
    update::{self, Changed},
};

/// An INSERT in progress.
#[derive(Debug)]
pub(super) struct InsertRun {
    rows: std::vec::IntoIter<Tuple>,
    /// A row that waits for a lock or for another transaction's end.
    current: Option<Tuple>,
    /// Rows that this statement inserted or updated; ON CONFLICT may not meet them again.
    touched: Vec<usize>,
}

impl InsertRun {
    /// Computes the rows: values, defaults, serial numbers.
    pub(super) fn new(
        engine: &mut Engine,
        plan: &Insert,
        context: &Context<'_>,
    ) -> Result<Self, PgError> {
        let env = Env::constant(context);
        let table = engine.catalog.table_mut(plan.table);
        let given = given(plan, table.columns.len(), &env)?;
        let mut rows = Vec::with_capacity(given.len());
        for row in given {
            let mut values = Vec::with_capacity(row.len());
            for (column, value) in row.into_iter().enumerate() {
                values.push(match value {
                    Some(value) => value,
                    None => default(table, column, &env)?,
                });
            }
            rows.push(constraints::conform(table, values.into())?);
        }
        Ok(InsertRun {
            rows: rows.into_iter(),
            current: None,
            touched: Vec::new(),
        })
    }

    pub(super) fn step(
        &mut self,
        engine: &mut Engine,
        plan: &Insert,
        context: &Context<'_>,
        transaction: TransactionId,
        output: &mut Output,
    ) -> Result<Step, PgError> {
        while let Some(tuple) = self.current.take().or_else(|| self.rows.next()) {
            let table = engine.catalog.table(plan.table);
            let depends = match constraints::duplicate(table, &tuple, None, transaction, |_| true) {
                Duplicate::Depends(other) => Some(other),
                Duplicate::Of { index, row } => match self.conflict(
                    engine,
                    plan,
                    context,
                    transaction,
                    (&tuple, index, row),
                    output,
                )? {
                    Conflict::Settled => continue,
                    Conflict::RowBusy => {
                        engine.wait_for_row(
                            transaction,
                            RowKey {
                                table: plan.table,
                                row,
                            },
                        );
                        self.current = Some(tuple);
                        return Ok(Step::Blocked);
                    }
                    Conflict::Depends(other) => Some(other),
                },
                Duplicate::None => {
                    match constraints::parents_exist(
                        &engine.catalog,
                        plan.table,
                        None,
                        &tuple,
                        transaction,
                    )? {
                        Check::Depends(other) => Some(other),
                        Check::Passed => None,
                    }
                }
            };
            if let Some(other) = depends {
                engine.wait_for_transaction(transaction, other);
                self.current = Some(tuple);
                return Ok(Step::Blocked);
            }
            let indexes = engine.catalog.table(plan.table).indexes.len() as u64;
            let row = engine.insert(transaction, plan.table, Tuple::clone(&tuple));
            self.remember(plan, row);
            output.written(indexes);
            output.inserted += 1;
            output.returning(plan.returning.as_ref(), &Env::row(context, &[Some(&tuple)]))?;
        }
        Ok(Step::Done)
    }

    fn remember(&mut self, plan: &Insert, row: usize) {
        if matches!(plan.on_conflict, OnConflict::Update { .. }) {
            self.touched.push(row);
        }
    }

    fn conflict(
        &mut self,
        engine: &mut Engine,
        plan: &Insert,
        context: &Context<'_>,
        transaction: TransactionId,
        (tuple, index, row): (&Tuple, usize, usize),
        output: &mut Output,
    ) -> Result<Conflict, PgError> {
        let violation =
            || constraints::unique_violation(engine.catalog.table(plan.table), index, tuple);
        let (assignments, filter) = match &plan.on_conflict {
            OnConflict::Nothing(wanted) if wanted.is_none_or(|wanted| wanted == index) => {
                return Ok(Conflict::Settled);
            }
            OnConflict::Update {
                index: wanted,
                assignments,
                filter,
            } if *wanted == index => (assignments, filter),
            _ => return Err(violation()),
        };
        if self.touched.contains(&row) {
            return Err(PgError::new(
                SqlState::CARDINALITY_VIOLATION,
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
            )
            .with_hint("ensure that no rows proposed for insertion within the same command have duplicate constrained values"));
        }
        let key = RowKey {
            table: plan.table,
            row,
        };
        if engine.lock(transaction, key) == Lock::Busy {
            return Ok(Conflict::RowBusy);
        }
        let Some(existing) = engine
            .catalog
            .table(plan.table)
            .storage
            .visible(row, Some(transaction))
            .cloned()
        else {
            return Ok(Conflict::Settled);
        };
        let rows = [Some(&existing), Some(tuple)];
        let env = Env::row(context, &rows);
        if let Some(filter) = filter
            && !filter.test(&env)?
        {
            return Ok(Conflict::Settled);
        }
        match update::change(
            engine,
            plan.table,
            row,
            assignments,
            &env,
            transaction,
            output,
        )? {
            Changed::Depends(other) => Ok(Conflict::Depends(other)),
            Changed::Written(new) => {
                self.touched.push(row);
                output.returning(plan.returning.as_ref(), &Env::row(context, &[Some(&new)]))?;
                Ok(Conflict::Settled)
            }
        }
    }
}

/// The values that the statement gives, by column of the table.
fn given(plan: &Insert, columns: usize, env: &Env<'_>) -> Result<Vec<Vec<Option<Value>>>, PgError> {
    let mut rows = Vec::new();
    match &plan.source {
        InsertSource::Values(exprs) => {
            rows.reserve_exact(exprs.len());
            for exprs in exprs {
                let mut row = vec![None; columns];
                for (column, expr) in plan.columns.iter().zip(exprs) {
                    if let Some(expr) = expr {
                        row[*column] = Some(expr.value(env)?);
                    }
                }
                rows.push(row);
            }
        }
        InsertSource::Subquery(index) => {
            for values in &env.context.subqueries[*index] {
                let mut row = vec![None; columns];
                for (column, value) in plan.columns.iter().zip(values) {
                    row[*column] = Some(value.clone());
                }
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// The value of a column that the statement leaves out.
fn default(table: &mut Table, column: usize, env: &Env<'_>) -> Result<Value, PgError> {
    let kind = &table.columns[column].kind;
    if kind.serial {
        table.serials[column] += 1;
        return kind.kind.check_range(table.serials[column]);
    }
    match &table.columns[column].default {
        Some(default) => default.value(env),
        None => Ok(Value::Null),
    }
}

enum Conflict {
    /// Nothing more to do for this row.
    Settled,
    RowBusy,
    Depends(TransactionId),
}
