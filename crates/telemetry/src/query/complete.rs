//! What can be typed next: keys, and values of a key.

use serde::Serialize;

use super::QueryError;
use super::facets::{ValueCount, count, keep_most, text_cell};
use super::figures::Cell;
use super::select::{Scope, Selector};
use crate::column::Column;
use crate::table::{KeyId, KeyType, Signal, TimeRange, View};

/// A key that filters may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    /// Name.
    pub key: String,
    /// Type of its values; a name with values of several types is listed once for each.
    #[serde(rename = "type")]
    pub key_type: KeyType,
    /// Rows that have it.
    pub count: u64,
}

/// Values of a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyValues {
    /// The most frequent ones.
    pub values: Vec<ValueCount>,
    /// Distinct values that there are.
    pub total: u64,
    /// Whether `values` has fewer.
    pub truncated: bool,
}

/// All keys of a table, words of the language first, then those on most rows. Loads nothing.
#[must_use]
pub fn keys(view: &View<'_>) -> Vec<KeyInfo> {
    let sealed = view.table().segments().len();
    let rows = |id: KeyId| {
        let open = (sealed..view.segment_count())
            .filter_map(|segment| view.column(segment, id))
            .map(Column::count);
        view.key(id).rows + open.sum::<usize>() as u64
    };
    let mut keys: Vec<(bool, KeyInfo)> = (0..view.keys().len())
        .map(|index| KeyId(index as u16))
        .filter(|id| *id != KeyId::RESOURCE)
        .map(|id| {
            let key = view.key(id);
            (
                !id.is_intrinsic(),
                KeyInfo {
                    key: key.name.clone(),
                    key_type: key.key_type,
                    count: rows(id),
                },
            )
        })
        .filter(|(_, info)| info.count > 0)
        .collect();
    let core: &[(&str, KeyType)] = match view.signal() {
        Signal::Spans => &[
            ("duration", KeyType::I64),
            ("trace_id", KeyType::Str),
            ("span_id", KeyType::Str),
        ],
        Signal::Logs => &[
            ("body", KeyType::Str),
            ("trace_id", KeyType::Str),
            ("span_id", KeyType::Str),
        ],
    };
    for (name, key_type) in core {
        let info = KeyInfo {
            key: (*name).to_owned(),
            key_type: *key_type,
            count: view.rows() as u64,
        };
        keys.push((false, info));
    }
    keys.sort_by(|(a_attribute, a), (b_attribute, b)| {
        a_attribute
            .cmp(b_attribute)
            .then(b.count.cmp(&a.count))
            .then_with(|| a.key.cmp(&b.key))
    });
    keys.into_iter().map(|(_, info)| info).collect()
}

/// Values of a key that begin with `prefix` (whatever the case), the most frequent first.
///
/// # Errors
/// When the recording cannot be read.
pub fn values(
    view: &View<'_>,
    key: &str,
    prefix: &str,
    limit: usize,
) -> Result<KeyValues, QueryError> {
    let ids: Vec<KeyId> = view
        .keys_named(key)
        .into_iter()
        .filter(|id| *id != KeyId::RESOURCE)
        .collect();
    view.load_keys(ids.iter().copied())?;
    let all = Selector::new(view, &Scope::all(TimeRange::ALL))?.select_all();
    let mut values: Vec<(Cell, u64)> = Vec::new();
    for (id, counts) in ids.iter().zip(count(view, &all, &ids)) {
        let key = view.key(*id);
        let begins = |text: &str| {
            text.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let texts = counts.text_values(key).filter(|(text, _)| begins(text));
        values.extend(texts.map(|(text, count)| (text_cell(key.key_type, text), count)));
        let written = |cell: &Cell| match cell {
            Cell::I64(value) => value.to_string(),
            Cell::F64(value) => value.to_string(),
            _ => String::new(),
        };
        values.extend(
            counts
                .number_values(key.key_type)
                .filter(|(cell, _)| begins(&written(cell))),
        );
    }
    let total = values.len() as u64;
    keep_most(&mut values, limit, |a, b| {
        b.1.cmp(&a.1)
            .then_with(|| sort_text(&a.0).cmp(&sort_text(&b.0)))
    });
    let truncated = (values.len() as u64) < total;
    let values = values
        .into_iter()
        .map(|(value, count)| ValueCount { value, count })
        .collect();
    Ok(KeyValues {
        values,
        total,
        truncated,
    })
}

fn sort_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        // Numbers in order of size, for the usual sizes.
        Cell::I64(value) => format!("{value:020}"),
        other => format!("{other:?}"),
    }
}
