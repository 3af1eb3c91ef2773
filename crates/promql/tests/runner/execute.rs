//! Runs one eval, in all the ways that upstream runs it.

use std::time::{Duration, UNIX_EPOCH};

use promql::{Error, ErrorKind, Options, Sample, Value};
use promql_parser::parser::{self, AtModifier, Expr};

use crate::runner::script::{Eval, Pattern, When};
use crate::runner::store::Store;
use crate::runner::{Outcome, compare};

/// Functions whose value depends on the time of evaluation even when their arguments do not.
const UNSAFE_TO_PIN: [&str; 15] = [
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "end",
    "hour",
    "minute",
    "month",
    "year",
    "predict_linear",
    "range",
    "start",
    "step",
    "time",
    "timestamp",
];

enum Stop {
    Unsupported(String),
    Wrong(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Stop::Wrong(why)
    }
}

pub(crate) fn run(eval: &Eval, store: &Store) -> Outcome {
    let result = match eval.when {
        When::Instant(at_ms) => run_instants(eval, store, at_ms),
        When::Range {
            start_ms,
            end_ms,
            step_ms,
        } => run_range(eval, store, (start_ms, end_ms, step_ms)),
    };
    match result {
        Ok(()) => Outcome::Passed,
        Err(Stop::Unsupported(why)) => Outcome::Skipped(why),
        Err(Stop::Wrong(why)) => Outcome::Failed(format!("{}: {why}", eval.query)),
    }
}

/// An error that the script expects is as good as an answer.
fn judge<T>(eval: &Eval, result: Result<T, Error>) -> Result<Option<T>, Stop> {
    match (result, &eval.fails) {
        (Err(error), _) if error.kind == ErrorKind::Unsupported => {
            Err(Stop::Unsupported(error.message))
        }
        (Err(error), Some(pattern)) if pattern.matches(&error.message) => Ok(None),
        (Err(error), _) => Err(Stop::Wrong(format!("failed: {error}"))),
        (Ok(_), Some(Pattern::Exactly(expected))) => {
            Err(Stop::Wrong(format!("did not fail with {expected:?}")))
        }
        (Ok(_), Some(_)) => Err(Stop::Wrong("did not fail".to_owned())),
        (Ok(value), None) => Ok(Some(value)),
    }
}

fn run_range(eval: &Eval, store: &Store, times: (i64, i64, i64)) -> Result<(), Stop> {
    let (start_ms, end_ms, step_ms) = times;
    let options = Options::default();
    let result = promql::range(&eval.query, store, start_ms, end_ms, step_ms, &options);
    if let Some(answer) = judge(eval, result)? {
        compare::annotations(eval, &eval.query, &answer.annotations)?;
        compare::matrix(eval, &answer.series, times)?;
    }
    Ok(())
}

fn run_instants(eval: &Eval, store: &Store, at_ms: i64) -> Result<(), Stop> {
    run_instant(eval, store, &eval.query, at_ms)?;
    for (query, at_ms) in pinned(&eval.query, at_ms) {
        run_instant(eval, store, &query, at_ms).map_err(|stop| match stop {
            Stop::Wrong(why) => Stop::Wrong(format!("as {query} at {at_ms}: {why}")),
            other => other,
        })?;
    }
    Ok(())
}

fn run_instant(eval: &Eval, store: &Store, query: &str, at_ms: i64) -> Result<(), Stop> {
    let options = Options::default();
    let result = promql::instant(query, store, at_ms, &options);
    let Some(answer) = judge(eval, result)? else {
        return Ok(());
    };
    compare::annotations(eval, query, &answer.annotations)?;
    match &answer.value {
        Value::Scalar(found) => compare::scalar(eval, *found)?,
        Value::String(found) => return Ok(compare::text(eval, found)?),
        Value::Vector(found) => compare::vector(eval, found, eval.ordered)?,
        Value::Matrix(found) => {
            let times = eval.raw.ok_or("found a matrix".to_owned())?;
            return Ok(compare::matrix(eval, found, times)?);
        }
    }
    let depends_on_range = ["start()", "end()", "range()", "step()"];
    if eval.ordered || depends_on_range.iter().any(|call| query.contains(call)) {
        return Ok(());
    }
    let is_scalar = matches!(answer.value, Value::Scalar(_));
    middle_of_range(eval, store, query, at_ms, is_scalar)
}

/// The middle step of a range must give what an instant query gives.
fn middle_of_range(
    eval: &Eval,
    store: &Store,
    query: &str,
    at_ms: i64,
    is_scalar: bool,
) -> Result<(), Stop> {
    let options = Options::default();
    let (start_ms, end_ms) = (at_ms - 60_000, at_ms + 60_000);
    let answer = promql::range(query, store, start_ms, end_ms, 60_000, &options).map_err(
        |error| match error.kind {
            ErrorKind::Unsupported => Stop::Unsupported(error.message),
            _ => Stop::Wrong(format!("failed as a range: {error}")),
        },
    )?;
    let mut found = Vec::new();
    for series in answer.series {
        let sample = series.samples().find(|(time, _)| *time == at_ms);
        if let Some((_, value)) = sample {
            found.push(Sample {
                labels: series.labels,
                value,
            });
        }
    }
    let result = match (is_scalar, found.as_slice()) {
        (true, [only]) => compare::scalar(eval, only.value),
        (true, other) => Err(format!("found {} numbers", other.len())),
        (false, vector) => compare::vector(eval, vector, false),
    };
    result.map_err(|why| Stop::Wrong(format!("as a range: {why}")))
}

/// The query with every selector pinned to its time, to be run at other times.
fn pinned(query: &str, at_ms: i64) -> Vec<(String, i64)> {
    let Ok(mut expr) = parser::parse(query) else {
        return Vec::new();
    };
    let at = AtModifier::At(UNIX_EPOCH + Duration::from_millis(at_ms.unsigned_abs()));
    // The parser cannot write a string that is no UTF-8.
    if query.contains("\\x") || !pin(&mut expr, &at) {
        return Vec::new();
    }
    let query = expr.to_string();
    let times = match at_ms {
        0 => vec![-1000, 0, 1000],
        _ => vec![-10 * at_ms, 0, at_ms / 5, at_ms, 10 * at_ms],
    };
    times
        .into_iter()
        .map(|at_ms| (query.clone(), at_ms))
        .collect()
}

/// Pins all selectors; false when that changes the meaning.
fn pin(expr: &mut Expr, at: &AtModifier) -> bool {
    match expr {
        Expr::VectorSelector(selector) => {
            selector.at.get_or_insert(at.clone());
            true
        }
        Expr::MatrixSelector(range) => {
            range.vs.at.get_or_insert(at.clone());
            true
        }
        // What is inside a subquery looks from the time of the subquery.
        Expr::Subquery(subquery) => {
            subquery.at.get_or_insert(at.clone());
            true
        }
        Expr::Aggregate(aggregate) => {
            let param = aggregate.param.as_mut().is_none_or(|param| pin(param, at));
            pin(&mut aggregate.expr, at) && param
        }
        Expr::Unary(unary) => pin(&mut unary.expr, at),
        Expr::Paren(paren) => pin(&mut paren.expr, at),
        Expr::Binary(binary) => pin(&mut binary.lhs, at) && pin(&mut binary.rhs, at),
        Expr::Call(call) => {
            let mut args = call.args.args.iter_mut();
            args.all(|arg| pin(arg, at)) && !UNSAFE_TO_PIN.contains(&call.func.name)
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => true,
    }
}
