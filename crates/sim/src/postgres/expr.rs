//! Bound expressions and their evaluation, with SQL's three-valued logic.
//!
//! The binder (`bind`) turns syntax into [`Expr`]: names are resolved to slots, types are settled, and what could be
//! computed without a row is a constant. Evaluation borrows where it can, since a scan evaluates millions of these.

use std::{borrow::Cow, cell::Cell, cmp::Ordering, time::Duration};

use super::{
    error::{PgError, SqlState},
    functions::{self, Function},
    operators::{self, ArithOp},
    storage::Tuple,
    types::{self, Type},
    value::Value,
};
use crate::Timestamp;

/// A bound expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Const(Value),
    /// A column of the table in a slot of the current row.
    Column {
        slot: usize,
        column: usize,
    },
    /// `$n`, counted from 0.
    Param {
        index: usize,
        kind: Type,
    },
    /// A grouping key, after grouping.
    GroupKey(usize),
    /// An aggregate's result, after grouping.
    Aggregate(usize),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    /// `IS TRUE` or `IS FALSE`.
    IsBool(Box<Expr>, bool),
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    DistinctFrom(Box<Expr>, Box<Expr>),
    Arith(ArithOp, Type, Box<Expr>, Box<Expr>),
    InList(Box<Expr>, Vec<Expr>),
    /// `left op ANY (array)` or `ALL`.
    Quantified {
        op: CompareOp,
        all: bool,
        left: Box<Expr>,
        array: Box<Expr>,
    },
    Like {
        text: Box<Expr>,
        pattern: Box<Expr>,
        ignore_case: bool,
    },
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Box<Expr>,
    },
    Coalesce(Vec<Expr>),
    Call(Function, Vec<Expr>),
    Cast(Box<Expr>, Type),
    MakeArray(Vec<Expr>),
    /// The single value of an uncorrelated subquery.
    Subquery(usize),
    InSubquery(Box<Expr>, usize),
    Exists(usize),
}

/// `=`, `<>`, `<`, `<=`, `>`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompareOp {
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
}

impl CompareOp {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            CompareOp::Eq => ordering.is_eq(),
            CompareOp::NotEq => ordering.is_ne(),
            CompareOp::Less => ordering.is_lt(),
            CompareOp::LessEq => ordering.is_le(),
            CompareOp::Greater => ordering.is_gt(),
            CompareOp::GreaterEq => ordering.is_ge(),
        }
    }

    /// Unknown if a side is NULL.
    fn test(self, left: &Value, right: &Value) -> Option<bool> {
        (!left.is_null() && !right.is_null()).then(|| self.holds(left.total_cmp(right)))
    }

    /// The operator with its sides swapped.
    pub(super) fn flipped(self) -> Self {
        match self {
            CompareOp::Less => CompareOp::Greater,
            CompareOp::LessEq => CompareOp::GreaterEq,
            CompareOp::Greater => CompareOp::Less,
            CompareOp::GreaterEq => CompareOp::LessEq,
            same => same,
        }
    }
}

/// What is the same for every row of a statement.
pub(super) struct Context<'a> {
    pub(super) params: &'a [Value],
    /// `now()`: the start of the transaction.
    pub(super) transaction_time: Timestamp,
    /// `clock_timestamp()`.
    pub(super) clock: Timestamp,
    pub(super) pid: i32,
    /// Results of the statement's subqueries so far.
    pub(super) subqueries: &'a [Vec<Vec<Value>>],
    /// How long `pg_sleep` was asked to sleep, all calls together.
    pub(super) sleep: Cell<Duration>,
}

impl Context<'_> {
    /// A context for expressions that read nothing but a row: constraints, defaults, index conditions.
    pub(super) fn of_row(transaction_time: Timestamp) -> Context<'static> {
        Context {
            params: &[],
            transaction_time,
            clock: transaction_time,
            pid: 0,
            subqueries: &[],
            sleep: Cell::default(),
        }
    }
}

/// The row that an expression is evaluated on.
#[derive(Clone, Copy)]
pub(super) struct Env<'a> {
    pub(super) context: &'a Context<'a>,
    /// One row a table slot; `None` is the null side of an outer join, or a slot that is not bound yet.
    pub(super) rows: &'a [Option<&'a Tuple>],
    pub(super) group: &'a [Value],
    pub(super) aggregates: &'a [Value],
}

impl<'a> Env<'a> {
    pub(super) fn constant(context: &'a Context<'a>) -> Self {
        Env {
            context,
            rows: &[],
            group: &[],
            aggregates: &[],
        }
    }

    pub(super) fn row(context: &'a Context<'a>, rows: &'a [Option<&'a Tuple>]) -> Self {
        Env {
            context,
            rows,
            group: &[],
            aggregates: &[],
        }
    }
}

const NULL: Value = Value::Null;

fn truth(value: Option<bool>) -> Cow<'static, Value> {
    Cow::Owned(value.map_or(NULL, Value::Bool))
}

impl Expr {
    /// The value on a row.
    pub(super) fn eval<'a>(&'a self, env: &Env<'a>) -> Result<Cow<'a, Value>, PgError> {
        Ok(match self {
            Expr::Const(value) => Cow::Borrowed(value),
            Expr::Column { slot, column } => match env.rows.get(*slot) {
                Some(Some(row)) => Cow::Borrowed(&row[*column]),
                _ => Cow::Owned(NULL),
            },
            Expr::Param { index, kind } => param(env.context.params, *index, *kind)?,
            Expr::GroupKey(index) => Cow::Borrowed(&env.group[*index]),
            Expr::Aggregate(index) => Cow::Borrowed(&env.aggregates[*index]),
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Compare(..) => {
                truth(self.test_nullable(env)?)
            }
            Expr::IsNull(inner) => truth(Some(inner.eval(env)?.is_null())),
            Expr::IsBool(inner, wanted) => truth(Some(inner.test_nullable(env)? == Some(*wanted))),
            Expr::DistinctFrom(left, right) => {
                let ordering = left.eval(env)?.total_cmp(&*right.eval(env)?);
                truth(Some(ordering.is_ne()))
            }
            Expr::Arith(op, kind, left, right) => Cow::Owned(operators::arith(
                *op,
                *kind,
                &*left.eval(env)?,
                &*right.eval(env)?,
            )?),
            Expr::InList(needle, list) => truth(in_list(needle, list, env)?),
            Expr::Quantified {
                op,
                all,
                left,
                array,
            } => truth(quantified(*op, *all, left, array, env)?),
            Expr::Like {
                text,
                pattern,
                ignore_case,
            } => truth(like(text, pattern, *ignore_case, env)?),
            Expr::Case {
                branches,
                otherwise,
            } => case(branches, otherwise, env)?,
            Expr::Coalesce(list) => coalesce(list, env)?,
            Expr::Call(function, args) => {
                let args = args
                    .iter()
                    .map(|arg| arg.eval(env))
                    .collect::<Result<Vec<_>, _>>()?;
                Cow::Owned(functions::call(*function, &args, env.context)?)
            }
            Expr::Cast(inner, kind) => {
                Cow::Owned(types::cast(inner.eval(env)?.into_owned(), *kind)?)
            }
            Expr::MakeArray(items) => {
                let values: Result<Vec<Value>, _> = items
                    .iter()
                    .map(|item| item.eval(env).map(Cow::into_owned))
                    .collect();
                Cow::Owned(Value::Array(values?.into()))
            }
            Expr::Subquery(index) => Cow::Owned(scalar(&env.context.subqueries[*index])?),
            Expr::InSubquery(needle, index) => {
                let values = env.context.subqueries[*index].iter().map(|row| &row[0]);
                truth(any_equal(&*needle.eval(env)?, values))
            }
            Expr::Exists(index) => truth(Some(!env.context.subqueries[*index].is_empty())),
        })
    }

    /// The value, if it lies somewhere as it is wanted: most sides of most conditions.
    #[inline]
    fn stored<'a>(&'a self, env: &Env<'a>) -> Option<&'a Value> {
        match self {
            Expr::Const(value) => Some(value),
            Expr::Column { slot, column } => {
                let row: &Tuple = (*env.rows.get(*slot)?)?;
                Some(&row[*column])
            }
            Expr::Param { index, kind } => env
                .context
                .params
                .get(*index)
                .filter(|value| is_kind(value, *kind)),
            _ => None,
        }
    }

    /// The value on a row, to be kept.
    pub(super) fn value<'a>(&'a self, env: &Env<'a>) -> Result<Value, PgError> {
        match self.stored(env) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.eval(env)?.into_owned()),
        }
    }

    /// Whether a condition is true; NULL is not.
    pub(super) fn test<'a>(&'a self, env: &Env<'a>) -> Result<bool, PgError> {
        Ok(self.test_nullable(env)? == Some(true))
    }

    fn test_nullable<'a>(&'a self, env: &Env<'a>) -> Result<Option<bool>, PgError> {
        match self {
            Expr::Compare(op, left, right) => {
                if let (Some(left), Some(right)) = (left.stored(env), right.stored(env)) {
                    return Ok(op.test(left, right));
                }
                let (left, right) = (left.eval(env)?, right.eval(env)?);
                Ok(op.test(&left, &right))
            }
            Expr::And(terms) => all_of(terms, env, true),
            Expr::Or(terms) => all_of(terms, env, false),
            Expr::Not(inner) => Ok(inner.test_nullable(env)?.map(|value| !value)),
            other => match *other.eval(env)? {
                Value::Bool(value) => Ok(Some(value)),
                _ => Ok(None),
            },
        }
    }
}

/// `AND` (`stop_at` false ends it) and `OR` in one: the neutral value is `conjunction`.
fn all_of<'a>(
    terms: &'a [Expr],
    env: &Env<'a>,
    conjunction: bool,
) -> Result<Option<bool>, PgError> {
    let mut result = Some(conjunction);
    for term in terms {
        match term.test_nullable(env)? {
            Some(value) if value != conjunction => return Ok(Some(value)),
            Some(_) => {}
            None => result = None,
        }
    }
    Ok(result)
}

pub(super) fn param(params: &[Value], index: usize, kind: Type) -> Result<Cow<'_, Value>, PgError> {
    let value = params.get(index).ok_or_else(|| {
        PgError::new(
            SqlState::UNDEFINED_PARAMETER,
            format!("there is no value for parameter ${}", index + 1),
        )
    })?;
    if is_kind(value, kind) {
        Ok(Cow::Borrowed(value))
    } else {
        types::accept(value, kind, index + 1).map(Cow::Owned)
    }
}

/// Whether a parameter needs no conversion.
fn is_kind(value: &Value, kind: Type) -> bool {
    matches!(
        (value, kind),
        (Value::Null, _)
            | (Value::Text(_), Type::Text)
            | (Value::Uuid(_), Type::Uuid)
            | (Value::Int(_), Type::BigInt)
            | (Value::Timestamp(_), Type::Timestamp)
            | (Value::Json(_), Type::Json)
            | (Value::Float(_), Type::Double | Type::Numeric)
            | (Value::Bool(_), Type::Bool)
    )
}

fn like<'a>(
    text: &'a Expr,
    pattern: &'a Expr,
    ignore_case: bool,
    env: &Env<'a>,
) -> Result<Option<bool>, PgError> {
    match (&*text.eval(env)?, &*pattern.eval(env)?) {
        (Value::Text(text), Value::Text(pattern)) => {
            operators::like(text, pattern, ignore_case).map(Some)
        }
        _ => Ok(None),
    }
}

fn case<'a>(
    branches: &'a [(Expr, Expr)],
    otherwise: &'a Expr,
    env: &Env<'a>,
) -> Result<Cow<'a, Value>, PgError> {
    for (condition, result) in branches {
        if condition.test(env)? {
            return result.eval(env);
        }
    }
    otherwise.eval(env)
}

fn coalesce<'a>(list: &'a [Expr], env: &Env<'a>) -> Result<Cow<'a, Value>, PgError> {
    for item in list {
        let value = item.eval(env)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Cow::Owned(NULL))
}

fn any_equal<'v>(needle: &Value, values: impl Iterator<Item = &'v Value>) -> Option<bool> {
    let mut result = Some(false);
    for value in values {
        if needle.is_null() || value.is_null() {
            result = None;
        } else if needle.total_cmp(value).is_eq() {
            return Some(true);
        }
    }
    result
}

fn in_list<'a>(needle: &'a Expr, list: &'a [Expr], env: &Env<'a>) -> Result<Option<bool>, PgError> {
    let needle = needle.eval(env)?;
    let mut result = Some(false);
    for item in list {
        let value = item.eval(env)?;
        match any_equal(&needle, std::iter::once(&*value)) {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None => result = None,
        }
    }
    Ok(result)
}

fn quantified<'a>(
    op: CompareOp,
    all: bool,
    left: &'a Expr,
    array: &'a Expr,
    env: &Env<'a>,
) -> Result<Option<bool>, PgError> {
    let left = left.eval(env)?;
    let array = array.eval(env)?;
    let Value::Array(values) = &*array else {
        return Ok(None);
    };
    let mut result = Some(all);
    for value in values.iter() {
        if left.is_null() || value.is_null() {
            result = None;
        } else if op.holds(left.total_cmp(value)) != all {
            return Ok(Some(!all));
        }
    }
    Ok(result)
}

fn scalar(rows: &[Vec<Value>]) -> Result<Value, PgError> {
    match rows {
        [] => Ok(NULL),
        [row] => Ok(row[0].clone()),
        _ => Err(PgError::new(
            SqlState::CARDINALITY_VIOLATION,
            "more than one row returned by a subquery used as an expression",
        )),
    }
}
