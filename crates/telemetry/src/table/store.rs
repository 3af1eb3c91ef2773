//! The sealed part of a table: keys, segments, resources, and loading on demand.

use std::sync::{Mutex, OnceLock, PoisonError};

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::check::{check_key, check_lengths};
use super::key::INTRINSIC;
use super::{Key, KeyId, KeyType, LoadError, Loader, Resource, ResourceId, Segment};

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Spans: with durations and parents.
    Spans,
    /// Log records, events and database samples: with bodies and patterns.
    Logs,
}

/// A key as a recording's manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyHeader {
    /// Name.
    pub name: String,
    /// Type.
    pub key_type: KeyType,
    /// Rows that have it.
    pub rows: u64,
}

/// Bytes of memory by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemoryUse {
    /// Times, durations, traces, identities, bodies.
    pub core: usize,
    /// Columns.
    pub columns: usize,
    /// Dictionaries.
    pub dictionaries: usize,
}

impl MemoryUse {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> usize {
        self.core + self.columns + self.dictionaries
    }
}

/// The sealed segments of one signal.
#[derive(Debug)]
pub struct Table {
    pub(crate) signal: Signal,
    pub(crate) keys: Vec<Key>,
    pub(crate) names: HashMap<String, [Option<KeyId>; 4]>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) resources: Vec<Resource>,
    loader: Option<Box<dyn Loader>>,
    loading: Mutex<()>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(signal: Signal) -> Self {
        let mut table = Self {
            signal,
            keys: Vec::new(),
            names: HashMap::new(),
            segments: Vec::new(),
            resources: Vec::new(),
            loader: None,
            loading: Mutex::new(()),
        };
        for (name, key_type) in INTRINSIC {
            table.add_key(name, key_type);
        }
        table
    }

    /// A table on disk: the times of its segments and the list of its keys are known, the rest is
    /// loaded when a query asks for it.
    ///
    /// # Errors
    /// When a segment is empty, too long or not sorted.
    pub fn open(
        signal: Signal,
        segment_times: Vec<Vec<i64>>,
        keys: &[KeyHeader],
        resources: Vec<Resource>,
        loader: Box<dyn Loader>,
    ) -> Result<Self, LoadError> {
        let mut table = Self::new(signal);
        for (index, times) in segment_times.into_iter().enumerate() {
            if times.is_empty() || times.len() > super::SEGMENT_ROWS || !times.is_sorted() {
                return Err(LoadError::damaged(
                    format!("segment {index}"),
                    "times are not 1 to 65,535 sorted values",
                ));
            }
            table.segments.push(Segment::new(times));
        }
        for header in keys {
            let id = match table.key(&header.name, header.key_type) {
                Some(id) => id,
                None => table.add_key(&header.name, header.key_type),
            };
            table.keys[id.index()].rows = header.rows;
        }
        table.resources = resources;
        // Intrinsic keys that no row has are not on disk.
        for key in &mut table.keys {
            if key.rows == 0 {
                key.data_mut();
            }
        }
        table.loader = Some(loader);
        Ok(table)
    }

    /// What the rows are.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// All keys, in order of [`KeyId`].
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key with this name and type.
    #[must_use]
    pub fn key(&self, name: &str, key_type: KeyType) -> Option<KeyId> {
        self.names.get(name)?[key_type as usize]
    }

    /// The keys of all types with this name.
    #[must_use]
    pub fn keys_named(&self, name: &str) -> Vec<KeyId> {
        self.names
            .get(name)
            .map(|ids| ids.iter().flatten().copied().collect())
            .unwrap_or_default()
    }

    /// Sealed segments, in order of sealing.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// A sealed segment.
    #[must_use]
    pub fn segment(&self, index: usize) -> Option<&Segment> {
        self.segments.get(index)
    }

    /// Resources, in order of [`ResourceId`].
    #[must_use]
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// One resource.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(id.0 as usize)
    }

    /// Rows in sealed segments.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.segments.iter().map(Segment::rows).sum()
    }

    /// Bytes of memory of what is loaded.
    #[must_use]
    pub fn memory(&self) -> MemoryUse {
        let mut used = MemoryUse {
            core: self.segments.iter().map(Segment::bytes).sum(),
            ..MemoryUse::default()
        };
        for data in self.keys.iter().filter_map(Key::data) {
            used.columns += data
                .columns
                .iter()
                .flatten()
                .map(crate::column::Column::bytes)
                .sum::<usize>();
            used.dictionaries += data.dictionary.bytes();
        }
        used
    }

    /// Loads everything that is not loaded yet; afterwards no query waits for the disk.
    ///
    /// # Errors
    /// When something cannot be read or is damaged; what could be loaded stays loaded.
    pub fn load_all(&self) -> Result<(), LoadError> {
        if self.signal == Signal::Spans {
            self.load_durations()?;
        } else {
            self.load_bodies()?;
        }
        self.load_traces()?;
        self.load_identities()?;
        (0..self.keys.len()).try_for_each(|index| self.load_key(KeyId(index as u16)))
    }

    /// Loads a key unless it is loaded.
    pub(crate) fn load_key(&self, id: KeyId) -> Result<(), LoadError> {
        let Some(key) = self.keys.get(id.index()) else {
            return Ok(());
        };
        let Some(loader) = self.loader.as_deref() else {
            return Ok(());
        };
        if key.data.get().is_some() {
            return Ok(());
        }
        let _one_at_a_time = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if key.data.get().is_some() {
            return Ok(());
        }
        let data = loader.key(&key.name, key.key_type)?;
        check_key(key, &data, &self.segments)?;
        let _ = key.data.set(data);
        Ok(())
    }

    pub(crate) fn load_durations(&self) -> Result<(), LoadError> {
        self.load_part(
            "durations",
            |segment| &segment.durations,
            |loader| loader.durations(),
            Vec::len,
        )
    }

    pub(crate) fn load_traces(&self) -> Result<(), LoadError> {
        self.load_part(
            "trace ids",
            |segment| &segment.traces,
            |loader| loader.traces(),
            super::check::trace_rows,
        )
    }

    pub(crate) fn load_identities(&self) -> Result<(), LoadError> {
        self.load_part(
            "span ids",
            |segment| &segment.identities,
            |loader| loader.identities(),
            if self.signal == Signal::Spans {
                super::check::span_rows
            } else {
                super::check::log_rows
            },
        )
    }

    pub(crate) fn load_bodies(&self) -> Result<(), LoadError> {
        self.load_part(
            "bodies",
            |segment| &segment.bodies,
            |loader| loader.bodies(),
            crate::column::Texts::len,
        )
    }

    fn load_part<T>(
        &self,
        what: &str,
        slot: impl Fn(&Segment) -> &OnceLock<T>,
        load: impl Fn(&dyn Loader) -> Result<Vec<T>, LoadError>,
        rows: impl Fn(&T) -> usize,
    ) -> Result<(), LoadError> {
        let missing = || {
            self.segments
                .iter()
                .any(|segment| slot(segment).get().is_none())
        };
        let Some(loader) = self.loader.as_deref() else {
            return Ok(());
        };
        if !missing() {
            return Ok(());
        }
        let _one_at_a_time = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if !missing() {
            return Ok(());
        }
        let parts = load(loader)?;
        check_lengths(what, parts.iter().map(rows), &self.segments)?;
        for (segment, part) in self.segments.iter().zip(parts) {
            let _ = slot(segment).set(part);
        }
        Ok(())
    }

    /// Adds a key; the caller has seen that it is new and that there is room.
    pub(crate) fn add_key(&mut self, name: &str, key_type: KeyType) -> KeyId {
        let id = KeyId(self.keys.len() as u16);
        self.keys.push(Key::new(name, key_type));
        self.names.entry_ref(name).or_default()[key_type as usize] = Some(id);
        id
    }

    /// From now on the table is complete in memory and may be appended to.
    pub(crate) fn forget_loader(&mut self) {
        self.loader = None;
    }
}
