//! A sealed recording: opened from its folder, or just written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::attachments::{AttachmentEntry, AttachmentReader, Attachments};
use super::background::signal;
use super::durable::entry_of;
use super::error::RecordingError;
use super::loader::ParquetLoader;
use super::manifest::{self, Manifest};
use super::metrics_file;
use super::part_file::PartFile;
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
    attachments: Arc<Attachments>,
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
        check_files((folder, &manifest))?;
        let [spans, logs, samples] = Part::ALL.map(|part| open_table(&[(folder, &manifest)], part));
        let tables = Tables::new(
            Stored::Sealed(spans?),
            Stored::Sealed(logs?),
            Stored::Sealed(samples?),
        );
        Ok(Self {
            folder: folder.to_owned(),
            attachments: Arc::new(Attachments::of(folder, &manifest)),
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
        attachments: Arc<Attachments>,
    ) -> Self {
        Self {
            folder,
            manifest,
            tables,
            metrics,
            attachments,
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
            let mut store = MetricStore::default();
            metrics_file::read(&self.folder, &mut store)?;
            *self.metrics.write().unwrap_or_else(PoisonError::into_inner) = store;
            *loaded = true;
        }
        drop(loaded);
        Ok(self.metrics.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The files, such as heap snapshots, in order of arrival.
    #[must_use]
    pub fn attachments(&self) -> &[AttachmentEntry] {
        &self.manifest.attachments
    }

    /// A file's content, by its place in [`Recording::attachments`]; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open_attachment(
        &self,
        number: usize,
    ) -> Result<Option<AttachmentReader>, RecordingError> {
        self.attachments.open(number)
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

/// A folder of files with its manifest.
pub(crate) type Folder<'a> = (&'a Path, &'a Manifest);

/// Opens a table whose rows lie in several folders, in order.
pub(crate) fn open_table(folders: &[Folder<'_>], part: Part) -> Result<Table, RecordingError> {
    let mut files = Vec::new();
    let mut headers: Vec<KeyHeader> = Vec::new();
    let mut resources = Vec::new();
    for (folder, manifest) in folders {
        let Some(entry) = manifest.tables.get(part.name()) else {
            let reason = format!("it says nothing of the table {}", part.name());
            return Err(RecordingError::damaged(folder.join(manifest::FILE), reason));
        };
        files.push(PartFile::open(
            &folder.join(part.file()),
            entry,
            signal(part),
        )?);
        for key in &entry.keys {
            let known = |header: &&mut KeyHeader| {
                header.name == key.name && header.key_type == key.key_type
            };
            match headers.iter_mut().find(known) {
                Some(header) => header.rows += key.rows,
                None => headers.push(KeyHeader {
                    name: key.name.clone(),
                    key_type: key.key_type,
                    rows: key.rows,
                }),
            }
        }
        // Resources keep their numbers, so the last folder knows all of them.
        resources.clone_from(&entry.resources);
    }
    let loader = ParquetLoader::new(signal(part), files);
    let times = loader.times()?;
    Table::open(signal(part), times, &headers, resources, Box::new(loader)).map_err(|error| {
        let path = folders
            .last()
            .map_or_else(PathBuf::new, |(folder, _)| folder.join(part.file()));
        RecordingError::damaged(path, error)
    })
}

/// Checks that the files of a manifest are there and have their sizes.
pub(crate) fn check_files((folder, manifest): Folder<'_>) -> Result<(), RecordingError> {
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
    Ok(())
}
