//! What a query reads: the sealed segments and a frozen copy of the open one.

use std::sync::Arc;

use super::freeze::Frozen;
use super::{Key, KeyId, KeyType, LoadError, Resource, Segment, Signal, Table, TimeRange};
use crate::column::{Column, Dictionary};

/// A table at one moment. Segments are numbered as they will be once the open one is sealed.
#[derive(Clone, Debug)]
pub struct View<'a> {
    table: &'a Table,
    open: Option<Arc<Frozen>>,
}

impl<'a> View<'a> {
    pub(crate) fn with_open(table: &'a Table, open: Option<Arc<Frozen>>) -> Self {
        Self { table, open }
    }

    /// What the rows are.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.table.signal()
    }

    /// The sealed part.
    #[must_use]
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// Number of segments, the frozen one included.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.table.segments().len() + usize::from(self.open.is_some())
    }

    /// A segment by number.
    ///
    /// # Panics
    /// When the number is not below [`View::segment_count`].
    #[must_use]
    #[inline]
    pub fn segment(&self, index: usize) -> &Segment {
        match (self.table.segments.get(index), &self.open) {
            (Some(segment), _) => segment,
            (None, Some(open)) => &open.segment,
            (None, None) => panic!("segment {index} of {}", self.segment_count()),
        }
    }

    /// Numbers of the segments that may have rows in the range.
    #[must_use]
    pub fn segments_in(&self, range: TimeRange) -> Vec<usize> {
        (0..self.segment_count())
            .filter(|index| {
                let segment = self.segment(*index);
                segment.last_time() >= range.start && segment.first_time() < range.end
            })
            .collect()
    }

    /// The column of a key in a segment; `None` when no row has the key (or it was not loaded).
    #[must_use]
    #[inline]
    pub fn column(&self, segment: usize, key: KeyId) -> Option<&Column> {
        if segment < self.table.segments.len() {
            self.table
                .keys
                .get(key.index())?
                .data()?
                .columns
                .get(segment)?
                .as_ref()
        } else {
            self.open.as_ref()?.columns.get(key.index())?.as_ref()
        }
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> &'a [Key] {
        self.table.keys()
    }

    /// One key.
    ///
    /// # Panics
    /// When the key is of another table.
    #[must_use]
    pub fn key(&self, id: KeyId) -> &'a Key {
        &self.table.keys[id.index()]
    }

    /// The keys of all types with this name.
    #[must_use]
    pub fn keys_named(&self, name: &str) -> Vec<KeyId> {
        self.table.keys_named(name)
    }

    /// The key with this name and type.
    #[must_use]
    pub fn key_of(&self, name: &str, key_type: KeyType) -> Option<KeyId> {
        self.table.key(name, key_type)
    }

    /// The text values of a key.
    #[must_use]
    pub fn dictionary(&self, id: KeyId) -> &'a Dictionary {
        self.key(id).dictionary()
    }

    /// Resources by number.
    #[must_use]
    pub fn resources(&self) -> &'a [Resource] {
        self.table.resources()
    }

    /// Rows in all segments.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.table.rows() + self.open.as_ref().map_or(0, |open| open.segment.rows())
    }

    /// From the first to just after the last time of all rows; `None` without rows.
    #[must_use]
    pub fn extent(&self) -> Option<TimeRange> {
        let segments = || (0..self.segment_count()).map(|index| self.segment(index));
        let start = segments().map(Segment::first_time).min()?;
        let end = segments().map(Segment::last_time).max()?;
        Some(TimeRange::new(start, end.saturating_add(1)))
    }

    /// Loads the keys that a query is about to read.
    ///
    /// # Errors
    /// When a key cannot be read or is damaged.
    pub fn load_keys(&self, keys: impl IntoIterator<Item = KeyId>) -> Result<(), LoadError> {
        keys.into_iter()
            .try_for_each(|key| self.table.load_key(key))
    }

    /// Loads every key.
    ///
    /// # Errors
    /// When a key cannot be read or is damaged.
    pub fn load_all_keys(&self) -> Result<(), LoadError> {
        self.load_keys((0..self.table.keys.len()).map(|index| KeyId(index as u16)))
    }
}

impl Table {
    /// The table as queries read it.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View {
            table: self,
            open: None,
        }
    }
}
