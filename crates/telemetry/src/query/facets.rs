//! Facets: for each key, which values the selected rows have and how often.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::Serialize;

use super::figures::Cell;
use super::select::{Scope, Selected, Selector};
use super::{QueryError, parallel};
use crate::column::{Codes, Column, NumberColumn, TextColumn, from_ordered};
use crate::table::{Key, KeyId, KeyType, View};

/// Number keys with more distinct values than this are summed up by their extremes.
const LISTED_NUMBERS: usize = 2_000;

/// Values of the selected rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facets {
    /// Rows selected.
    pub matched: u64,
    /// One per key and type that some selected row has; those on most rows first.
    pub facets: Vec<Facet>,
}

/// Values of one key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// Name of the key.
    pub key: String,
    /// Type of the values.
    #[serde(rename = "type")]
    pub key_type: KeyType,
    /// The most frequent values.
    pub values: Vec<ValueCount>,
    /// Number of distinct values; `None` when there are too many numbers to list.
    pub distinct: Option<u64>,
    /// Selected rows without the key.
    pub missing: u64,
    /// Smallest and greatest number.
    pub extent: Option<(f64, f64)>,
}

/// A value and how many rows have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueCount {
    /// The value.
    pub value: Cell,
    /// Rows.
    pub count: u64,
}

/// Facets of the named keys, or of all when none is named; at most `limit` values each.
///
/// # Errors
/// When the recording cannot be read.
pub fn facets(
    view: &View<'_>,
    scope: &Scope,
    keys: &[String],
    limit: usize,
) -> Result<Facets, QueryError> {
    let selected = Selector::new(view, scope)?.select_all();
    let matched = selected.iter().map(|part| part.rows.count() as u64).sum();
    let ids: Vec<KeyId> = (0..view.keys().len())
        .map(|index| KeyId(index as u16))
        .filter(|id| {
            *id != KeyId::RESOURCE && (keys.is_empty() || keys.contains(&view.key(*id).name))
        })
        .collect();
    view.load_keys(ids.iter().copied())?;
    let counts = count(view, &selected, &ids);
    let mut facets: Vec<Facet> = ids
        .iter()
        .zip(counts)
        .filter(|(_, counts)| counts.rows > 0)
        .map(|(id, counts)| counts.into_facet(view.key(*id), matched, limit))
        .collect();
    facets.sort_by(|a, b| a.missing.cmp(&b.missing).then_with(|| a.key.cmp(&b.key)));
    Ok(Facets { matched, facets })
}

/// Counts of one key's values.
#[derive(Default)]
pub(super) struct ValueCounts {
    pub(super) rows: u64,
    /// By number in the dictionary.
    pub(super) texts: Vec<u32>,
    /// Texts that segments keep themselves.
    pub(super) own: HashMap<String, u64, FixedState>,
    /// Numbers; `None` once there are too many.
    numbers: Option<HashMap<i64, u64, FixedState>>,
    extent: Option<(i64, i64)>,
}

/// Counts the values of keys among the selected rows.
pub(super) fn count(view: &View<'_>, selected: &[Selected], keys: &[KeyId]) -> Vec<ValueCounts> {
    let new = || -> Vec<ValueCounts> {
        let empty = |_| ValueCounts {
            numbers: Some(HashMap::default()),
            ..ValueCounts::default()
        };
        keys.iter().map(empty).collect()
    };
    let workers = parallel::for_each(selected.len(), new, |counts, index| {
        let part = &selected[index];
        let rows = part.rows.rows();
        for (key, counts) in keys.iter().zip(counts) {
            match view.column(part.segment, *key) {
                Some(Column::Text(column)) => counts.add_texts(view, *key, column, part, &rows),
                Some(Column::Number(column)) => counts.add_numbers(column, part, &rows),
                None => {}
            }
        }
    });
    let mut workers = workers.into_iter();
    let mut total = workers.next().unwrap_or_else(new);
    for other in workers {
        for (total, other) in total.iter_mut().zip(other) {
            total.merge(other);
        }
    }
    total
}

impl ValueCounts {
    fn add_texts(
        &mut self,
        view: &View<'_>,
        key: KeyId,
        column: &TextColumn,
        part: &Selected,
        rows: &[u16],
    ) {
        let mut local = vec![0u32; column.code_count().max(256)];
        match (&column.codes, &column.rows) {
            (Codes::U8(codes), None) => rows
                .iter()
                .for_each(|row| local[usize::from(codes[usize::from(*row)])] += 1),
            (Codes::U16(codes), None) => rows
                .iter()
                .for_each(|row| local[usize::from(codes[usize::from(*row)])] += 1),
            (codes, Some(listed)) => {
                for (position, row) in listed.iter().enumerate() {
                    if part.rows.contains(usize::from(*row)) {
                        local[usize::from(codes.get(position))] += 1;
                    }
                }
            }
        }
        self.texts.resize(view.dictionary(key).len(), 0);
        for (code, count) in local
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, count)| **count > 0)
        {
            self.rows += u64::from(*count);
            match column.ids.get(code) {
                Some(id) => self.texts[*id as usize] += count,
                None => {
                    let text = column
                        .text(code as u16, view.dictionary(key))
                        .unwrap_or_default();
                    *self.own.entry_ref(text).or_default() += u64::from(*count);
                }
            }
        }
    }

    fn add_numbers(&mut self, column: &NumberColumn, part: &Selected, rows: &[u16]) {
        let mut seen: Option<(i64, i64)> = None;
        let numbers = &mut self.numbers;
        let mut count = |value: i64| {
            seen = Some(seen.map_or((value, value), |(min, max)| {
                (min.min(value), max.max(value))
            }));
            if let Some(known) = numbers {
                *known.entry(value).or_default() += 1;
                if known.len() > LISTED_NUMBERS {
                    *numbers = None;
                }
            }
        };
        let mut found = 0u64;
        match &column.rows {
            Some(listed) => {
                for (position, row) in listed.iter().enumerate() {
                    if part.rows.contains(usize::from(*row)) {
                        count(column.at(position));
                        found += 1;
                    }
                }
            }
            None => {
                for row in rows.iter().map(|row| usize::from(*row)) {
                    if column
                        .present
                        .as_ref()
                        .is_none_or(|present| present.contains(row))
                    {
                        count(column.at(row));
                        found += 1;
                    }
                }
            }
        }
        self.rows += found;
        self.widen(seen);
    }

    fn widen(&mut self, other: Option<(i64, i64)>) {
        self.extent = match (self.extent, other) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.texts
            .resize(self.texts.len().max(other.texts.len()), 0);
        for (total, count) in self.texts.iter_mut().zip(&other.texts) {
            *total += count;
        }
        for (text, count) in other.own {
            *self.own.entry(text).or_default() += count;
        }
        self.numbers = match (self.numbers.take(), other.numbers) {
            (Some(mut mine), Some(theirs)) => {
                for (value, count) in theirs {
                    *mine.entry(value).or_default() += count;
                }
                (mine.len() <= LISTED_NUMBERS).then_some(mine)
            }
            _ => None,
        };
        self.widen(other.extent);
    }

    /// Text values with their counts, in no order.
    pub(super) fn text_values<'s>(&'s self, key: &'s Key) -> impl Iterator<Item = (&'s str, u64)> {
        let shared = self
            .texts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        let shared = shared.map(|(id, count)| (key.dictionary().get(id as u32), u64::from(*count)));
        shared.chain(self.own.iter().map(|(text, count)| (text.as_str(), *count)))
    }

    /// Number values with their counts, in no order; nothing when there are too many.
    pub(super) fn number_values(&self, key_type: KeyType) -> impl Iterator<Item = (Cell, u64)> {
        self.numbers
            .iter()
            .flatten()
            .map(move |(value, count)| (number_cell(key_type, *value), *count))
    }

    fn into_facet(self, key: &Key, matched: u64, limit: usize) -> Facet {
        let (values, distinct) = if key.key_type.is_text() {
            let mut values: Vec<(&str, u64)> = self.text_values(key).collect();
            let distinct = values.len() as u64;
            keep_most(&mut values, limit, |a, b| {
                b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0))
            });
            (
                values
                    .into_iter()
                    .map(|(text, count)| (text_cell(key.key_type, text), count))
                    .collect(),
                Some(distinct),
            )
        } else {
            let mut values: Vec<(i64, u64)> = self
                .numbers
                .iter()
                .flatten()
                .map(|(v, c)| (*v, *c))
                .collect();
            let distinct = self.numbers.as_ref().map(|numbers| numbers.len() as u64);
            keep_most(&mut values, limit, |a, b| {
                b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
            });
            (
                values
                    .into_iter()
                    .map(|(value, count)| (number_cell(key.key_type, value), count))
                    .collect(),
                distinct,
            )
        };
        let values: Vec<(Cell, u64)> = values;
        let shown = |value: i64| match key.key_type {
            KeyType::F64 => from_ordered(value),
            _ => value as f64,
        };
        Facet {
            key: key.name.clone(),
            key_type: key.key_type,
            values: values
                .into_iter()
                .map(|(value, count)| ValueCount { value, count })
                .collect(),
            distinct,
            missing: matched - self.rows,
            extent: self.extent.map(|(min, max)| (shown(min), shown(max))),
        }
    }
}

/// Keeps the first `limit` of an order, sorted.
pub(super) fn keep_most<T>(
    values: &mut Vec<T>,
    limit: usize,
    order: impl Fn(&T, &T) -> std::cmp::Ordering,
) {
    if limit < values.len() {
        if limit > 0 {
            values.select_nth_unstable_by(limit - 1, &order);
        }
        values.truncate(limit);
    }
    values.sort_unstable_by(order);
}

pub(super) fn text_cell(key_type: KeyType, text: &str) -> Cell {
    if key_type == KeyType::Bool {
        Cell::Bool(text == "true")
    } else {
        Cell::Text(text.to_owned())
    }
}

fn number_cell(key_type: KeyType, value: i64) -> Cell {
    if key_type == KeyType::F64 {
        Cell::F64(from_ordered(value))
    } else {
        Cell::I64(value)
    }
}
