//! From (row, value) pairs to a packed column.

use super::{Bitmap, Codes, Column, Ints, NO_TEXT, NumberColumn, TextColumn, Texts};

/// Keys on fewer than one row in this many are kept sparse.
const SPARSE_BELOW: usize = 4;
/// Marks an id as an index into the segment's own texts.
const OWN: u32 = 1 << 31;

/// What a text column is made from: row numbers and, per entry, the id of the value.
#[derive(Clone, Copy, Debug)]
pub struct TextInput<'a> {
    /// Rows in the segment.
    pub segment_rows: usize,
    /// The row of each entry; each row at most once, in any order.
    pub rows: &'a [u16],
    /// The value of each entry: its number in the key's dictionary, or [`TextInput::own`] of an index
    /// into `own`.
    pub ids: &'a [u32],
    /// Values that had no room in the dictionary.
    pub own: Option<&'a Texts>,
}

impl TextInput<'_> {
    /// The id of a text that the segment keeps itself.
    #[must_use]
    pub fn own(index: u32) -> u32 {
        OWN | index
    }
}

/// What a number column is made from.
#[derive(Clone, Copy, Debug)]
pub struct NumberInput<'a> {
    /// Rows in the segment.
    pub segment_rows: usize,
    /// The row of each entry; each row at most once, in any order.
    pub rows: &'a [u16],
    /// The value of each entry.
    pub values: &'a [i64],
}

/// Packs a text column; `None` when there is no entry.
///
/// `scratch` is reused between calls: it must hold zeros, is grown to `dictionary_len`, and holds
/// zeros again afterwards.
#[must_use]
pub fn build_texts(
    input: TextInput<'_>,
    dictionary_len: usize,
    scratch: &mut Vec<u16>,
) -> Option<Column> {
    if input.rows.is_empty() {
        return None;
    }
    if scratch.len() < dictionary_len {
        scratch.resize(dictionary_len + dictionary_len / 2, 0);
    }
    let mut ids = vec![NO_TEXT];
    for id in input.ids {
        if id & OWN == 0 {
            let seen = &mut scratch[*id as usize];
            if *seen == 0 {
                *seen = 1;
                ids.push(*id);
            }
        }
    }
    ids[1..].sort_unstable();
    for (code, id) in ids.iter().enumerate().skip(1) {
        scratch[*id as usize] = code as u16;
    }
    let shared = ids.len();
    let code_of = |id: u32| {
        if id & OWN == 0 {
            scratch[id as usize]
        } else {
            (shared + (id & !OWN) as usize) as u16
        }
    };
    let code_count = shared + input.own.map_or(0, Texts::len);
    let codes = input.ids.iter().map(|id| code_of(*id));
    let (codes, rows) = place_codes(input.segment_rows, input.rows, codes, code_count);
    for id in &ids[1..] {
        scratch[*id as usize] = 0;
    }
    let own = input
        .own
        .filter(|own| !own.is_empty())
        .map(|own| Box::new(own.clone()));
    Some(Column::Text(TextColumn {
        ids,
        own,
        codes,
        rows,
    }))
}

/// Puts codes in row order, dense or sparse, one byte each where that is enough.
fn place_codes(
    segment_rows: usize,
    rows: &[u16],
    codes: impl Iterator<Item = u16>,
    code_count: usize,
) -> (Codes, Option<Vec<u16>>) {
    if rows.len() * SPARSE_BELOW < segment_rows {
        let (rows, codes) = in_row_order(rows, &codes.collect::<Vec<u16>>());
        let codes = if code_count <= 256 {
            Codes::U8(codes.iter().map(|code| *code as u8).collect())
        } else {
            Codes::U16(codes)
        };
        return (codes, Some(rows));
    }
    if code_count <= 256 {
        let mut dense = vec![0u8; segment_rows];
        for (row, code) in rows.iter().zip(codes) {
            dense[usize::from(*row)] = code as u8;
        }
        (Codes::U8(dense), None)
    } else {
        let mut dense = vec![0u16; segment_rows];
        for (row, code) in rows.iter().zip(codes) {
            dense[usize::from(*row)] = code;
        }
        (Codes::U16(dense), None)
    }
}

/// Packs a number column; `None` when there is no entry.
#[must_use]
pub fn build_numbers(input: NumberInput<'_>) -> Option<Column> {
    let (min, max) = (*input.values.iter().min()?, *input.values.iter().max()?);
    let range = max.wrapping_sub(min) as u64;
    let count = input.rows.len();
    if count * SPARSE_BELOW < input.segment_rows {
        let (rows, values) = in_row_order(input.rows, input.values);
        let values = Ints::pack(&values, min, range);
        return Some(Column::Number(NumberColumn {
            base: min,
            min,
            max,
            values,
            rows: Some(rows),
            present: None,
        }));
    }
    let mut dense = vec![min; input.segment_rows];
    for (row, value) in input.rows.iter().zip(input.values) {
        dense[usize::from(*row)] = *value;
    }
    let present = (count < input.segment_rows).then(|| {
        let mut present = Bitmap::empty(input.segment_rows);
        for row in input.rows {
            present.insert(usize::from(*row));
        }
        present
    });
    let values = Ints::pack(&dense, min, range);
    Some(Column::Number(NumberColumn {
        base: min,
        min,
        max,
        values,
        rows: None,
        present,
    }))
}

fn in_row_order<T: Copy>(rows: &[u16], values: &[T]) -> (Vec<u16>, Vec<T>) {
    if rows.is_sorted() {
        return (rows.to_vec(), values.to_vec());
    }
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_unstable_by_key(|index| rows[*index as usize]);
    let pick = |index: &u32| *index as usize;
    (
        order.iter().map(|index| rows[pick(index)]).collect(),
        order.iter().map(|index| values[pick(index)]).collect(),
    )
}
