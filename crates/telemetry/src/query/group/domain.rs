//! What rows are grouped by, and how each value gets a number for the whole query.

use std::sync::{Mutex, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::super::QueryError;
use super::super::compile::has_own_texts;
use super::percentile::{DURATION_BUCKETS, duration_bucket};
use crate::column::{Codes, Column, Dictionary, Ints, NumberColumn, TextColumn, from_ordered};
use crate::table::{KeyId, KeyType, TimeRange, View};

/// What rows are grouped by.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// Values of a key.
    Key(String),
    /// Steps of time from an origin.
    Time { origin: i64, step: i64 },
    /// Duration, in buckets of a quarter octave.
    Duration,
}

/// One value that rows were grouped by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GroupValue {
    Absent,
    Text(String),
    Bool(bool),
    I64(i64),
    F64(f64),
    /// Number of a step of time, or of a bucket of duration.
    Index(i64),
}

/// Widest range of whole numbers that is numbered without a table of the values seen.
const DIRECT_RANGE: u64 = 1 << 16;

/// The numbering of one field's values, the same for all segments. Code 0 means absent (keys only).
#[derive(Debug)]
pub(super) enum Domain {
    Time {
        origin: i64,
        step: i64,
        first: i64,
        count: u32,
    },
    Duration,
    Key(KeyDomain),
}

/// One key, of whatever types it has.
#[derive(Debug)]
pub(super) struct KeyDomain {
    sources: Vec<Source>,
    /// Number of codes that are known beforehand.
    known: u32,
    /// Whether values may come that have no code beforehand.
    open: bool,
    /// Codes given on the way, from `known` on.
    extra: Mutex<Extra>,
}

#[derive(Debug)]
struct Source {
    key: KeyId,
    key_type: KeyType,
    /// First code of this source; 0 when codes are given on the way.
    first: u32,
    /// Smallest number, when numbers are coded directly.
    min: i64,
}

#[derive(Debug, Default)]
struct Extra {
    codes: HashMap<(KeyId, ExtraValue), u32, FixedState>,
    values: Vec<(KeyId, ExtraValue)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum ExtraValue {
    Number(i64),
    Text(String),
}

/// Codes of the selected rows of a segment: `local` per row, and what each local code is globally.
#[derive(Debug, Default)]
pub(super) struct FieldCodes {
    pub(super) local: Vec<u32>,
    pub(super) global: Vec<u32>,
}

impl Domain {
    pub(super) fn new(view: &View<'_>, by: &By, range: TimeRange) -> Result<Self, QueryError> {
        match by {
            By::Duration => {
                view.table().load_durations()?;
                Ok(Self::Duration)
            }
            By::Time { origin, step } => {
                let extent = view
                    .extent()
                    .unwrap_or(TimeRange::new(0, 1))
                    .intersect(range);
                let first = extent.start.saturating_sub(*origin).div_euclid(*step);
                let last = extent
                    .end
                    .saturating_sub(1)
                    .saturating_sub(*origin)
                    .div_euclid(*step);
                let count = (last - first + 1).max(1);
                if count > 200_000 {
                    return Err(QueryError::unanswerable(
                        format!("{count} steps of time are too many"),
                        "choose a longer step or a shorter range",
                    ));
                }
                Ok(Self::Time {
                    origin: *origin,
                    step: *step,
                    first,
                    count: count as u32,
                })
            }
            By::Key(name) => Ok(Self::Key(KeyDomain::new(view, name)?)),
        }
    }

    /// Number of codes, when it is known beforehand.
    pub(super) fn known_count(&self) -> Option<u32> {
        match self {
            Self::Time { count, .. } => Some(*count),
            Self::Duration => Some(DURATION_BUCKETS as u32),
            Self::Key(key) => (!key.open).then_some(key.known),
        }
    }

    /// A guess at the number of codes.
    pub(super) fn expected_count(&self) -> usize {
        self.known_count().map_or(1_000, |count| count as usize)
    }

    /// Codes of the rows (ascending) of a segment.
    pub(super) fn codes(&self, view: &View<'_>, segment: usize, rows: &[u16]) -> FieldCodes {
        match self {
            Self::Time {
                origin,
                step,
                first,
                ..
            } => time_codes(view.segment(segment).times(), rows, *origin, *step, *first),
            Self::Duration => {
                let durations = view.segment(segment).durations();
                let local = rows
                    .iter()
                    .map(|row| duration_bucket(durations[usize::from(*row)]) as u32)
                    .collect();
                FieldCodes {
                    local,
                    global: (0..DURATION_BUCKETS as u32).collect(),
                }
            }
            Self::Key(key) => key.codes(view, segment, rows),
        }
    }

    /// Puts the codes that were given on the way in order of their values and returns where each went
    /// (from `known + old` to `known + new`), so that answers do not depend on which worker came first.
    pub(super) fn settle(&mut self) -> Option<(u32, Vec<u32>)> {
        let Self::Key(key) = self else { return None };
        let extra = key.extra.get_mut().unwrap_or_else(PoisonError::into_inner);
        if extra.values.is_empty() {
            return None;
        }
        let mut order: Vec<u32> = (0..extra.values.len() as u32).collect();
        order.sort_unstable_by(|a, b| extra.values[*a as usize].cmp(&extra.values[*b as usize]));
        let mut moved = vec![0u32; order.len()];
        for (new, old) in order.iter().enumerate() {
            moved[*old as usize] = new as u32;
        }
        extra.values = order
            .iter()
            .map(|old| extra.values[*old as usize].clone())
            .collect();
        extra.codes.clear();
        Some((key.known, moved))
    }

    /// What a code stands for.
    pub(super) fn decode(&self, view: &View<'_>, code: u32) -> GroupValue {
        match self {
            Self::Time { first, .. } => GroupValue::Index(first + i64::from(code)),
            Self::Duration => GroupValue::Index(i64::from(code)),
            Self::Key(key) => key.decode(view, code),
        }
    }
}

/// Rows are sorted by time, so the boundaries are walked and nothing is divided.
fn time_codes(times: &[i64], rows: &[u16], origin: i64, step: i64, first: i64) -> FieldCodes {
    let Some(start) = rows.first().map(|row| times[usize::from(*row)]) else {
        return FieldCodes::default();
    };
    let mut bucket = start.saturating_sub(origin).div_euclid(step);
    let base = (bucket - first) as u32;
    let mut next = origin.saturating_add((bucket + 1).saturating_mul(step));
    let mut code = 0u32;
    let mut global = vec![base];
    let local = rows
        .iter()
        .map(|row| {
            let time = times[usize::from(*row)];
            if time >= next {
                // Long gaps are jumped over, so that a sparse segment makes no empty steps.
                bucket = time.saturating_sub(origin).div_euclid(step);
                next = origin.saturating_add((bucket + 1).saturating_mul(step));
                code += 1;
                global.push((bucket - first) as u32);
            }
            code
        })
        .collect();
    FieldCodes { local, global }
}

impl KeyDomain {
    fn new(view: &View<'_>, name: &str) -> Result<Self, QueryError> {
        let mut sources = Vec::new();
        let mut known = 1u32;
        let mut open = false;
        for key in view
            .keys_named(name)
            .into_iter()
            .filter(|key| *key != KeyId::RESOURCE)
        {
            view.load_keys([key])?;
            let key_type = view.key(key).key_type;
            if key_type.is_text() {
                sources.push(Source {
                    key,
                    key_type,
                    first: known,
                    min: 0,
                });
                known = known.saturating_add(view.dictionary(key).len() as u32);
                open |= has_own_texts(view, key);
                continue;
            }
            let Some((min, max)) = number_extent(view, key) else {
                continue;
            };
            let width = max.wrapping_sub(min) as u64;
            if key_type == KeyType::I64 && width < DIRECT_RANGE {
                sources.push(Source {
                    key,
                    key_type,
                    first: known,
                    min,
                });
                known = known.saturating_add(width as u32 + 1);
            } else {
                sources.push(Source {
                    key,
                    key_type,
                    first: 0,
                    min: 0,
                });
                open = true;
            }
        }
        Ok(Self {
            sources,
            known,
            open,
            extra: Mutex::default(),
        })
    }

    fn codes(&self, view: &View<'_>, segment: usize, rows: &[u16]) -> FieldCodes {
        let mut codes = FieldCodes {
            local: Vec::new(),
            global: vec![0],
        };
        for source in &self.sources {
            match view.column(segment, source.key) {
                Some(Column::Text(column)) => {
                    self.text_codes(
                        source,
                        column,
                        view.dictionary(source.key),
                        rows,
                        &mut codes,
                    );
                }
                Some(Column::Number(column)) => self.number_codes(source, column, rows, &mut codes),
                None => {}
            }
        }
        codes.local.resize(rows.len(), 0);
        codes
    }

    fn text_codes(
        &self,
        source: &Source,
        column: &TextColumn,
        dictionary: &Dictionary,
        rows: &[u16],
        codes: &mut FieldCodes,
    ) {
        let offset = codes.global.len() as u32 - 1;
        codes
            .global
            .extend(column.ids[1..].iter().map(|id| source.first + id));
        if let Some(own) = &column.own {
            for text in own.iter() {
                // A resource may have brought the text into the dictionary after this segment kept it.
                match dictionary.find(text) {
                    Some(id) => codes.global.push(source.first + id),
                    None => {
                        let value = ExtraValue::Text(text.to_owned());
                        self.intern(source.key, std::iter::once(value), &mut codes.global);
                    }
                }
            }
        }
        let place = |code: u16| {
            if code == 0 {
                0
            } else {
                u32::from(code) + offset
            }
        };
        match (&column.codes, &column.rows) {
            // The usual case: one type, and all rows or a dense column.
            (Codes::U8(values), None) if codes.local.is_empty() => {
                codes.local = rows
                    .iter()
                    .map(|row| place(u16::from(values[usize::from(*row)])))
                    .collect();
            }
            (Codes::U16(values), None) if codes.local.is_empty() => {
                codes.local = rows
                    .iter()
                    .map(|row| place(values[usize::from(*row)]))
                    .collect();
            }
            (values, listed) => {
                codes.local.resize(rows.len(), 0);
                for_each_listed(rows, listed.as_deref(), |index, position| {
                    let code = place(values.get(position));
                    if code != 0 {
                        codes.local[index] = code;
                    }
                });
            }
        }
    }

    fn number_codes(
        &self,
        source: &Source,
        column: &NumberColumn,
        rows: &[u16],
        codes: &mut FieldCodes,
    ) {
        codes.local.resize(rows.len(), 0);
        let present = |position: usize| {
            column
                .present
                .as_ref()
                .is_none_or(|present| present.contains(position))
        };
        let offset = codes.global.len() as u32;
        if source.first > 0 || matches!(column.values, Ints::U8(_)) {
            // A narrow range is its own dictionary.
            let values = (column.min..=column.max).map(ExtraValue::Number);
            if source.first > 0 {
                codes.global.extend(
                    (column.min..=column.max)
                        .map(|value| source.first + (value - source.min) as u32),
                );
            } else {
                self.intern(source.key, values, &mut codes.global);
            }
            for_each_listed(rows, column.rows.as_deref(), |index, position| {
                if present(position) {
                    codes.local[index] = offset + (column.at(position) - column.min) as u32;
                }
            });
            return;
        }
        let mut seen: HashMap<i64, u32, FixedState> = HashMap::default();
        let mut distinct: Vec<i64> = Vec::new();
        for_each_listed(rows, column.rows.as_deref(), |index, position| {
            if present(position) {
                let value = column.at(position);
                let code = *seen.entry(value).or_insert_with(|| {
                    distinct.push(value);
                    distinct.len() as u32 - 1
                });
                codes.local[index] = offset + code;
            }
        });
        self.intern(
            source.key,
            distinct.into_iter().map(ExtraValue::Number),
            &mut codes.global,
        );
    }

    /// Gives codes to values that have none beforehand; one lock for all values of a segment.
    fn intern(&self, key: KeyId, values: impl Iterator<Item = ExtraValue>, global: &mut Vec<u32>) {
        let mut extra = self.extra.lock().unwrap_or_else(PoisonError::into_inner);
        let extra = &mut *extra;
        for value in values {
            let next = self.known + extra.values.len() as u32;
            let code = *extra.codes.entry((key, value.clone())).or_insert_with(|| {
                extra.values.push((key, value));
                next
            });
            global.push(code);
        }
    }

    fn decode(&self, view: &View<'_>, code: u32) -> GroupValue {
        if code == 0 {
            return GroupValue::Absent;
        }
        if code >= self.known {
            let extra = self.extra.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((key, value)) = extra.values.get((code - self.known) as usize) else {
                return GroupValue::Absent;
            };
            return match value {
                ExtraValue::Text(text) => GroupValue::Text(text.clone()),
                ExtraValue::Number(value) if view.key(*key).key_type == KeyType::F64 => {
                    GroupValue::F64(from_ordered(*value))
                }
                ExtraValue::Number(value) => GroupValue::I64(*value),
            };
        }
        let source = self
            .sources
            .iter()
            .rfind(|source| source.first > 0 && source.first <= code);
        let Some(source) = source else {
            return GroupValue::Absent;
        };
        let index = code - source.first;
        match source.key_type {
            KeyType::Str => GroupValue::Text(view.dictionary(source.key).get(index).to_owned()),
            KeyType::Bool => GroupValue::Bool(view.dictionary(source.key).get(index) == "true"),
            KeyType::I64 | KeyType::F64 => GroupValue::I64(source.min + i64::from(index)),
        }
    }
}

/// Smallest and greatest number of a key.
pub(super) fn number_extent(view: &View<'_>, key: KeyId) -> Option<(i64, i64)> {
    let extents = (0..view.segment_count()).filter_map(|segment| match view.column(segment, key) {
        Some(Column::Number(column)) => Some((column.min, column.max)),
        _ => None,
    });
    extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// Calls `visit(index in rows, position in the column)` for the rows that the column lists.
pub(super) fn for_each_listed(
    rows: &[u16],
    listed: Option<&[u16]>,
    mut visit: impl FnMut(usize, usize),
) {
    let Some(listed) = listed else {
        for (index, row) in rows.iter().enumerate() {
            visit(index, usize::from(*row));
        }
        return;
    };
    let mut position = 0;
    let mut index = 0;
    while index < rows.len() && position < listed.len() {
        match rows[index].cmp(&listed[position]) {
            std::cmp::Ordering::Less => index += 1,
            std::cmp::Ordering::Greater => position += 1,
            std::cmp::Ordering::Equal => {
                visit(index, position);
                index += 1;
                position += 1;
            }
        }
    }
}
