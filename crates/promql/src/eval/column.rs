//! Vectors over time, as columns: one value for each step of a grid.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Span};
use crate::labels::Labels;
use crate::source::{STALE, is_stale};

/// Stands for "no sample at this step". The staleness marker never reaches an expression, so its
/// bit pattern is free; every other NaN is a value.
pub(crate) const ABSENT: f64 = STALE;

pub(crate) fn is_absent(value: f64) -> bool {
    is_stale(value)
}

/// PromQL counts time in seconds.
pub(crate) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// The times at which an expression is evaluated: `len` steps from `start_ms` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) start_ms: i64,
    pub(crate) step_ms: i64,
    pub(crate) len: usize,
}

impl Grid {
    pub(crate) fn instant(at_ms: i64) -> Self {
        Grid {
            start_ms: at_ms,
            step_ms: 1,
            len: 1,
        }
    }

    pub(crate) fn time(self, step: usize) -> i64 {
        // A grid holds fewer steps than an i64 can count.
        self.start_ms + self.step_ms * i64::try_from(step).unwrap_or(i64::MAX)
    }

    pub(crate) fn end_ms(self) -> i64 {
        self.time(self.len.saturating_sub(1))
    }

    pub(crate) fn times(self) -> impl Iterator<Item = i64> {
        (0..self.len).map(move |step| self.time(step))
    }

    /// Whether the order of a vector has a meaning, because there is only one.
    pub(crate) fn is_instant(self) -> bool {
        self.len == 1
    }
}

/// One series of an instant vector, at every step.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) labels: Labels,
    /// The metric name no longer fits the values, but goes only at the very end, so that
    /// functions on labels can still read it.
    pub(crate) drop_name: bool,
    /// [`ABSENT`] where the series has no sample.
    pub(crate) values: Vec<f64>,
}

impl Column {
    pub(crate) fn is_empty(&self) -> bool {
        self.values.iter().all(|value| is_absent(*value))
    }

    /// Applies `f` to every sample.
    pub(crate) fn map(&mut self, f: impl Fn(f64) -> f64) {
        for value in &mut self.values {
            if !is_absent(*value) {
                *value = f(*value);
            }
        }
    }
}

/// Whether a label says what the values mean, so that it goes when the meaning changes.
pub(crate) fn is_metadata(name: &str) -> bool {
    matches!(name, "__name__" | "__type__" | "__unit__")
}

pub(crate) fn without_metadata(labels: &Labels) -> Labels {
    labels.filtered(|name| !is_metadata(name))
}

/// Removes the names that were to be dropped, at the end of a query.
pub(crate) fn finish(mut columns: Vec<Column>, span: Span) -> Result<Vec<Column>, Error> {
    for column in &mut columns {
        if column.drop_name {
            column.labels = without_metadata(&column.labels);
            column.drop_name = false;
        }
    }
    merge_same_labels(columns, span)
}

/// Joins columns with the same labels, as long as no step has a sample in both. Columns of which
/// only one will lose its name stay apart, because their labels will differ in the end.
pub(crate) fn merge_same_labels(columns: Vec<Column>, span: Span) -> Result<Vec<Column>, Error> {
    let mut merged: Vec<Column> = Vec::with_capacity(columns.len());
    let mut positions: HashMap<(Labels, bool), usize> = HashMap::with_capacity(columns.len());
    for column in columns {
        let identity = (column.labels.clone(), column.drop_name);
        let Some(&position) = positions.get(&identity) else {
            positions.insert(identity, merged.len());
            merged.push(column);
            continue;
        };
        let earlier = &mut merged[position].values;
        for (kept, value) in earlier.iter_mut().zip(&column.values) {
            if is_absent(*kept) {
                *kept = *value;
            } else if !is_absent(*value) {
                return Err(Error::new(
                    ErrorKind::Evaluation,
                    span,
                    "vector cannot contain metrics with the same labelset",
                    "aggregate them with sum by (…), or tell them apart with label_replace(…)",
                ));
            }
        }
    }
    Ok(merged)
}
