//! Rows with all their fields, as they are shown.

use serde::Serialize;

use super::rows::{RowId, RowRef};
use crate::column::{Column, Parent, from_ordered};
use crate::table::{KeyId, KeyType, OwnedValue, Resource, View};

/// A span with all its fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpanRecord {
    /// Trace id; written as 32 hexadecimal digits.
    #[serde(serialize_with = "as_hex_128")]
    pub trace_id: u128,
    /// Span id; written as 16 hexadecimal digits.
    #[serde(serialize_with = "as_hex_64")]
    pub span_id: u64,
    /// Parent span id; 0 for a root.
    #[serde(serialize_with = "as_hex_64")]
    pub parent_span_id: u64,
    /// Start, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// Duration in nanoseconds.
    pub duration_ns: i64,
    /// `service.name`.
    pub service: String,
    /// Name of the operation.
    pub name: String,
    /// `server`, `client`, …
    pub kind: String,
    /// `unset`, `ok` or `error`.
    pub status: String,
    /// Why it failed; empty when not said.
    pub status_message: String,
    /// Number of its resource in the table.
    pub resource: Option<u32>,
    /// Its own attributes (those of the resource are not repeated), by name.
    pub attributes: Vec<(String, OwnedValue)>,
}

/// A log record with all its fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogRecord {
    /// A name that stays the same for as long as the recording exists.
    pub id: String,
    /// Time, nanoseconds since the epoch.
    pub time_unix_nano: i64,
    /// `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `unspecified`.
    pub level: String,
    /// `service.name`.
    pub service: String,
    /// Text.
    pub body: String,
    /// Trace id; 0 for none.
    #[serde(serialize_with = "as_hex_128")]
    pub trace_id: u128,
    /// Span id; 0 for none.
    #[serde(serialize_with = "as_hex_64")]
    pub span_id: u64,
    /// Number of its resource in the table.
    pub resource: Option<u32>,
    /// Its own attributes (those of the resource are not repeated), by name.
    pub attributes: Vec<(String, OwnedValue)>,
}

fn as_hex_128<S: serde::Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:032x}"))
}

fn as_hex_64<S: serde::Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:016x}"))
}

/// Reads rows whose keys and parts are loaded.
#[derive(Debug)]
pub(super) struct Reader<'v, 'a> {
    view: &'v View<'a>,
    /// Attribute keys by name, so that records list them in one order.
    keys: Vec<KeyId>,
}

impl<'v, 'a> Reader<'v, 'a> {
    /// Loads everything that a record may need.
    pub(super) fn new(view: &'v View<'a>) -> Result<Self, super::QueryError> {
        view.load_all_keys()?;
        view.table().load_traces()?;
        view.table().load_identities()?;
        match view.signal() {
            crate::table::Signal::Spans => view.table().load_durations()?,
            crate::table::Signal::Logs => view.table().load_bodies()?,
        }
        let mut keys: Vec<KeyId> = (0..view.keys().len())
            .map(|index| KeyId(index as u16))
            .filter(|key| !key.is_intrinsic())
            .collect();
        keys.sort_by(|a, b| view.key(*a).name.cmp(&view.key(*b).name));
        Ok(Self { view, keys })
    }

    pub(super) fn span(&self, at: RowRef) -> SpanRecord {
        let segment = self.view.segment(at.segment);
        let identities = segment.identities();
        let parent_span_id = match identities.parents.get(at.row) {
            Parent::Root => 0,
            Parent::Row(row) => identities.span_ids[usize::from(row)],
            Parent::Elsewhere(id) => id,
        };
        SpanRecord {
            trace_id: segment.traces().trace_id(at.row),
            span_id: identities.span_ids[at.row],
            parent_span_id,
            start_unix_nano: segment.times()[at.row],
            duration_ns: segment.durations()[at.row],
            service: text(self.view, at, KeyId::SERVICE).to_owned(),
            name: text(self.view, at, KeyId::NAME).to_owned(),
            kind: text(self.view, at, KeyId::KIND).to_owned(),
            status: text(self.view, at, KeyId::STATUS).to_owned(),
            status_message: text(self.view, at, KeyId::STATUS_MESSAGE).to_owned(),
            resource: resource(self.view, at),
            attributes: self.attributes(at),
        }
    }

    pub(super) fn log(&self, at: RowRef) -> LogRecord {
        let segment = self.view.segment(at.segment);
        LogRecord {
            id: RowId::of(self.view, at).to_text(),
            time_unix_nano: segment.times()[at.row],
            level: text(self.view, at, KeyId::LEVEL).to_owned(),
            service: text(self.view, at, KeyId::SERVICE).to_owned(),
            body: segment.bodies().get(at.row).to_owned(),
            trace_id: segment.traces().trace_id(at.row),
            span_id: segment.identities().span_ids[at.row],
            resource: resource(self.view, at),
            attributes: self.attributes(at),
        }
    }

    fn attributes(&self, at: RowRef) -> Vec<(String, OwnedValue)> {
        let emitter =
            resource(self.view, at).and_then(|number| self.view.resources().get(number as usize));
        let said = |name: &str, value: &OwnedValue| {
            emitter.is_some_and(|emitter: &Resource| {
                emitter
                    .attributes
                    .iter()
                    .any(|(other, given)| column_is(name, other) && given == value)
            })
        };
        let values = self.keys.iter().filter_map(|key| {
            let value = value(self.view, at, *key)?;
            Some((self.view.key(*key).name.clone(), value))
        });
        values.filter(|(name, value)| !said(name, value)).collect()
    }
}

fn column_is(column: &str, attribute: &str) -> bool {
    column == crate::table::column_name(attribute)
}

/// The text of a text key on a row; empty when absent.
pub(super) fn text<'v>(view: &'v View<'_>, at: RowRef, key: KeyId) -> &'v str {
    match view.column(at.segment, key) {
        Some(Column::Text(column)) => column
            .text(column.code(at.row), view.dictionary(key))
            .unwrap_or_default(),
        _ => "",
    }
}

/// The value of a key on a row.
pub(super) fn value(view: &View<'_>, at: RowRef, key: KeyId) -> Option<OwnedValue> {
    let key_type = view.key(key).key_type;
    match view.column(at.segment, key)? {
        Column::Text(column) => {
            let text = column.text(column.code(at.row), view.dictionary(key))?;
            Some(match key_type {
                KeyType::Bool => OwnedValue::Bool(text == "true"),
                _ => OwnedValue::Str(text.to_owned()),
            })
        }
        Column::Number(column) => {
            let number = column.value(at.row)?;
            Some(match key_type {
                KeyType::F64 => OwnedValue::F64(from_ordered(number)),
                _ => OwnedValue::I64(number),
            })
        }
    }
}

fn resource(view: &View<'_>, at: RowRef) -> Option<u32> {
    match view.column(at.segment, KeyId::RESOURCE) {
        Some(Column::Number(column)) => column.value(at.row).map(|number| number as u32),
        _ => None,
    }
}
