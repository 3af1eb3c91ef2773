//! Aggregations over series: `sum by (…)` and its kin.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Span};
use crate::eval::column::{ABSENT, Column, Grid, is_absent};
use crate::eval::evaluator::Evaluator;
use crate::eval::format::plain;
use crate::eval::math::{self, Mean, Sum};
use crate::labels::{Labels, METRIC_NAME};
use crate::syntax::tree::{Aggregate, Aggregator, Grouping, Node, NodeKind};

/// Series that are aggregated into one, by their position.
pub(crate) struct Group {
    pub(crate) labels: Labels,
    pub(crate) members: Vec<usize>,
}

/// Sorts columns into groups, in the order in which the groups first appear.
pub(crate) fn group(columns: &[Column], grouping: &Grouping) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut positions: HashMap<Labels, usize> = HashMap::new();
    for (at, column) in columns.iter().enumerate() {
        let labels = group_labels(&column.labels, grouping);
        let position = *positions.entry(labels).or_insert_with_key(|labels| {
            groups.push(Group {
                labels: labels.clone(),
                members: Vec::new(),
            });
            groups.len() - 1
        });
        groups[position].members.push(at);
    }
    groups
}

fn group_labels(labels: &Labels, grouping: &Grouping) -> Labels {
    let named = |name: &str| grouping.labels.iter().any(|label| label == name);
    if grouping.without {
        labels.filtered(|name| name != METRIC_NAME && !named(name))
    } else {
        labels.filtered(named)
    }
}

impl Evaluator<'_> {
    pub(crate) fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        span: Span,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        use Aggregator as A;
        if aggregate.aggregator == A::CountValues {
            return self.count_values(aggregate, span, grid);
        }
        let params = match &aggregate.param {
            Some(param) => self.scalar(param, grid)?,
            None => Vec::new(),
        };
        let columns = self.vector(&aggregate.inner, grid)?;
        match (aggregate.aggregator, &aggregate.param) {
            (A::Topk | A::Bottomk | A::Limitk | A::LimitRatio, Some(param)) => {
                self.rank(aggregate, (param, &params), columns, grid)
            }
            (A::Quantile, Some(param)) => {
                self.note_quantile_params(param.span, &params);
                fold_groups(&columns, aggregate, grid, |members| {
                    quantiles(&columns, members, &params)
                })
            }
            (aggregator, _) => fold_groups(&columns, aggregate, grid, |members| {
                fold(aggregator, &columns, members, grid)
            }),
        }
    }

    fn note_quantile_params(&mut self, span: Span, params: &[f64]) {
        if params.iter().any(|q| q.is_nan()) {
            self.notes.invalid_quantile(span, f64::NAN);
        }
        let largest = params.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest > 1.0 {
            self.notes.invalid_quantile(span, largest);
        }
        let smallest = params.iter().copied().fold(f64::INFINITY, f64::min);
        if smallest < 0.0 {
            self.notes.invalid_quantile(span, smallest);
        }
    }

    /// Counts how many series have each value; the value becomes a label.
    fn count_values(
        &mut self,
        aggregate: &Aggregate,
        span: Span,
        grid: Grid,
    ) -> Result<Vec<Column>, Error> {
        let label = value_label(aggregate.param.as_ref(), span)?;
        let columns = self.vector(&aggregate.inner, grid)?;
        let mut grouping = aggregate.grouping.clone();
        if !grouping.without {
            grouping.labels.push(label.clone());
        }
        let mut counted: Vec<Column> = Vec::new();
        let mut positions: HashMap<Labels, usize> = HashMap::new();
        for column in &columns {
            self.check_cancelled(span)?;
            for (step, value) in column.values.iter().enumerate() {
                if is_absent(*value) {
                    continue;
                }
                let mut labels = column.labels.clone();
                labels.set(&label, &plain(*value));
                let labels = group_labels(&labels, &grouping);
                let position = *positions.entry(labels).or_insert(counted.len());
                if position == counted.len() {
                    self.check_cells(counted.len() + 1, grid.len, span)?;
                    let mut labels = column.labels.clone();
                    labels.set(&label, &plain(*value));
                    counted.push(Column {
                        labels: group_labels(&labels, &grouping),
                        drop_name: false,
                        values: vec![ABSENT; grid.len],
                    });
                }
                let count = &mut counted[position].values[step];
                *count = if is_absent(*count) { 1.0 } else { *count + 1.0 };
            }
        }
        Ok(counted)
    }
}

/// The label that `count_values` is told to write.
fn value_label(param: Option<&Node>, span: Span) -> Result<String, Error> {
    match param.map(|param| (&param.kind, param.span)) {
        Some((NodeKind::Text(text), _)) if text.is_utf8 && !text.value.is_empty() => {
            Ok(text.value.clone())
        }
        Some((NodeKind::Text(text), span)) => Err(Error::new(
            ErrorKind::Evaluation,
            span,
            format!("invalid label name \"{}\"", text.raw),
            "write a label name, such as \"value\"",
        )),
        _ => Err(Error::new(
            ErrorKind::Type,
            span,
            "count_values needs the name of a label",
            "write count_values(\"value\", …)",
        )),
    }
}

/// Makes one column of each group.
fn fold_groups(
    columns: &[Column],
    aggregate: &Aggregate,
    grid: Grid,
    mut fold: impl FnMut(&[usize]) -> Vec<f64>,
) -> Result<Vec<Column>, Error> {
    let mut result = Vec::new();
    for group in group(columns, &aggregate.grouping) {
        let values = fold(&group.members);
        debug_assert_eq!(values.len(), grid.len);
        let drop_name = group.members.iter().any(|at| columns[*at].drop_name);
        let column = Column {
            labels: group.labels,
            drop_name,
            values,
        };
        if !column.is_empty() {
            result.push(column);
        }
    }
    Ok(result)
}

/// Folds the members of a group, one step beside the other.
fn fold(aggregator: Aggregator, columns: &[Column], members: &[usize], grid: Grid) -> Vec<f64> {
    use Aggregator as A;
    let fold = Fold {
        columns,
        members,
        len: grid.len,
    };
    match aggregator {
        A::Sum => fold.run(
            |first| Sum {
                value: first,
                lost: 0.0,
            },
            |sum, value| *sum = sum.add(value),
            Sum::total,
        ),
        A::Avg => fold.run(Mean::of, Mean::add, Mean::value),
        A::Min => fold.run(
            |first| first,
            |min, value| {
                if *min > value || min.is_nan() {
                    *min = value;
                }
            },
            |min| min,
        ),
        A::Max => fold.run(
            |first| first,
            |max, value| {
                if *max < value || max.is_nan() {
                    *max = value;
                }
            },
            |max| max,
        ),
        A::Count => fold.run(|_| 1.0, |count, _| *count += 1.0, |count| count),
        A::Stdvar => fold.run(Variance::of, Variance::add, Variance::value),
        A::Stddev => fold.run(Variance::of, Variance::add, |variance| {
            variance.value().sqrt()
        }),
        // The others do not come here; a group has the value 1.
        _ => fold.run(|_| 1.0, |_, _| {}, |one| one),
    }
}

struct Fold<'a> {
    columns: &'a [Column],
    members: &'a [usize],
    len: usize,
}

impl Fold<'_> {
    fn run<S: Copy>(
        &self,
        start: impl Fn(f64) -> S,
        add: impl Fn(&mut S, f64),
        finish: impl Fn(S) -> f64,
    ) -> Vec<f64> {
        let mut states: Vec<Option<S>> = vec![None; self.len];
        for member in self.members {
            for (state, value) in states.iter_mut().zip(&self.columns[*member].values) {
                if is_absent(*value) {
                    continue;
                }
                match state {
                    Some(state) => add(state, *value),
                    None => *state = Some(start(*value)),
                }
            }
        }
        let finished = states
            .into_iter()
            .map(|state| state.map_or(ABSENT, &finish));
        finished.collect()
    }
}

/// A running population variance (Welford's).
#[derive(Debug, Clone, Copy)]
struct Variance {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Variance {
    fn of(first: f64) -> Self {
        Variance {
            count: 1.0,
            mean: first,
            squares: if first.is_finite() { 0.0 } else { f64::NAN },
        }
    }

    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }

    fn value(self) -> f64 {
        self.squares / self.count
    }
}

fn quantiles(columns: &[Column], members: &[usize], params: &[f64]) -> Vec<f64> {
    let mut scratch = Vec::with_capacity(members.len());
    let at_step = |(step, q): (usize, &f64)| {
        scratch.clear();
        let values = members.iter().map(|member| columns[*member].values[step]);
        scratch.extend(values.filter(|value| !is_absent(*value)));
        if scratch.is_empty() {
            ABSENT
        } else {
            math::quantile(*q, &mut scratch)
        }
    };
    params.iter().enumerate().map(at_step).collect()
}
