//! A compiled filter: what has to be looked up in dictionaries is looked up, what remains are tests of
//! codes and numbers.

use std::sync::Arc;

use super::body::keep_bodies;
use super::text_match::TextMatch;
use crate::column::{Bitmap, Codes, Column, Ints, NumberColumn, Parent, TextColumn, from_ordered};
use crate::table::{KeyId, KeyType, Segment, View};

/// A test of the rows of a segment.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    All,
    Nothing,
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// The key's text is one of these.
    Text {
        key: KeyId,
        ids: IdSet,
        matcher: Arc<TextMatch>,
    },
    /// The key's number lies between the two, both included.
    Number {
        key: KeyId,
        min: i64,
        max: i64,
    },
    /// The key's number, written out, passes.
    NumberText {
        key: KeyId,
        matcher: Arc<TextMatch>,
    },
    Has(KeyId),
    /// The duration lies between the two, both included.
    Duration {
        min: i64,
        max: i64,
    },
    /// `None`: there is any trace id.
    Trace(Option<u128>),
    Span(Option<u64>),
    Root,
    Body(Arc<TextMatch>),
}

/// Values of a dictionary.
#[derive(Clone, Debug)]
pub(super) enum IdSet {
    None,
    One(u32),
    Many(Bitmap),
}

impl IdSet {
    fn contains(&self, id: u32) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => *one == id,
            Self::Many(set) => set.contains(id as usize),
        }
    }
}

impl Predicate {
    /// How dear the test is; cheap ones go first, so that dear ones see fewer rows.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::All | Self::Nothing => 0,
            Self::Text {
                ids: IdSet::One(_), ..
            }
            | Self::Trace(Some(_)) => 1,
            Self::Has(_) | Self::Text { .. } | Self::Number { .. } | Self::Duration { .. } => 2,
            Self::Trace(None) | Self::Span(_) | Self::Root => 3,
            Self::NumberText { .. } => 5,
            Self::Body(_) => 20,
            Self::Not(inner) => inner.cost() + 1,
            Self::And(all) | Self::Or(all) => all.iter().map(Self::cost).sum::<u32>() + 1,
        }
    }

    /// Keeps of `rows` those that pass; whether any is left.
    pub(super) fn keep(&self, view: &View<'_>, segment: usize, rows: &mut Bitmap) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => none(rows),
            Self::And(all) => all.iter().all(|inner| inner.keep(view, segment, rows)) || none(rows),
            Self::Or(any) => {
                let mut kept: Option<Bitmap> = None;
                for inner in any {
                    let mut branch = rows.clone();
                    if inner.keep(view, segment, &mut branch) {
                        match &mut kept {
                            Some(kept) => kept.unite(&branch),
                            None => kept = Some(branch),
                        }
                    }
                }
                match kept {
                    Some(kept) => {
                        *rows = kept;
                        true
                    }
                    None => none(rows),
                }
            }
            Self::Not(inner) => {
                let mut matching = rows.clone();
                if inner.keep(view, segment, &mut matching) {
                    rows.subtract(&matching);
                }
                !rows.is_empty()
            }
            Self::Text { key, ids, matcher } => match view.column(segment, *key) {
                Some(Column::Text(column)) => keep_texts(rows, column, ids, matcher),
                _ => none(rows),
            },
            Self::Number { key, min, max } => match view.column(segment, *key) {
                Some(Column::Number(column)) => keep_range(rows, column, *min, *max),
                _ => none(rows),
            },
            Self::NumberText { key, matcher } => match view.column(segment, *key) {
                Some(Column::Number(column)) => {
                    keep_written(rows, column, view.key(*key).key_type, matcher)
                }
                _ => none(rows),
            },
            Self::Has(key) => match view.column(segment, *key) {
                Some(column) => keep_present(rows, column),
                None => none(rows),
            },
            other => other.keep_core(view.segment(segment), rows),
        }
    }

    /// Tests of what is not a key.
    fn keep_core(&self, segment: &Segment, rows: &mut Bitmap) -> bool {
        match self {
            Self::Duration { min, max } => {
                if *min > segment.max_duration() || segment.durations().is_empty() {
                    return none(rows);
                }
                rows.retain(segment.durations(), |duration| {
                    *min <= duration && duration <= *max
                });
            }
            Self::Trace(wanted) => {
                let traces = segment.traces();
                match (wanted, traces.ids.binary_search(&wanted.unwrap_or(0))) {
                    (Some(_), Ok(code)) => {
                        rows.retain(&traces.codes, |other| usize::from(other) == code);
                    }
                    (Some(_), Err(_)) => return none(rows),
                    (None, Ok(code)) => {
                        rows.retain(&traces.codes, |other| usize::from(other) != code);
                    }
                    (None, Err(_)) => {}
                }
            }
            Self::Span(Some(wanted)) => {
                rows.retain(&segment.identities().span_ids, |id| id == *wanted);
            }
            Self::Span(None) => rows.retain(&segment.identities().span_ids, |id| id != 0),
            Self::Root => {
                let parents = &segment.identities().parents;
                if parents.is_empty() {
                    return none(rows);
                }
                let mut roots = rows.clone();
                rows.for_each(|row| {
                    if parents.get(row) == Parent::Root {
                        roots.insert(row);
                    } else {
                        roots.remove(row);
                    }
                });
                *rows = roots;
            }
            Self::Body(matcher) => keep_bodies(rows, segment.bodies(), matcher),
            _ => {}
        }
        !rows.is_empty()
    }
}

fn none(rows: &mut Bitmap) -> bool {
    rows.clear();
    false
}

fn keep_texts(rows: &mut Bitmap, column: &TextColumn, ids: &IdSet, matcher: &TextMatch) -> bool {
    if let (IdSet::One(id), None) = (ids, &column.own) {
        let Ok(code) = column.ids[1..].binary_search(id) else {
            return none(rows);
        };
        let code = code as u16 + 1;
        match (&column.codes, &column.rows) {
            (Codes::U8(codes), None) => rows.retain(codes, |other| u16::from(other) == code),
            (Codes::U16(codes), None) => rows.retain(codes, |other| other == code),
            (codes, Some(listed)) => {
                rows.retain_listed(listed, |position| codes.get(position) == code);
            }
        }
        return !rows.is_empty();
    }
    let mut passes = vec![false; column.code_count().max(256)];
    for (code, id) in column.ids.iter().enumerate().skip(1) {
        passes[code] = ids.contains(*id);
    }
    for (index, text) in column.own.iter().flat_map(|own| own.iter()).enumerate() {
        passes[column.ids.len() + index] = matcher.matches(text);
    }
    if !passes.contains(&true) {
        return none(rows);
    }
    match (&column.codes, &column.rows) {
        (Codes::U8(codes), None) => rows.retain(codes, |code| passes[usize::from(code)]),
        (Codes::U16(codes), None) => rows.retain(codes, |code| passes[usize::from(code)]),
        (codes, Some(listed)) => {
            rows.retain_listed(listed, |position| passes[usize::from(codes.get(position))]);
        }
    }
    !rows.is_empty()
}

fn keep_range(rows: &mut Bitmap, column: &NumberColumn, min: i64, max: i64) -> bool {
    if min > column.max || max < column.min || min > max {
        return none(rows);
    }
    if let Some(present) = &column.present {
        rows.intersect(present);
    }
    let low = min.max(column.min).wrapping_sub(column.base);
    let width = max
        .min(column.max)
        .wrapping_sub(column.base)
        .wrapping_sub(low) as u64;
    let passes = |distance: i64| distance.wrapping_sub(low) as u64 <= width;
    match (&column.values, &column.rows) {
        (values, Some(listed)) => {
            rows.retain_listed(listed, |position| passes(values.get(position)));
        }
        (Ints::U8(values), None) => rows.retain(values, |value| passes(i64::from(value))),
        (Ints::U16(values), None) => rows.retain(values, |value| passes(i64::from(value))),
        (Ints::U32(values), None) => rows.retain(values, |value| passes(i64::from(value))),
        (Ints::I64(values), None) => rows.retain(values, passes),
    }
    !rows.is_empty()
}

/// Tests numbers by how they are written (`5*`). Each distinct value is written once.
fn keep_written(
    rows: &mut Bitmap,
    column: &NumberColumn,
    key_type: KeyType,
    matcher: &TextMatch,
) -> bool {
    let mut known: hashbrown::HashMap<i64, bool, foldhash::fast::FixedState> =
        hashbrown::HashMap::default();
    let mut kept = rows.clone();
    kept.clear();
    for (row, value) in column.iter() {
        if !rows.contains(usize::from(row)) {
            continue;
        }
        let passes = *known.entry(value).or_insert_with(|| {
            let written = match key_type {
                KeyType::F64 => from_ordered(value).to_string(),
                _ => value.to_string(),
            };
            matcher.matches(&written)
        });
        if passes {
            kept.insert(usize::from(row));
        }
    }
    *rows = kept;
    !rows.is_empty()
}

fn keep_present(rows: &mut Bitmap, column: &Column) -> bool {
    match column {
        Column::Text(TextColumn {
            rows: Some(listed), ..
        })
        | Column::Number(NumberColumn {
            rows: Some(listed), ..
        }) => {
            rows.retain_listed(listed, |_| true);
        }
        Column::Text(TextColumn {
            codes: Codes::U8(codes),
            ..
        }) => rows.retain(codes, |code| code != 0),
        Column::Text(TextColumn {
            codes: Codes::U16(codes),
            ..
        }) => rows.retain(codes, |code| code != 0),
        Column::Number(NumberColumn {
            present: Some(present),
            ..
        }) => rows.intersect(present),
        Column::Number(_) => {}
    }
    !rows.is_empty()
}
