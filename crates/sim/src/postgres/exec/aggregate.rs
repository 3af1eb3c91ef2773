//! Groups and aggregates: count, sum, avg, min, max and their like.
//!
//! Groups come out in the order of their keys, which PostgreSQL does not promise but a simulation must.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        error::PgError,
        expr::{Context, Env},
        interval::Interval,
        plan::{Aggregate, AggregateFunction, Grouping},
        types::{self, Type},
        value::Value,
    },
    scan::Key,
};

/// The groups so far.
pub(super) struct Groups<'a> {
    grouping: &'a Grouping,
    groups: BTreeMap<Key, Vec<State<'a>>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(grouping: &'a Grouping) -> Self {
        let mut groups = BTreeMap::new();
        if grouping.keys.is_empty() {
            // Without GROUP BY there is one group, even of no rows.
            groups.insert(Key(Vec::new()), fresh(grouping));
        }
        Groups { grouping, groups }
    }

    /// Adds a row to its group.
    pub(super) fn add(&mut self, env: &Env<'_>) -> Result<(), PgError> {
        let grouping = self.grouping;
        let key = grouping
            .keys
            .iter()
            .map(|key| Ok(key.eval(env)?.into_owned()))
            .collect::<Result<Vec<_>, PgError>>()?;
        let states = self
            .groups
            .entry(Key(key))
            .or_insert_with(|| fresh(grouping));
        states.iter_mut().try_for_each(|state| state.add(env))
    }

    /// Calls back with each group's keys and aggregates that pass HAVING.
    pub(super) fn finish(
        self,
        context: &Context<'_>,
        mut visit: impl FnMut(&Env<'_>) -> Result<(), PgError>,
    ) -> Result<(), PgError> {
        for (key, states) in self.groups {
            let aggregates = states
                .into_iter()
                .map(|state| state.finish(context))
                .collect::<Result<Vec<_>, PgError>>()?;
            let env = Env {
                context,
                rows: &[],
                group: &key.0,
                aggregates: &aggregates,
            };
            let mut kept = true;
            for condition in &self.grouping.having {
                kept = kept && condition.test(&env)?;
            }
            if kept {
                visit(&env)?;
            }
        }
        Ok(())
    }
}

fn fresh(grouping: &Grouping) -> Vec<State<'_>> {
    grouping.aggregates.iter().map(State::new).collect()
}

/// One aggregate of one group.
struct State<'a> {
    aggregate: &'a Aggregate,
    seen: BTreeSet<Key>,
    count: i64,
    whole: i128,
    fraction: CompensatedSum,
    interval: Interval,
    /// The minimum, maximum or logical result.
    best: Value,
    list: Vec<Value>,
}

impl<'a> State<'a> {
    fn new(aggregate: &'a Aggregate) -> Self {
        State {
            aggregate,
            seen: BTreeSet::new(),
            count: 0,
            whole: 0,
            fraction: CompensatedSum::default(),
            interval: Interval::default(),
            best: Value::Null,
            list: Vec::new(),
        }
    }

    fn add(&mut self, env: &Env<'_>) -> Result<(), PgError> {
        use AggregateFunction as A;
        if let Some(filter) = &self.aggregate.filter
            && !filter.test(env)?
        {
            return Ok(());
        }
        let Some(argument) = &self.aggregate.argument else {
            self.count += 1;
            return Ok(());
        };
        let value = argument.eval(env)?;
        if value.is_null() && self.aggregate.function != A::ArrayAgg {
            return Ok(());
        }
        if self.aggregate.distinct && !self.seen.insert(Key(vec![value.clone().into_owned()])) {
            return Ok(());
        }
        self.count += 1;
        match self.aggregate.function {
            A::Count => {}
            A::Sum | A::Avg => self.sum(&value)?,
            A::Min => self.keep(value.into_owned(), |new, best| new.total_cmp(best).is_lt()),
            A::Max => self.keep(value.into_owned(), |new, best| new.total_cmp(best).is_gt()),
            A::BoolAnd => self.keep(value.into_owned(), |new, _| *new == Value::Bool(false)),
            A::BoolOr => self.keep(value.into_owned(), |new, _| *new == Value::Bool(true)),
            A::StringAgg | A::ArrayAgg => self.list.push(value.into_owned()),
        }
        Ok(())
    }

    fn keep(&mut self, value: Value, better: impl Fn(&Value, &Value) -> bool) {
        if self.best.is_null() || better(&value, &self.best) {
            self.best = value;
        }
    }

    fn sum(&mut self, value: &Value) -> Result<(), PgError> {
        match value {
            Value::Int(value) => self.whole += i128::from(*value),
            Value::Float(value) => self.fraction.add(*value),
            Value::Interval(value) => {
                self.interval = self
                    .interval
                    .checked_add(**value)
                    .ok_or_else(|| types::out_of_range(Type::Interval))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self, context: &Context<'_>) -> Result<Value, PgError> {
        use AggregateFunction as A;
        if self.aggregate.function == A::Count {
            return Ok(Value::Int(self.count));
        }
        if self.count == 0 {
            return Ok(Value::Null);
        }
        let total = self.whole as f64 + self.fraction.total();
        let divisor = if self.aggregate.function == A::Avg {
            self.count as f64
        } else {
            1.0
        };
        Ok(match self.aggregate.function {
            A::Sum | A::Avg => match self.aggregate.result {
                Type::BigInt => Value::Int(
                    i64::try_from(self.whole).map_err(|_| types::out_of_range(Type::BigInt))?,
                ),
                Type::Interval => self
                    .interval
                    .checked_mul(1.0 / divisor)
                    .ok_or_else(|| types::out_of_range(Type::Interval))?
                    .into(),
                _ => Value::Float(total / divisor),
            },
            A::ArrayAgg => Value::Array(self.list.into()),
            A::StringAgg => {
                let separator = match &self.aggregate.separator {
                    Some(separator) => separator.eval(&Env::constant(context))?.to_string(),
                    None => String::new(),
                };
                let texts: Vec<String> = self.list.iter().map(ToString::to_string).collect();
                Value::from(texts.join(&separator))
            }
            _ => self.best,
        })
    }
}

/// Neumaier's sum, so that a thousand times 0.1 is 100 whatever the order.
#[derive(Default)]
struct CompensatedSum {
    sum: f64,
    compensation: f64,
}

impl CompensatedSum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.compensation += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    fn total(&self) -> f64 {
        // An infinite sum makes the compensation NaN.
        if self.sum.is_finite() {
            self.sum + self.compensation
        } else {
            self.sum
        }
    }
}
