//! Keys: every name and type of value that a table has seen is one column.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::column::{Column, Dictionary};

/// The type of a key's values. One name may come with several types; each is a key of its own, so that
/// an odd value is kept and not bent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyType {
    /// Text.
    Str,
    /// Signed integer.
    I64,
    /// Floating-point number.
    F64,
    /// Boolean.
    Bool,
}

impl KeyType {
    /// All types, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Str, Self::I64, Self::F64, Self::Bool];

    /// Whether the column holds codes into a dictionary (text and booleans), not numbers.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Str | Self::Bool)
    }
}

/// Names a key of one table. The first ones are the same in every table, see the constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u16);

impl KeyId {
    /// `service`: the resource's `service.name`.
    pub const SERVICE: Self = Self(0);
    /// `name` of a span.
    pub const NAME: Self = Self(1);
    /// `kind` of a span.
    pub const KIND: Self = Self(2);
    /// `status` of a span.
    pub const STATUS: Self = Self(3);
    /// `status_message` of a span.
    pub const STATUS_MESSAGE: Self = Self(4);
    /// `level` of a log record.
    pub const LEVEL: Self = Self(5);
    /// `pattern` of a log record: its body with numbers and ids masked.
    pub const PATTERN: Self = Self(6);
    /// The number of the row's resource; not for filters.
    pub const RESOURCE: Self = Self(7);

    /// Position in the table's list of keys.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether this is one of the fixed keys above and not an attribute.
    #[must_use]
    pub fn is_intrinsic(self) -> bool {
        self.index() < INTRINSIC.len()
    }
}

/// Names and types of the keys that every table starts with, in order of [`KeyId`].
pub(crate) const INTRINSIC: [(&str, KeyType); 8] = [
    ("service", KeyType::Str),
    ("name", KeyType::Str),
    ("kind", KeyType::Str),
    ("status", KeyType::Str),
    ("status_message", KeyType::Str),
    ("level", KeyType::Str),
    ("pattern", KeyType::Str),
    ("resource", KeyType::I64),
];

/// Names that the filter language keeps for itself, besides the intrinsic keys.
pub(crate) const RESERVED: [&str; 6] = ["duration", "body", "trace_id", "span_id", "root", "time"];

/// What an attribute is called in the table: its own name, or `attributes.NAME` when the filter language
/// means something else by that name.
pub(crate) fn column_name(attribute: &str) -> std::borrow::Cow<'_, str> {
    let taken =
        INTRINSIC.iter().any(|(name, _)| *name == attribute) || RESERVED.contains(&attribute);
    if taken {
        format!("attributes.{attribute}").into()
    } else {
        attribute.into()
    }
}

/// One name with one type, its values and its columns.
#[derive(Debug)]
pub struct Key {
    /// Name as filters write it.
    pub name: String,
    /// Type of its values.
    pub key_type: KeyType,
    /// Number of rows that have it, over all sealed segments.
    pub rows: u64,
    pub(crate) data: OnceLock<KeyData>,
}

/// The values of a key over a whole table: what a [`super::Loader`] brings from disk.
#[derive(Debug, Default)]
pub struct KeyData {
    /// Its text values (empty for numbers).
    pub dictionary: Dictionary,
    /// One entry per sealed segment, in order; missing ones at the end count as `None`.
    pub columns: Vec<Option<Column>>,
}

impl Key {
    pub(crate) fn new(name: &str, key_type: KeyType) -> Self {
        Self {
            name: name.to_owned(),
            key_type,
            rows: 0,
            data: OnceLock::new(),
        }
    }

    /// The loaded values; `None` as long as no query has needed them.
    #[must_use]
    pub fn data(&self) -> Option<&KeyData> {
        self.data.get()
    }

    /// The dictionary, empty when the key is not loaded.
    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        static EMPTY: std::sync::LazyLock<Dictionary> =
            std::sync::LazyLock::new(Dictionary::default);
        self.data.get().map_or(&*EMPTY, |data| &data.dictionary)
    }

    pub(crate) fn data_mut(&mut self) -> &mut KeyData {
        if self.data.get().is_none() {
            self.data = OnceLock::from(KeyData::default());
        }
        self.data.get_mut().expect("was set just above")
    }
}
