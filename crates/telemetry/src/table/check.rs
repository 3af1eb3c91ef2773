//! What comes from disk is checked once, so that queries can index without fear.

use super::{Identities, Key, KeyData, LoadError, Segment};
use crate::column::{Codes, Column, TextColumn, TraceIndex};

/// Checks that a loaded part has as many segments and rows as the table.
pub(super) fn check_lengths(
    what: &str,
    rows: impl ExactSizeIterator<Item = usize>,
    segments: &[Segment],
) -> Result<(), LoadError> {
    if rows.len() != segments.len() {
        let reason = format!("{} segments instead of {}", rows.len(), segments.len());
        return Err(LoadError::damaged(what, reason));
    }
    for (index, (rows, segment)) in rows.zip(segments).enumerate() {
        if rows != segment.rows() {
            let reason = format!("{rows} rows instead of {}", segment.rows());
            return Err(LoadError::damaged(
                format!("{what} of segment {index}"),
                reason,
            ));
        }
    }
    Ok(())
}

/// Rows of a trace index, or none when a code leads nowhere.
pub(super) fn trace_rows(part: &TraceIndex) -> usize {
    let sound = part
        .codes
        .iter()
        .all(|code| usize::from(*code) < part.ids.len())
        && part.ids.is_sorted();
    if sound { part.codes.len() } else { usize::MAX }
}

/// Rows of a span segment's identities, or none when ids and parents differ in length.
pub(super) fn span_rows(part: &Identities) -> usize {
    if part.parents.len() == part.span_ids.len() {
        part.span_ids.len()
    } else {
        usize::MAX
    }
}

/// Rows of a log segment's identities.
pub(super) fn log_rows(part: &Identities) -> usize {
    part.span_ids.len()
}

/// Checks the columns of a loaded key.
pub(super) fn check_key(key: &Key, data: &KeyData, segments: &[Segment]) -> Result<(), LoadError> {
    let what = || format!("key {}", key.name);
    if data.columns.len() > segments.len() {
        return Err(LoadError::damaged(what(), "more columns than segments"));
    }
    for (column, segment) in data.columns.iter().zip(segments) {
        let Some(column) = column else { continue };
        let sound = match column {
            Column::Text(text) => {
                key.key_type.is_text()
                    && positions_fit(text.codes.len(), text.rows.as_deref(), segment.rows())
                    && codes_fit(text, data.dictionary.len())
            }
            Column::Number(number) => {
                !key.key_type.is_text()
                    && positions_fit(number.values.len(), number.rows.as_deref(), segment.rows())
                    && number
                        .present
                        .as_ref()
                        .is_none_or(|present| present.covers(segment.rows()))
            }
        };
        if !sound {
            return Err(LoadError::damaged(
                what(),
                "codes, rows and values do not fit together",
            ));
        }
    }
    Ok(())
}

fn positions_fit(entries: usize, rows: Option<&[u16]>, segment_rows: usize) -> bool {
    match rows {
        None => entries == segment_rows,
        Some(rows) => {
            entries == rows.len()
                && rows.is_sorted_by(|a, b| a < b)
                && rows
                    .last()
                    .is_none_or(|row| usize::from(*row) < segment_rows)
        }
    }
}

fn codes_fit(column: &TextColumn, dictionary_len: usize) -> bool {
    let codes = column.code_count();
    let ids = column.ids.iter().skip(1);
    !column.ids.is_empty()
        && ids.clone().is_sorted_by(|a, b| a < b)
        && ids.clone().all(|id| (*id as usize) < dictionary_len)
        && match &column.codes {
            Codes::U8(values) => values.iter().all(|code| usize::from(*code) < codes),
            Codes::U16(values) => values.iter().all(|code| usize::from(*code) < codes),
        }
}
