//! A sealed recording: opened from its folder, or just written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::background::signal;
use super::durable::entry_of;
use super::error::RecordingError;
use super::loader::ParquetLoader;
use super::manifest::{Manifest, TableEntry};
use super::metrics_file;
use super::sink::Part;
use crate::metrics::MetricStore;
use crate::table::{KeyHeader, Stored, Table, Tables};

/// A sealed recording. Opening reads the manifest and the times of all rows; the rest is read when a
/// query first needs it.
#[derive(Debug)]
pub struct Recording {
    folder: PathBuf,
    manifest: Manifest,
    tables: Arc<Tables>,
    metrics: Arc<RwLock<MetricStore>>,
    /// Whether `metrics` is what the file holds.
    metrics_loaded: Mutex<bool>,
}

impl Recording {
    /// Opens the recording in a folder.
    ///
    /// # Errors
    /// When there is none, or it is damaged, foreign or from a later version.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        let manifest = Manifest::read(folder)?;
        for (name, entry) in &manifest.files {
            let path = folder.join(name);
            let found = match std::fs::metadata(&path) {
                Ok(found) => found.len(),
                Err(error) => return Err(RecordingError::damaged(&path, error)),
            };
            if found != entry.bytes {
                let reason = format!("it has {found} bytes instead of {}", entry.bytes);
                return Err(RecordingError::damaged(path, reason));
            }
        }
        let [spans, logs, samples] = Part::ALL.map(|part| open_table(folder, &manifest, part));
        let tables = Tables::new(
            Stored::Sealed(spans?),
            Stored::Sealed(logs?),
            Stored::Sealed(samples?),
        );
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            tables: Arc::new(tables),
            metrics: Arc::default(),
            metrics_loaded: Mutex::new(false),
        })
    }

    /// A recording whose rows are in memory already.
    pub(super) fn in_memory(
        folder: PathBuf,
        manifest: Manifest,
        tables: Arc<Tables>,
        metrics: Arc<RwLock<MetricStore>>,
    ) -> Self {
        Self {
            folder,
            manifest,
            tables,
            metrics,
            metrics_loaded: Mutex::new(true),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it is.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Spans, logs and database samples.
    #[must_use]
    pub fn tables(&self) -> &Arc<Tables> {
        &self.tables
    }

    /// The metrics, read from disk the first time.
    ///
    /// # Errors
    /// When the files cannot be read or are damaged.
    pub fn metrics(&self) -> Result<RwLockReadGuard<'_, MetricStore>, RecordingError> {
        let mut loaded = self
            .metrics_loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !*loaded {
            let store = metrics_file::read(&self.folder)?;
            *self.metrics.write().unwrap_or_else(PoisonError::into_inner) = store;
            *loaded = true;
        }
        drop(loaded);
        Ok(self.metrics.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads everything that has not been read yet, so that no query waits for the disk.
    ///
    /// # Errors
    /// When something cannot be read or is damaged.
    pub fn load_all(&self) -> Result<(), RecordingError> {
        self.tables.spans().load_all()?;
        self.tables.logs().load_all()?;
        self.tables.samples().load_all()?;
        self.metrics().map(drop)
    }

    /// Compares every file with its checksum.
    ///
    /// # Errors
    /// [`RecordingError::Damaged`] for the first file that differs.
    pub fn verify(&self) -> Result<(), RecordingError> {
        for (name, entry) in &self.manifest.files {
            let path = self.folder.join(name);
            if entry_of(&path)? != *entry {
                return Err(RecordingError::damaged(
                    path,
                    "its bytes are not those that were written",
                ));
            }
        }
        Ok(())
    }
}

fn open_table(folder: &Path, manifest: &Manifest, part: Part) -> Result<Table, RecordingError> {
    let path = folder.join(part.file());
    let unknown = TableEntry::default();
    let entry = manifest.tables.get(part.name()).unwrap_or(&unknown);
    let loader = ParquetLoader::open(&path, entry, signal(part))?;
    let times = loader.times()?;
    let headers: Vec<KeyHeader> = (entry.keys.iter())
        .map(|key| KeyHeader {
            name: key.name.clone(),
            key_type: key.key_type,
            rows: key.rows,
        })
        .collect();
    let resources = entry.resources.clone();
    Table::open(signal(part), times, &headers, resources, Box::new(loader))
        .map_err(|error| RecordingError::damaged(path, error))
}
