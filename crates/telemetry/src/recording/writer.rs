//! Recording while a system runs: OTLP in, a sealed folder out, and the same rows in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::attachments::{AttachmentInfo, Attachments};
use super::background::Background;
use super::durable::{sync_folder, write_durably};
use super::error::RecordingError;
use super::growing::Growing;
use super::hash::ContentHash;
use super::manifest::{self, Manifest, RecordingInfo};
use super::metrics_file;
use super::reader::Recording;
use super::segments::{Sealed, Segments, copy, describe, write_segments};
use super::sink::{Part, SealedSegment, append_logs, append_traces};
use crate::metrics::{Ingested, MetricCut, MetricStore};
use crate::otlp::{LogsRequest, Rejected, Signal, TraceRequest};
use crate::table::{Stored, TableBuilder, Tables};

/// Writes a recording.
///
/// Rows go into tables in memory, which can be queried all the while; a thread writes completed
/// segments to a folder beside the recording's, called `.NAME.writing`. [`RecordingWriter::seal`]
/// completes it and renames it, so that a recording is there whole or not at all. A writer that is
/// dropped removes its folder. There must be only one writer for a folder.
#[derive(Debug)]
pub struct RecordingWriter {
    folder: PathBuf,
    writing: Writing,
    info: RecordingInfo,
    tables: Arc<Tables>,
    metrics: Arc<RwLock<MetricStore>>,
    attachments: Arc<Attachments>,
    background: Background,
    hash: ContentHash,
}

/// The folder under its temporary name, removed unless it is kept.
#[derive(Debug)]
struct Writing {
    path: PathBuf,
    keep: bool,
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.keep {
            // Nothing can be done about a folder that stays; the next writer removes it.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl RecordingWriter {
    /// Begins a recording that will be the folder `folder`.
    ///
    /// # Errors
    /// When `folder` exists, or nothing can be written beside it.
    pub fn new(folder: &Path, info: RecordingInfo) -> Result<Self, RecordingError> {
        Self::with_tables(folder, info, Arc::default(), Arc::default())
    }

    /// Begins a recording of what tables hold already, hashed so far as `hash`.
    pub(crate) fn over(
        folder: &Path,
        info: RecordingInfo,
        tables: Arc<Tables>,
        metrics: Arc<RwLock<MetricStore>>,
        hash: ContentHash,
    ) -> Result<Self, RecordingError> {
        let mut writer = Self::with_tables(folder, info, tables, metrics)?;
        writer.hash = hash;
        let (tables, from) = (Arc::clone(&writer.tables), Segments::default());
        write_segments(
            &tables,
            &from,
            &Segments::of(&tables),
            &mut writer.background,
        )?;
        Ok(writer)
    }

    fn with_tables(
        folder: &Path,
        info: RecordingInfo,
        tables: Arc<Tables>,
        metrics: Arc<RwLock<MetricStore>>,
    ) -> Result<Self, RecordingError> {
        if folder.exists() {
            return Err(RecordingError::Exists {
                path: folder.to_owned(),
            });
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let path = folder.with_file_name(format!(".{name}.writing"));
        if path.exists() {
            // A writer that was killed left it behind.
            fs::remove_dir_all(&path).map_err(RecordingError::io("remove", &path))?;
        }
        fs::create_dir_all(&path).map_err(RecordingError::io("create", &path))?;
        let writing = Writing { path, keep: false };
        let background = Background::start(&writing.path)?;
        let (folder, hash) = (folder.to_owned(), ContentHash::default());
        let attachments = Arc::new(Attachments::new(&writing.path));
        Ok(Self {
            folder,
            writing,
            info,
            tables,
            metrics,
            attachments,
            background,
            hash,
        })
    }

    /// What it holds by now, to query while it grows.
    #[must_use]
    pub fn growing(&self) -> Growing {
        Growing::new(&self.tables, &self.metrics, &self.attachments)
    }

    /// Appends an `ExportTraceServiceRequest`; returns the spans that could not be accepted.
    ///
    /// # Errors
    /// When the request is malformed (then nothing of it was appended), or writing failed.
    pub fn append_traces(&mut self, otlp: &[u8]) -> Result<Rejected, RecordingError> {
        let request = TraceRequest::decode(otlp)?;
        self.hash.add(Signal::Traces, otlp);
        let mut sealed = Vec::new();
        append_traces(&self.tables, &request, &mut |table, segment| {
            sealed.extend(copy(table, segment));
        });
        self.write(sealed)?;
        Ok(request.rejected)
    }

    /// Appends an `ExportLogsServiceRequest`; returns the records that could not be accepted.
    ///
    /// # Errors
    /// As for traces.
    pub fn append_logs(&mut self, otlp: &[u8]) -> Result<Rejected, RecordingError> {
        let request = LogsRequest::decode(otlp)?;
        self.hash.add(Signal::Logs, otlp);
        let mut sealed = Vec::new();
        append_logs(&self.tables, &request, &mut |table, segment| {
            sealed.extend(copy(table, segment));
        });
        self.write(sealed)?;
        Ok(request.rejected)
    }

    /// Appends an `ExportMetricsServiceRequest`; returns the points that could not be accepted.
    ///
    /// # Errors
    /// When the request is malformed; then nothing of it was appended.
    pub fn append_metrics(&mut self, otlp: &[u8]) -> Result<Rejected, RecordingError> {
        let Ingested { rejected, .. } = self
            .metrics
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .ingest(otlp)?;
        self.hash.add(Signal::Metrics, otlp);
        Ok(rejected)
    }

    /// Keeps a file, such as a heap snapshot. It can be read at once.
    ///
    /// # Errors
    /// When it cannot be written, or there are too many.
    pub fn attach(&mut self, info: AttachmentInfo, bytes: &[u8]) -> Result<(), RecordingError> {
        self.hash.attach(&info, bytes);
        self.attachments.add(info, bytes)
    }

    /// Completes the recording. It stays in memory, so that the first query reads no file.
    ///
    /// # Errors
    /// When something cannot be written; then there is no recording.
    pub fn seal(mut self) -> Result<Recording, RecordingError> {
        for part in Part::ALL {
            let sealed = seal_table(&self.tables, part);
            self.write(sealed)?;
        }
        let Self {
            folder,
            mut writing,
            info,
            tables,
            metrics,
            attachments,
            background,
            hash,
        } = self;
        let mut files = background.finish()?;
        let mut manifest = Manifest::new(info);
        manifest.content_hash = hash.text();
        let (from, to) = (Segments::default(), Segments::of(&tables));
        for part in Part::ALL {
            describe(&mut manifest, &tables, part, (&from, &to), &mut files);
        }
        {
            let store = metrics.read().unwrap_or_else(PoisonError::into_inner);
            let (from, to) = (MetricCut::default(), store.cut());
            metrics_file::write(&writing.path, &store, (&from, &to), &mut manifest)?;
        }
        attachments.describe(&mut manifest)?;
        let path = writing.path.join(manifest::FILE);
        write_durably(&path, &manifest.to_json())?;
        sync_folder(&writing.path)?;
        if folder.exists() {
            return Err(RecordingError::Exists { path: folder });
        }
        attachments.rename(&folder)?;
        writing.keep = true;
        if let Some(parent) = folder
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            sync_folder(parent)?;
        }
        Ok(Recording::in_memory(
            folder,
            manifest,
            tables,
            metrics,
            attachments,
        ))
    }

    fn write(&mut self, groups: Vec<Sealed>) -> Result<(), RecordingError> {
        for (part, group) in groups {
            self.background.write(part, group)?;
        }
        Ok(())
    }
}

/// Seals what is open in a table, and makes the table one that takes no more rows.
fn seal_table(tables: &Tables, part: Part) -> Vec<Sealed> {
    let mut stored = match part {
        Part::Spans => tables.spans_mut(),
        Part::Logs => tables.logs_mut(),
        Part::Samples => tables.samples_mut(),
    };
    let Stored::Open(table) = &mut *stored else {
        return Vec::new();
    };
    let index = table.seal();
    let sealed = index.and_then(|index| copy(table, SealedSegment { part, index }));
    let finished = std::mem::replace(table, TableBuilder::new(super::background::signal(part)));
    *stored = Stored::Sealed(finished.finish());
    sealed.into_iter().collect()
}
