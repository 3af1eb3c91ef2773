//! From rows found to a result: grouping, the result columns, DISTINCT, ORDER BY, LIMIT.

use std::{
    cmp::Ordering,
    collections::BTreeSet,
    ops::{ControlFlow, Deref},
    sync::Arc,
};

use super::{
    super::{
        cost::Work,
        error::{PgError, SqlState},
        expr::{Context, Env, Expr},
        locks::{LockTable, RowKey},
        plan::{OrderExpr, OrderKey, Select, StoredColumns, WhenBusy},
        row::Values,
        storage::Tuple,
        value::Value,
    },
    aggregate::Groups,
    scan::{FEW_SLOTS, Found, Key, Scan},
};

/// A row of the result, with the values that ORDER BY sorts by beyond its columns.
struct Sortable {
    values: Vec<Value>,
    keys: Vec<Value>,
}

/// A row found for locking: what was seen of each table.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) seen: Vec<Seen>,
    keys: Vec<Value>,
}

/// The row of one table.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) row: usize,
    pub(super) tuple: Option<Tuple>,
}

impl Candidate {
    /// The rows as expressions read them.
    pub(super) fn rows(&self) -> Rows<'_> {
        let tuples = self.seen.iter().map(|seen| seen.tuple.as_ref());
        if self.seen.len() > FEW_SLOTS {
            return Rows::Many(tuples.collect());
        }
        let mut few = [None; FEW_SLOTS];
        few.iter_mut()
            .zip(tuples)
            .for_each(|(slot, tuple)| *slot = tuple);
        Rows::Few(few, self.seen.len())
    }
}

/// A row of each table; a few need no memory of their own.
pub(super) enum Rows<'r> {
    Few([Option<&'r Tuple>; FEW_SLOTS], usize),
    Many(Vec<Option<&'r Tuple>>),
}

impl<'r> Deref for Rows<'r> {
    type Target = [Option<&'r Tuple>];

    fn deref(&self) -> &Self::Target {
        match self {
            Rows::Few(rows, count) => &rows[..*count],
            Rows::Many(rows) => rows,
        }
    }
}

/// LIMIT and OFFSET as numbers.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) offset: usize,
    pub(super) limit: usize,
}

impl Window {
    pub(super) fn of(select: &Select, context: &Context<'_>) -> Result<Self, PgError> {
        let env = Env::constant(context);
        let number = |expr: Option<&Expr>, code: SqlState, name: &str| match expr
            .map(|expr| expr.eval(&env))
            .transpose()?
        {
            None => Ok(None),
            Some(value) => match *value {
                Value::Int(value) => usize::try_from(value)
                    .map(Some)
                    .map_err(|_| PgError::new(code, format!("{name} must not be negative"))),
                _ => Ok(None),
            },
        };
        let limit = number(
            select.limit.as_ref(),
            SqlState::INVALID_ROW_COUNT_IN_LIMIT_CLAUSE,
            "LIMIT",
        )?;
        let offset = number(
            select.offset.as_ref(),
            SqlState::INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE,
            "OFFSET",
        )?;
        Ok(Window {
            offset: offset.unwrap_or(0),
            limit: limit.unwrap_or(usize::MAX),
        })
    }

    pub(super) fn end(self) -> usize {
        self.offset.saturating_add(self.limit)
    }
}

/// Runs a select that locks nothing.
pub(super) fn rows(scan: &Scan<'_>, work: &mut Work) -> Result<Vec<Values>, PgError> {
    let select = scan.select;
    let window = Window::of(select, scan.context)?;
    let sorts = !(select.order.is_empty() || select.ordered_by_index);
    if select.grouping.is_none() && !select.distinct && !sorts {
        return first_rows(scan, window, work);
    }
    let mut result: Vec<Sortable> = Vec::new();
    if let Some(grouping) = &select.grouping {
        let mut groups = Groups::new(grouping);
        scan.for_each(work, &mut |found, work| {
            work.rows_processed += 1;
            groups.add(&Env::row(scan.context, found.rows))?;
            Ok(ControlFlow::Continue(()))
        })?;
        groups.finish(scan.context, |env| {
            result.push(sortable(select, env)?);
            Ok(())
        })?;
    } else {
        scan.for_each(work, &mut |found, _| {
            result.push(sortable(select, &Env::row(scan.context, found.rows))?);
            Ok(ControlFlow::Continue(()))
        })?;
    }
    if select.distinct {
        let mut seen = BTreeSet::new();
        result.retain(|row| seen.insert(Key(row.values.clone())));
        work.rows_processed += result.len() as u64;
    }
    if sorts {
        work.rows_processed += result.len() as u64;
        result.sort_by(|a, b| compare(&select.order, (&a.values, &a.keys), (&b.values, &b.keys)));
    }
    Ok(result
        .into_iter()
        .skip(window.offset)
        .take(window.limit)
        .map(|row| Values::Computed(row.values))
        .collect())
}

/// The rows of a window as they are found; the walk stops behind it.
fn first_rows(scan: &Scan<'_>, window: Window, work: &mut Work) -> Result<Vec<Values>, PgError> {
    let select = scan.select;
    let mut rows = Vec::new();
    let enough = window.end();
    if enough == 0 {
        return Ok(rows);
    }
    // Where columns are only read, rows before the window need not be looked at.
    let unseen = match select.stored {
        Some(_) => window.offset,
        None => 0,
    };
    let mut passed = 0;
    scan.for_each(work, &mut |found, _| {
        if passed < unseen {
            passed += 1;
        } else {
            let env = Env::row(scan.context, found.rows);
            rows.push(result(&select.projection, select.stored.as_ref(), &env)?);
        }
        Ok(if passed + rows.len() >= enough {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    rows.drain(..(window.offset - unseen).min(rows.len()));
    Ok(rows)
}

fn sortable(select: &Select, env: &Env<'_>) -> Result<Sortable, PgError> {
    Ok(Sortable {
        values: evaluate(&select.projection, env)?,
        keys: sort_keys(select, env)?,
    })
}

/// A row of the result: its columns evaluated, or where they are stored.
pub(super) fn result(
    exprs: &[Expr],
    stored: Option<&StoredColumns>,
    env: &Env<'_>,
) -> Result<Values, PgError> {
    if let Some(StoredColumns { slot, columns }) = stored
        && let Some(Some(tuple)) = env.rows.get(*slot)
    {
        return Ok(Values::Stored {
            tuple: Tuple::clone(tuple),
            columns: Arc::clone(columns),
        });
    }
    evaluate(exprs, env).map(Values::Computed)
}

fn evaluate(exprs: &[Expr], env: &Env<'_>) -> Result<Vec<Value>, PgError> {
    let mut values = Vec::with_capacity(exprs.len());
    for expr in exprs {
        values.push(expr.value(env)?);
    }
    Ok(values)
}

fn sort_keys(select: &Select, env: &Env<'_>) -> Result<Vec<Value>, PgError> {
    let mut keys = Vec::new();
    if !select.ordered_by_index {
        for key in &select.order {
            if let OrderExpr::Expr(expr) = &key.expr {
                keys.push(expr.value(env)?);
            }
        }
    }
    Ok(keys)
}

fn compare(order: &[OrderKey], a: (&[Value], &[Value]), b: (&[Value], &[Value])) -> Ordering {
    let mut extra = 0;
    for key in order {
        let (left, right) = match key.expr {
            OrderExpr::Output(index) => (&a.0[index], &b.0[index]),
            OrderExpr::Expr(_) => {
                extra += 1;
                (&a.1[extra - 1], &b.1[extra - 1])
            }
        };
        let ordering = compare_key(key, left, right);
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

fn compare_key(key: &OrderKey, left: &Value, right: &Value) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => {
            if key.nulls_first {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (false, true) => {
            if key.nulls_first {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (false, false) if key.descending => right.total_cmp(left),
        (false, false) => left.total_cmp(right),
    }
}

/// Finds the rows of a select that locks, in the wanted order; LIMIT applies while locking.
///
/// Under SKIP LOCKED busy rows are left out at once, and the walk may then stop at the limit: nothing can be locked
/// between this and the locking of the rows.
pub(super) fn candidates(
    scan: &Scan<'_>,
    locks: &LockTable,
    work: &mut Work,
) -> Result<Vec<Candidate>, PgError> {
    let select = scan.select;
    let skipped = select
        .lock
        .as_ref()
        .filter(|lock| lock.when_busy == WhenBusy::Skip);
    let in_order = select.order.is_empty() || select.ordered_by_index;
    let enough = if skipped.is_some() && in_order {
        Window::of(select, scan.context)?.end()
    } else {
        usize::MAX
    };
    let is_busy = |found: &Found<'_>| {
        let slots = skipped.map_or(&[][..], |lock| &lock.slots);
        slots.iter().any(|slot| {
            let key = RowKey {
                table: select.table_of(*slot),
                row: found.numbers[*slot],
            };
            locks
                .holder(key)
                .is_some_and(|holder| Some(holder) != scan.transaction)
        })
    };
    let mut found_rows: Vec<Candidate> = Vec::new();
    scan.for_each(work, &mut |found, _| {
        if is_busy(found) {
            return Ok(ControlFlow::Continue(()));
        }
        let env = Env::row(scan.context, found.rows);
        let mut keys = Vec::new();
        if !select.ordered_by_index {
            for key in &select.order {
                let expr = match &key.expr {
                    OrderExpr::Output(index) => &select.projection[*index],
                    OrderExpr::Expr(expr) => expr,
                };
                keys.push(expr.value(&env)?);
            }
        }
        let seen = found.rows.iter().zip(found.numbers);
        let seen = seen.map(|(tuple, row)| Seen {
            row: *row,
            tuple: tuple.cloned(),
        });
        found_rows.push(Candidate {
            seen: seen.collect(),
            keys,
        });
        Ok(if found_rows.len() >= enough {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    if !select.order.is_empty() && !select.ordered_by_index {
        work.rows_processed += found_rows.len() as u64;
        found_rows.sort_by(|a, b| {
            let keys = select.order.iter().zip(a.keys.iter().zip(&b.keys));
            keys.map(|(key, (a, b))| compare_key(key, a, b))
                .find(|ordering| ordering.is_ne())
                .unwrap_or(Ordering::Equal)
        });
    }
    Ok(found_rows)
}
