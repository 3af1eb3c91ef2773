//! What a statement will do, once bound: the plans that the executor runs and that are cached by text.
//!
//! Plans hold table, column and index numbers and are valid for one version of the catalog. Nothing here computes.

use std::{sync::Arc, time::Duration};

use super::{expr::Expr, row::Columns, types::Type};

/// A statement, ready to run many times.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The text as it was sent.
    pub(super) text: Arc<str>,
    pub(super) statement: Statement,
    /// The text with its constants replaced, for activity and statistics.
    pub(super) normalized: Arc<str>,
    pub(super) query_id: i64,
    /// The version of the catalog that the plan was made for.
    pub(super) catalog_version: u64,
}

/// What to run.
#[derive(Debug)]
pub(super) enum Statement {
    Query(Box<Query>),
    Begin,
    Commit,
    Rollback,
    Set(Setting),
    Show(Arc<str>),
    /// Executed when run, not planned: DDL is rare.
    Definition(Box<sqlparser::ast::Statement>),
}

/// A data statement with the uncorrelated subqueries to be run before it.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) subqueries: Vec<Select>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Select(Select),
    Insert(Insert),
    Update(Update),
    Delete(Delete),
}

/// A session setting with its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) name: Arc<str>,
    pub(super) value: SettingValue,
    /// `SET LOCAL`: until the end of the transaction.
    pub(super) local: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SettingValue {
    Default,
    Time(Duration),
    Text(Arc<str>),
}

/// A SELECT, or the row search of an UPDATE or DELETE.
#[derive(Debug, Default)]
pub(super) struct Select {
    /// Tables in the order in which they are joined.
    pub(super) steps: Vec<Step>,
    /// How many table slots a row has.
    pub(super) slots: usize,
    /// Conditions that read no table.
    pub(super) filter: Vec<Expr>,
    pub(super) grouping: Option<Grouping>,
    pub(super) projection: Vec<Expr>,
    /// The same, if it is nothing but columns; only the statement's own result has it.
    pub(super) stored: Option<StoredColumns>,
    pub(super) columns: Option<Arc<Columns>>,
    pub(super) types: Vec<Option<Type>>,
    pub(super) distinct: bool,
    pub(super) order: Vec<OrderKey>,
    /// The rows come in the wanted order by themselves.
    pub(super) ordered_by_index: bool,
    pub(super) limit: Option<Expr>,
    pub(super) offset: Option<Expr>,
    pub(super) lock: Option<LockRows>,
}

impl Select {
    /// The table in a slot.
    pub(super) fn table_of(&self, slot: usize) -> usize {
        self.steps
            .iter()
            .find(|step| step.slot == slot)
            .map_or(usize::MAX, |step| step.table)
    }
}

impl Query {
    /// Whether the statement takes locks or writes, and so needs a transaction of its own.
    pub(super) fn needs_transaction(&self) -> bool {
        let locks = |select: &Select| select.lock.is_some();
        self.subqueries.iter().any(locks)
            || !matches!(&self.body, Body::Select(select) if !locks(select))
    }
}

/// One table of a join.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) slot: usize,
    pub(super) table: usize,
    pub(super) access: Access,
    /// Conditions that can be decided once this table's row is known (for an outer join: of the join).
    pub(super) filter: Vec<Expr>,
    /// More of them, which hold for every row that the access path finds. Only a row that has changed since then
    /// has to be tested.
    pub(super) by_access: Vec<Expr>,
    /// For a left join: conditions of WHERE, decided after the null row was made up.
    pub(super) after: Vec<Expr>,
    pub(super) left_join: bool,
}

/// How the rows of a table are found.
#[derive(Debug)]
pub(super) enum Access {
    Scan,
    Index {
        index: usize,
        /// Equal values of the leading columns.
        prefix: Vec<Probe>,
        /// Bounds on the column after them.
        low: Option<Limit>,
        high: Option<Limit>,
        reverse: bool,
    },
    /// A hash table over the whole table, built once, probed with the other tables' values.
    Hash {
        columns: Vec<usize>,
        keys: Vec<Expr>,
    },
}

/// Values that a leading column of an index is searched for.
#[derive(Debug)]
pub(super) enum Probe {
    /// `IS NULL`.
    Null,
    One(Expr),
    Each(Vec<Expr>),
    /// The elements of an array value.
    Elements(Expr),
    /// The values of a subquery.
    Subquery(usize),
}

/// One end of a range.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) value: Expr,
    pub(super) inclusive: bool,
}

/// GROUP BY and aggregates.
#[derive(Debug)]
pub(super) struct Grouping {
    pub(super) keys: Vec<Expr>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) having: Vec<Expr>,
}

/// One aggregate call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregate {
    pub(super) function: AggregateFunction,
    /// `None` for `count(*)`.
    pub(super) argument: Option<Expr>,
    /// The separator of `string_agg`.
    pub(super) separator: Option<Expr>,
    pub(super) distinct: bool,
    pub(super) filter: Option<Expr>,
    pub(super) result: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AggregateFunction {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    BoolAnd,
    BoolOr,
    StringAgg,
    ArrayAgg,
}

/// A key of ORDER BY.
#[derive(Debug)]
pub(super) struct OrderKey {
    pub(super) expr: OrderExpr,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

#[derive(Debug)]
pub(super) enum OrderExpr {
    /// A column of the result.
    Output(usize),
    Expr(Expr),
}

/// FOR UPDATE, and what UPDATE and DELETE do.
#[derive(Debug, Clone)]
pub(super) struct LockRows {
    /// Table slots whose rows are locked.
    pub(super) slots: Vec<usize>,
    pub(super) when_busy: WhenBusy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenBusy {
    Wait,
    Fail,
    Skip,
}

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) table: usize,
    /// The target column of each value.
    pub(super) columns: Vec<usize>,
    pub(super) source: InsertSource,
    pub(super) on_conflict: OnConflict,
    pub(super) returning: Option<Returning>,
}

#[derive(Debug)]
pub(super) enum InsertSource {
    /// Rows of expressions; `None` is DEFAULT.
    Values(Vec<Vec<Option<Expr>>>),
    /// The rows of the subquery with this number.
    Subquery(usize),
}

#[derive(Debug)]
pub(super) enum OnConflict {
    Fail,
    /// `None`: on any unique index.
    Nothing(Option<usize>),
    Update {
        index: usize,
        /// On slot 0, the row that is there, and slot 1, the row that was to be inserted.
        assignments: Vec<(usize, Expr)>,
        filter: Option<Expr>,
    },
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) search: Select,
    pub(super) table: usize,
    pub(super) assignments: Vec<(usize, Expr)>,
    pub(super) returning: Option<Returning>,
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) search: Select,
    pub(super) table: usize,
    pub(super) returning: Option<Returning>,
}

/// RETURNING, on the new row (the old one of a DELETE) in slot 0.
#[derive(Debug)]
pub(super) struct Returning {
    pub(super) exprs: Vec<Expr>,
    /// The same, if it is nothing but columns.
    pub(super) stored: Option<StoredColumns>,
    pub(super) columns: Arc<Columns>,
}

/// Result columns that are columns of one table.
#[derive(Debug)]
pub(super) struct StoredColumns {
    pub(super) slot: usize,
    pub(super) columns: Arc<[usize]>,
}

impl StoredColumns {
    /// `None` if an expression must be computed or another table is read too.
    pub(super) fn of(exprs: &[Expr]) -> Option<Self> {
        let Some(Expr::Column { slot, .. }) = exprs.first() else {
            return None;
        };
        let column = |expr: &Expr| match expr {
            Expr::Column { slot: own, column } if own == slot => Some(*column),
            _ => None,
        };
        let columns = exprs.iter().map(column).collect::<Option<_>>()?;
        Some(StoredColumns {
            slot: *slot,
            columns,
        })
    }
}
