//! The open segment of a table and the rules for sealing it.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::freeze::{Frozen, freeze};
use super::{
    KeyId, KeyType, LoadError, OwnedValue, Resource, ResourceId, Signal, Table, Value, View,
    column_name,
};
use crate::column::{Dictionary, DictionaryLimits, NO_TEXT, Texts};

/// Rows of a full segment. One less than 2^16, so that a code for "absent" and one for each row's own
/// value fit two bytes.
pub const SEGMENT_ROWS: usize = 65_535;

/// A segment is sealed early when its bodies reach this many bytes.
pub(super) const SEGMENT_BODY_BYTES: usize = 64 << 20;

/// What a table may hold in memory for each kind of thing that grows with variety instead of volume.
#[derive(Clone, Copy, Debug)]
pub struct TableLimits {
    /// Per key. Values beyond are kept by their segment.
    pub dictionary: DictionaryLimits,
    /// Bytes of text in all dictionaries together. Values beyond are kept by their segment.
    pub all_dictionaries: usize,
    /// Number of keys (name and type). Attributes under further keys are dropped and counted.
    pub keys: usize,
}

impl Default for TableLimits {
    fn default() -> Self {
        Self {
            dictionary: DictionaryLimits::default(),
            all_dictionaries: 512 << 20,
            keys: 8_192,
        }
    }
}

/// Takes rows and makes a [`Table`] of them.
#[derive(Debug)]
pub struct TableBuilder {
    pub(super) table: Table,
    pub(super) open: OpenSegment,
    pub(super) limits: TableLimits,
    pub(super) dictionary_bytes: usize,
    pub(super) dropped_attributes: u64,
    /// Ids of the fixed texts of `kind`, `status` and `level`, by number.
    pub(super) kinds: Vec<u32>,
    pub(super) statuses: Vec<u32>,
    pub(super) levels: Vec<u32>,
    pub(super) masked: String,
    pub(super) scratch: Vec<u16>,
    resource_ids: HashMap<String, ResourceId>,
    encoded_resources: Vec<EncodedResource>,
    frozen: Mutex<Option<(usize, Arc<Frozen>)>>,
}

/// The columns that a resource gives to its rows: key, and text id or number.
pub(super) type EncodedResource = Vec<(KeyId, i64)>;

/// Rows in order of arrival.
#[derive(Debug, Default)]
pub(super) struct OpenSegment {
    pub(super) times: Vec<i64>,
    pub(super) resources: Vec<u32>,
    pub(super) durations: Vec<i64>,
    pub(super) traces: Vec<u128>,
    pub(super) span_ids: Vec<u64>,
    pub(super) parent_ids: Vec<u64>,
    pub(super) bodies: Texts,
    pub(super) columns: Vec<OpenColumn>,
}

/// One key's values in order of arrival.
#[derive(Debug)]
pub(super) struct OpenColumn {
    pub(super) rows: Vec<u16>,
    /// Text ids (text keys).
    pub(super) ids: Vec<u32>,
    /// Numbers (number keys).
    pub(super) values: Vec<i64>,
    /// Texts that had no room in the dictionary.
    pub(super) own: Dictionary,
    /// Id of the last text: rows repeat themselves, and comparing is cheaper than hashing.
    pub(super) last: u32,
    /// The key that followed this one last time: attributes of one call site come in one order.
    pub(super) next: KeyId,
}

impl Default for OpenColumn {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            ids: Vec::new(),
            values: Vec::new(),
            own: Dictionary::default(),
            last: NO_TEXT,
            next: KeyId(0),
        }
    }
}

impl TableBuilder {
    /// A builder of an empty table.
    #[must_use]
    pub fn new(signal: Signal) -> Self {
        Self::with_limits(signal, TableLimits::default())
    }

    /// A builder of an empty table with other limits.
    #[must_use]
    pub fn with_limits(signal: Signal, limits: TableLimits) -> Self {
        Self::over(Table::new(signal), limits)
    }

    /// Goes on with a table that was read from disk; loads all of it.
    ///
    /// # Errors
    /// When a part cannot be read or is damaged.
    pub fn resume(mut table: Table, limits: TableLimits) -> Result<Self, LoadError> {
        table.load_all()?;
        table.forget_loader();
        Ok(Self::over(table, limits))
    }

    fn over(table: Table, limits: TableLimits) -> Self {
        let mut builder = Self {
            table,
            open: OpenSegment::default(),
            limits,
            dictionary_bytes: 0,
            dropped_attributes: 0,
            kinds: Vec::new(),
            statuses: Vec::new(),
            levels: Vec::new(),
            masked: String::new(),
            scratch: Vec::new(),
            resource_ids: HashMap::new(),
            encoded_resources: Vec::new(),
            frozen: Mutex::new(None),
        };
        let mut intern = |key: KeyId, names: &[&str]| -> Vec<u32> {
            let data = builder.table.keys[key.index()].data_mut();
            names
                .iter()
                .map(|name| data.dictionary.intern(name))
                .collect()
        };
        builder.kinds = intern(KeyId::KIND, &super::SpanKind::NAMES);
        builder.statuses = intern(KeyId::STATUS, &super::Status::NAMES);
        builder.levels = intern(KeyId::LEVEL, &super::Level::NAMES);
        builder
            .open
            .columns
            .resize_with(builder.table.keys.len(), OpenColumn::default);
        builder.dictionary_bytes = builder
            .table
            .keys
            .iter()
            .map(|key| key.dictionary().text_bytes())
            .sum();
        for index in 0..builder.table.resources.len() {
            let resource = builder.table.resources[index].clone();
            builder
                .resource_ids
                .insert(resource.fingerprint(), ResourceId(index as u32));
            let encoded = builder.encode_resource(&resource);
            builder.encoded_resources.push(encoded);
        }
        builder
    }

    /// The id of a resource, new or known. Attributes become columns of every row of the resource
    /// unless the row has the same key itself.
    pub fn resource(&mut self, service: &str, attributes: &[(&str, Value<'_>)]) -> ResourceId {
        let owned =
            |(name, value): &(&str, Value<'_>)| ((*name).to_owned(), OwnedValue::from(*value));
        let resource = Resource {
            service: service.to_owned(),
            attributes: attributes.iter().map(owned).collect(),
        };
        let fingerprint = resource.fingerprint();
        if let Some(id) = self.resource_ids.get(&fingerprint) {
            return *id;
        }
        let id = ResourceId(self.table.resources.len() as u32);
        let encoded = self.encode_resource(&resource);
        self.encoded_resources.push(encoded);
        self.table.resources.push(resource);
        self.resource_ids.insert(fingerprint, id);
        id
    }

    /// Sealed segments and keys.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Rows in the open segment.
    #[must_use]
    pub fn open_rows(&self) -> usize {
        self.open.times.len()
    }

    /// Rows in all.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.table.rows() + self.open_rows()
    }

    /// Attributes that were dropped because the table has as many keys as it may.
    #[must_use]
    pub fn dropped_attributes(&self) -> u64 {
        self.dropped_attributes
    }

    /// Seals the open segment, however short; its index, or `None` when there are no rows in it.
    pub fn seal(&mut self) -> Option<usize> {
        if self.open.times.is_empty() {
            return None;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let frozen = freeze(
            &self.table,
            &self.open,
            &self.encoded_resources,
            &mut scratch,
        );
        self.scratch = scratch;
        *self
            .frozen
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner) = None;
        let index = self.table.segments.len();
        self.table.segments.push(frozen.segment);
        for (key, column) in self.table.keys.iter_mut().zip(frozen.columns) {
            let Some(column) = column else { continue };
            key.rows += column.count() as u64;
            let columns = &mut key.data_mut().columns;
            columns.resize_with(index, || None);
            columns.push(Some(column));
        }
        self.open.clear();
        Some(index)
    }

    /// Seals what is open and returns the finished table.
    #[must_use]
    pub fn finish(mut self) -> Table {
        self.seal();
        for key in &mut self.table.keys {
            key.data_mut().dictionary.shrink();
        }
        self.table
    }

    /// The table as queries read it now. The open segment is frozen once and kept until rows are added.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let rows = self.open_rows();
        if rows == 0 {
            return View::with_open(&self.table, None);
        }
        let mut frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        let current = match &*frozen {
            Some((at, current)) if *at == rows => Arc::clone(current),
            _ => {
                let made = freeze(
                    &self.table,
                    &self.open,
                    &self.encoded_resources,
                    &mut Vec::new(),
                );
                let made = Arc::new(made);
                *frozen = Some((rows, Arc::clone(&made)));
                made
            }
        };
        View::with_open(&self.table, Some(current))
    }

    /// Resource texts are interned whatever the limits: there are as many as resources.
    fn encode_resource(&mut self, resource: &Resource) -> EncodedResource {
        let service = self.table.keys[KeyId::SERVICE.index()]
            .data_mut()
            .dictionary
            .intern(&resource.service);
        let mut encoded: EncodedResource = vec![(KeyId::SERVICE, i64::from(service))];
        for (name, value) in &resource.attributes {
            if name == "service.name" {
                continue;
            }
            let (key_type, _) = type_of(value.as_value());
            let Some(key) = self.key_for(&column_name(name), key_type) else {
                continue;
            };
            let dictionary = &mut self.table.keys[key.index()].data_mut().dictionary;
            let value = match value.as_value() {
                Value::Str(text) => i64::from(dictionary.intern(text)),
                Value::Bool(value) => {
                    i64::from(dictionary.intern(if value { "true" } else { "false" }))
                }
                Value::I64(value) => value,
                Value::F64(value) => crate::column::to_ordered(value),
            };
            encoded.retain(|(other, _)| *other != key);
            encoded.push((key, value));
        }
        encoded
    }

    /// The key with this name and type, added when there is room.
    pub(super) fn key_for(&mut self, name: &str, key_type: KeyType) -> Option<KeyId> {
        if let Some(key) = self.table.key(name, key_type) {
            return Some(key);
        }
        if self.table.keys.len() >= self.limits.keys.min(usize::from(u16::MAX)) {
            self.dropped_attributes += 1;
            return None;
        }
        let key = self.table.add_key(name, key_type);
        self.table.keys[key.index()].data_mut();
        self.open.columns.push(OpenColumn::default());
        Some(key)
    }
}

/// The type of a value, and its number when it is kept as one.
pub(super) fn type_of(value: Value<'_>) -> (KeyType, i64) {
    match value {
        Value::Str(_) => (KeyType::Str, 0),
        Value::I64(value) => (KeyType::I64, value),
        Value::F64(value) => (KeyType::F64, crate::column::to_ordered(value)),
        Value::Bool(_) => (KeyType::Bool, 0),
    }
}

impl OpenSegment {
    fn clear(&mut self) {
        self.times.clear();
        self.resources.clear();
        self.durations.clear();
        self.traces.clear();
        self.span_ids.clear();
        self.parent_ids.clear();
        self.bodies.clear();
        for column in &mut self.columns {
            column.rows.clear();
            column.ids.clear();
            column.values.clear();
            // Ids of own texts mean nothing in the next segment.
            if !column.own.is_empty() {
                column.own = Dictionary::default();
                column.last = NO_TEXT;
            }
        }
    }
}
