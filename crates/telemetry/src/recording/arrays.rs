//! A segment of a table as Arrow arrays, ready for the Parquet writer.
//!
//! Made under the table's lock and independent of it afterwards, so that encoding, which takes far
//! longer, holds nobody up.

use std::sync::Arc;

use arrow_array::types::UInt16Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int32Array,
    Int64Array, StringArray, TimestampNanosecondArray, UInt16Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, TimeUnit};

use crate::column::{Column, Dictionary, NumberColumn, TextColumn, Texts, from_ordered};
use crate::table::{KeyId, KeyType, Segment, Signal, Table};

/// Columns that every table of a signal has, by their name in the file.
pub(crate) mod core {
    pub(crate) const TIME: &str = "time";
    pub(crate) const DURATION: &str = "duration_nano";
    pub(crate) const TRACE_ID: &str = "trace_id";
    pub(crate) const SPAN_ID: &str = "span_id";
    /// Rows to the parent inside the row group; null for roots and for parents elsewhere.
    pub(crate) const PARENT_ROWS: &str = "parent_rows";
    /// The parent's id where it is not in the row group.
    pub(crate) const PARENT_SPAN_ID: &str = "parent_span_id";
    pub(crate) const BODY: &str = "body";
}

/// What a column of the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ColumnId {
    /// One of [`core`]'s.
    Core(&'static str),
    /// A key of the table.
    Key(KeyId),
}

/// One row group before encoding.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) rows: usize,
    pub(crate) columns: Vec<GroupColumn>,
}

#[derive(Debug)]
pub(crate) struct GroupColumn {
    pub(crate) id: ColumnId,
    /// The key's name, or the core column's.
    pub(crate) name: String,
    pub(crate) key_type: Option<KeyType>,
    pub(crate) array: ArrayRef,
}

/// The Arrow type of a core column.
pub(crate) fn core_type(name: &str) -> DataType {
    match name {
        core::TIME => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        core::DURATION => DataType::Int64,
        core::TRACE_ID => DataType::FixedSizeBinary(16),
        core::SPAN_ID | core::PARENT_SPAN_ID => DataType::FixedSizeBinary(8),
        core::PARENT_ROWS => DataType::Int32,
        _ => DataType::Utf8,
    }
}

/// The Arrow type of a key's column.
pub(crate) fn key_type(key_type: KeyType) -> DataType {
    match key_type {
        KeyType::Str => DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8)),
        KeyType::I64 => DataType::Int64,
        KeyType::F64 => DataType::Float64,
        KeyType::Bool => DataType::Boolean,
    }
}

pub(crate) fn field(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}

/// The core columns of a signal, in the order of the file: what queries read first comes first.
pub(crate) fn core_columns(signal: Signal) -> &'static [&'static str] {
    match signal {
        Signal::Spans => &[
            core::TIME,
            core::DURATION,
            core::TRACE_ID,
            core::SPAN_ID,
            core::PARENT_ROWS,
            core::PARENT_SPAN_ID,
        ],
        Signal::Logs => &[core::TIME, core::TRACE_ID, core::SPAN_ID, core::BODY],
    }
}

/// Copies a sealed segment.
pub(crate) fn group(table: &Table, index: usize) -> Option<Group> {
    let segment = table.segment(index)?;
    let mut columns = Vec::new();
    for name in core_columns(table.signal()) {
        let array = core_array(name, segment);
        columns.push(GroupColumn {
            id: ColumnId::Core(name),
            name: (*name).to_owned(),
            key_type: None,
            array,
        });
    }
    for (number, key) in table.keys().iter().enumerate() {
        let Some(data) = key.data() else { continue };
        let Some(Some(column)) = data.columns.get(index) else {
            continue;
        };
        let array = match column {
            Column::Text(column) => {
                text_array(column, &data.dictionary, key.key_type, segment.rows())
            }
            Column::Number(column) => number_array(column, key.key_type, segment.rows()),
        };
        columns.push(GroupColumn {
            id: ColumnId::Key(KeyId(number as u16)),
            name: key.name.clone(),
            key_type: Some(key.key_type),
            array,
        });
    }
    Some(Group {
        rows: segment.rows(),
        columns,
    })
}

fn core_array(name: &str, segment: &Segment) -> ArrayRef {
    let identities = segment.identities();
    match name {
        core::TIME => {
            let times = TimestampNanosecondArray::from(segment.times().to_vec());
            Arc::new(times.with_timezone("UTC"))
        }
        core::DURATION => Arc::new(Int64Array::from(segment.durations().to_vec())),
        core::TRACE_ID => {
            let traces = segment.traces();
            let ids = traces
                .codes
                .iter()
                .map(|code| traces.ids[usize::from(*code)]);
            let present = ids.clone().map(|id| id != 0);
            fixed(
                16,
                ids.flat_map(u128::to_be_bytes).collect(),
                present.collect(),
            )
        }
        core::SPAN_ID => {
            let ids = identities.span_ids.iter();
            let present = ids.clone().map(|id| *id != 0).collect();
            fixed(8, ids.flat_map(|id| id.to_be_bytes()).collect(), present)
        }
        core::PARENT_ROWS => Arc::new(identities.parents.deltas().collect::<Int32Array>()),
        core::PARENT_SPAN_ID => {
            let mut bytes = vec![0u8; segment.rows() * 8];
            let mut present = vec![false; segment.rows()];
            for (row, id) in identities.parents.escapes() {
                let row = usize::from(*row);
                bytes[row * 8..row * 8 + 8].copy_from_slice(&id.to_be_bytes());
                present[row] = true;
            }
            fixed(8, bytes, present)
        }
        _ => Arc::new(texts_array(segment.bodies())),
    }
}

fn fixed(width: i32, bytes: Vec<u8>, present: Vec<bool>) -> ArrayRef {
    let nulls = present.contains(&false).then(|| NullBuffer::from(present));
    Arc::new(FixedSizeBinaryArray::new(
        width,
        Buffer::from_vec(bytes),
        nulls,
    ))
}

fn texts_array(texts: &Texts) -> StringArray {
    // Arenas are sealed long before two gigabytes.
    let ends = texts.ends().iter().map(|end| *end as i32);
    let offsets: Vec<i32> = std::iter::once(0).chain(ends).collect();
    let values = Buffer::from_slice_ref(texts.arena().as_bytes());
    StringArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), values, None)
}

fn text_array(
    column: &TextColumn,
    dictionary: &Dictionary,
    key_type: KeyType,
    rows: usize,
) -> ArrayRef {
    let mut codes = vec![0u16; rows];
    for (row, code) in column.iter() {
        codes[usize::from(row)] = code;
    }
    let present = BooleanBuffer::from_iter(codes.iter().map(|code| *code != 0));
    let nulls = Some(NullBuffer::new(present)).filter(|nulls| nulls.null_count() > 0);
    let text = |code: usize| column.text(code as u16, dictionary).unwrap_or_default();
    if key_type == KeyType::Bool {
        let is_true: Vec<bool> = (0..column.code_count())
            .map(|code| text(code) == "true")
            .collect();
        let values = BooleanBuffer::from_iter(codes.iter().map(|code| is_true[usize::from(*code)]));
        return Arc::new(BooleanArray::new(values, nulls));
    }
    let values: StringArray = (1..column.code_count())
        .map(|code| Some(text(code)))
        .collect();
    // Arrow has nulls where the table has code 0.
    let keys = codes
        .into_iter()
        .map(|code| code.saturating_sub(1))
        .collect::<Vec<u16>>();
    let keys = UInt16Array::new(ScalarBuffer::from(keys), nulls);
    Arc::new(DictionaryArray::<UInt16Type>::new(keys, Arc::new(values)))
}

fn number_array(column: &NumberColumn, key_type: KeyType, rows: usize) -> ArrayRef {
    let mut values = vec![0i64; rows];
    let mut present = vec![false; rows];
    for (row, value) in column.iter() {
        values[usize::from(row)] = value;
        present[usize::from(row)] = true;
    }
    let nulls = present.contains(&false).then(|| NullBuffer::from(present));
    if key_type == KeyType::F64 {
        let values: Vec<f64> = values.into_iter().map(from_ordered).collect();
        return Arc::new(Float64Array::new(ScalarBuffer::from(values), nulls));
    }
    Arc::new(Int64Array::new(ScalarBuffer::from(values), nulls))
}
