//! The numbers that figures are computed of: durations, or a key's numbers of either type.

use super::super::QueryError;
use super::domain::{for_each_listed, number_extent};
use super::percentile::Scale;
use crate::column::{Column, from_ordered, to_ordered};
use crate::table::{KeyId, KeyType, Signal, View};

/// A field of numbers.
#[derive(Debug)]
pub(super) struct ValueField {
    keys: Vec<(KeyId, KeyType)>,
    is_duration: bool,
    /// Whether numbers are in ordered floating-point form; whole ones are converted when types mix.
    pub(super) float: bool,
    pub(super) scale: Scale,
}

/// Numbers of the selected rows of a segment.
pub(super) struct Values<'a> {
    pub(super) numbers: std::borrow::Cow<'a, [i64]>,
    /// Which of the selected rows they belong to; `None` when to all.
    pub(super) indices: Option<Vec<u32>>,
}

impl ValueField {
    /// Finds and loads a field. A key without numbers has no values.
    pub(super) fn new(view: &View<'_>, name: &str) -> Result<Self, QueryError> {
        if name == "duration" && view.signal() == Signal::Spans {
            view.table().load_durations()?;
            let longest = (0..view.segment_count())
                .map(|segment| view.segment(segment).max_duration())
                .max();
            let scale = Scale::new(0, longest.unwrap_or(0), false);
            return Ok(Self {
                keys: Vec::new(),
                is_duration: true,
                float: false,
                scale,
            });
        }
        let mut keys = Vec::new();
        for key in view.keys_named(name) {
            let key_type = view.key(key).key_type;
            if !key_type.is_text() && key != KeyId::RESOURCE {
                view.load_keys([key])?;
                keys.push((key, key_type));
            }
        }
        let float = keys.iter().any(|(_, key_type)| *key_type == KeyType::F64);
        let extents = keys.iter().filter_map(|(key, key_type)| {
            let (min, max) = number_extent(view, *key)?;
            let convert = |value: i64| {
                if float && *key_type == KeyType::I64 {
                    to_ordered(value as f64)
                } else {
                    value
                }
            };
            Some((convert(min), convert(max)))
        });
        let (min, max) = extents
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .unwrap_or((0, 0));
        Ok(Self {
            keys,
            is_duration: false,
            float,
            scale: Scale::new(min, max, float),
        })
    }

    /// The numbers of the rows (ascending).
    pub(super) fn of<'s>(&self, view: &'s View<'_>, segment: usize, rows: &[u16]) -> Values<'s> {
        if self.is_duration {
            let durations = view.segment(segment).durations();
            let numbers = if rows.len() == durations.len() {
                durations.into()
            } else {
                rows.iter()
                    .map(|row| durations[usize::from(*row)])
                    .collect()
            };
            return Values {
                numbers,
                indices: None,
            };
        }
        let mut numbers = Vec::new();
        let mut indices = Vec::new();
        for (key, key_type) in &self.keys {
            let Some(Column::Number(column)) = view.column(segment, *key) else {
                continue;
            };
            let convert = self.float && *key_type == KeyType::I64;
            for_each_listed(rows, column.rows.as_deref(), |index, position| {
                if column
                    .present
                    .as_ref()
                    .is_none_or(|present| present.contains(position))
                {
                    let value = column.at(position);
                    numbers.push(if convert {
                        to_ordered(value as f64)
                    } else {
                        value
                    });
                    indices.push(index as u32);
                }
            });
        }
        let all = indices.len() == rows.len() && self.keys.len() == 1;
        Values {
            numbers: numbers.into(),
            indices: (!all).then_some(indices),
        }
    }

    /// A number as it is shown.
    pub(super) fn shown(&self, number: i64) -> f64 {
        if self.float {
            from_ordered(number)
        } else {
            number as f64
        }
    }
}
