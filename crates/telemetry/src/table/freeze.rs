//! From rows in order of arrival to a segment sorted by time.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::builder::{EncodedResource, OpenColumn, OpenSegment};
use super::{Identities, Key, KeyId, Segment, Signal, Table};
use crate::column::{
    Bitmap, Column, NumberInput, Parents, TextInput, TraceIndex, build_numbers, build_texts,
};

/// A finished segment with its columns, by key.
#[derive(Debug)]
pub(crate) struct Frozen {
    pub(crate) segment: Segment,
    pub(crate) columns: Vec<Option<Column>>,
}

/// Makes a segment of the open rows and leaves them as they are.
pub(super) fn freeze(
    table: &Table,
    open: &OpenSegment,
    resources: &[EncodedResource],
    scratch: &mut Vec<u16>,
) -> Frozen {
    let order = Order::by_time(&open.times);
    let segment = Segment::new(order.sorted(&open.times));
    let traces = TraceIndex::build(&order.sorted(&open.traces));
    let span_ids = order.sorted(&open.span_ids);
    let parents = if table.signal == Signal::Spans {
        let durations = order.sorted(&open.durations);
        set(&segment.durations, durations);
        Parents::build(&span_ids, &order.sorted(&open.parent_ids), &traces)
    } else {
        let bodies = match &order.arrival {
            Some(arrival) => open.bodies.reordered(arrival),
            None => open.bodies.fitted(),
        };
        set(&segment.bodies, bodies);
        Parents::default()
    };
    set(&segment.identities, Identities { span_ids, parents });
    set(&segment.traces, traces);

    let emitters = order.sorted(&open.resources);
    let given = columns_of_resources(&emitters, resources);
    let columns = (table.keys.iter().zip(&open.columns).enumerate())
        .map(|(index, (key, column))| {
            let id = KeyId(index as u16);
            if id == KeyId::RESOURCE {
                return resource_column(&emitters);
            }
            let rows: Vec<u16> = match &order.position {
                Some(position) => column
                    .rows
                    .iter()
                    .map(|row| position[usize::from(*row)])
                    .collect(),
                None => Vec::new(),
            };
            let rows = if order.position.is_some() {
                &rows
            } else {
                &column.rows
            };
            match given.get(&id) {
                None => pack(
                    key,
                    column,
                    emitters.len(),
                    rows,
                    &column.ids,
                    &column.values,
                    scratch,
                ),
                Some(by_resource) => {
                    let merged = merge_given(key, column, rows, &emitters, by_resource);
                    pack(
                        key,
                        column,
                        emitters.len(),
                        &merged.rows,
                        &merged.ids,
                        &merged.values,
                        scratch,
                    )
                }
            }
        })
        .collect();
    Frozen { segment, columns }
}

fn set<T>(slot: &OnceLock<T>, value: T) {
    // The segment is new, so the slot is empty.
    let _ = slot.set(value);
}

fn pack(
    key: &Key,
    column: &OpenColumn,
    segment_rows: usize,
    rows: &[u16],
    ids: &[u32],
    values: &[i64],
    scratch: &mut Vec<u16>,
) -> Option<Column> {
    if key.key_type.is_text() {
        let own = Some(column.own.texts());
        build_texts(
            TextInput {
                segment_rows,
                rows,
                ids,
                own,
            },
            key.dictionary().len(),
            scratch,
        )
    } else {
        build_numbers(NumberInput {
            segment_rows,
            rows,
            values,
        })
    }
}

fn resource_column(emitters: &[u32]) -> Option<Column> {
    let rows: Vec<u16> = (0..emitters.len()).map(|row| row as u16).collect();
    let values: Vec<i64> = emitters
        .iter()
        .map(|resource| i64::from(*resource))
        .collect();
    build_numbers(NumberInput {
        segment_rows: emitters.len(),
        rows: &rows,
        values: &values,
    })
}

/// For every key that a resource of this segment gives: its value by resource number.
fn columns_of_resources(
    emitters: &[u32],
    resources: &[EncodedResource],
) -> BTreeMap<KeyId, Vec<Option<i64>>> {
    let mut seen = vec![false; resources.len()];
    for emitter in emitters {
        if let Some(seen) = seen.get_mut(*emitter as usize) {
            *seen = true;
        }
    }
    let mut given: BTreeMap<KeyId, Vec<Option<i64>>> = BTreeMap::new();
    for (number, resource) in resources
        .iter()
        .enumerate()
        .filter(|(number, _)| seen[*number])
    {
        for (key, value) in resource {
            given
                .entry(*key)
                .or_insert_with(|| vec![None; resources.len()])[number] = Some(*value);
        }
    }
    given
}

#[derive(Default)]
struct Entries {
    rows: Vec<u16>,
    ids: Vec<u32>,
    values: Vec<i64>,
}

/// A column from what rows say themselves and, where they say nothing, what their resource says.
fn merge_given(
    key: &Key,
    column: &OpenColumn,
    rows: &[u16],
    emitters: &[u32],
    by_resource: &[Option<i64>],
) -> Entries {
    let mut said = Bitmap::empty(emitters.len());
    for row in rows {
        said.insert(usize::from(*row));
    }
    let mut all = Entries {
        rows: rows.to_vec(),
        ids: column.ids.clone(),
        values: column.values.clone(),
    };
    for (row, emitter) in emitters.iter().enumerate() {
        let value = by_resource.get(*emitter as usize).copied().flatten();
        let (Some(value), false) = (value, said.contains(row)) else {
            continue;
        };
        all.rows.push(row as u16);
        if key.key_type.is_text() {
            all.ids.push(value as u32);
        } else {
            all.values.push(value);
        }
    }
    all
}

/// How rows in order of arrival become rows in order of time. Equal times keep their order of arrival,
/// so that a row's place among its equals never changes.
struct Order {
    /// Per sorted row the arrival row; `None` when nothing moves.
    arrival: Option<Vec<u16>>,
    /// Per arrival row the sorted row.
    position: Option<Vec<u16>>,
}

impl Order {
    fn by_time(times: &[i64]) -> Self {
        if times.is_sorted() {
            return Self {
                arrival: None,
                position: None,
            };
        }
        let mut arrival: Vec<u16> = (0..times.len()).map(|row| row as u16).collect();
        // Stable, and quick on input that is nearly sorted.
        arrival.sort_by_key(|row| times[usize::from(*row)]);
        let mut position = vec![0u16; times.len()];
        for (sorted, row) in arrival.iter().enumerate() {
            position[usize::from(*row)] = sorted as u16;
        }
        Self {
            arrival: Some(arrival),
            position: Some(position),
        }
    }

    fn sorted<T: Copy>(&self, values: &[T]) -> Vec<T> {
        match &self.arrival {
            None => values.to_vec(),
            Some(arrival) => arrival
                .iter()
                .map(|row| values[usize::from(*row)])
                .collect(),
        }
    }
}
