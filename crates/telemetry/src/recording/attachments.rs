//! Files that belong to a recording: heap snapshots and the like.
//!
//! Each is compressed with zstd into `attachments/`, numbered in order of arrival; the manifest says what they
//! are. They are written when they come, so that they can be read while the recording grows. Start at
//! [`Attachments`].
//!
//! What is in them is nobody's business here.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::durable::{HashedFile, sync_folder};
use super::error::RecordingError;
use super::manifest::{FileEntry, Manifest, decimal};

/// Files of one recording.
const MAX_FILES: usize = 10_000;
/// Below zstd's default: a snapshot of 100 MB should not hold up what is recorded after it.
const LEVEL: i32 = 1;
const FOLDER: &str = "attachments";

/// What is known about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentInfo {
    /// What it is called; need not be unique.
    pub name: String,
    /// Its media type, such as `application/json`.
    pub media_type: String,
    /// When it was made, nanoseconds since the Unix epoch.
    #[serde(with = "decimal")]
    pub time_unix_nano: i64,
    /// The service of which it was made.
    pub service: String,
    /// The instance of that service; may be empty.
    pub instance: String,
}

/// A file of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentEntry {
    /// Where it lies beside the manifest, compressed with zstd.
    pub file: String,
    /// What it is.
    #[serde(flatten)]
    pub info: AttachmentInfo,
    /// Its size before it was compressed.
    pub bytes: u64,
}

/// The files of one recording, whoever looks at it.
#[derive(Debug, Default)]
pub(crate) struct Attachments {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    folder: PathBuf,
    entries: Vec<(AttachmentEntry, FileEntry)>,
}

impl Attachments {
    /// Of a recording that is written to `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with(folder, Vec::new())
    }

    /// Of a sealed recording.
    pub(crate) fn of(folder: &Path, manifest: &Manifest) -> Self {
        let file = |entry: &AttachmentEntry| manifest.files.get(&entry.file).cloned();
        let entries = manifest.attachments.iter();
        let entries = entries.map(|entry| (entry.clone(), file(entry).unwrap_or_default()));
        Self::with(folder, entries.collect())
    }

    fn with(folder: &Path, entries: Vec<(AttachmentEntry, FileEntry)>) -> Self {
        let folder = folder.to_owned();
        Self {
            state: RwLock::new(State { folder, entries }),
        }
    }

    /// Writes a file; it can be read from then on.
    pub(crate) fn add(&self, info: AttachmentInfo, bytes: &[u8]) -> Result<(), RecordingError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let number = state.entries.len();
        if number >= MAX_FILES {
            return Err(RecordingError::TooManyAttachments { limit: MAX_FILES });
        }
        let file = file_name(number);
        let path = state.folder.join(&file);
        if let Some(folder) = path.parent().filter(|_| number == 0) {
            fs::create_dir(folder).map_err(RecordingError::io("create", folder))?;
        }
        let mut written = HashedFile::create(&path)?;
        compress(bytes, &mut written).map_err(RecordingError::io("write", &path))?;
        let entry = AttachmentEntry {
            file,
            info,
            bytes: bytes.len() as u64,
        };
        let on_disk = written.finish()?;
        state.entries.push((entry, on_disk));
        Ok(())
    }

    /// What there is, in order of arrival.
    pub(crate) fn list(&self) -> Vec<AttachmentEntry> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state
            .entries
            .iter()
            .map(|(entry, _)| entry.clone())
            .collect()
    }

    /// A file's content, by its place in the list.
    pub(crate) fn open(&self, number: usize) -> Result<Option<AttachmentReader>, RecordingError> {
        // The lock is held until the file is open, so that the folder is not renamed meanwhile.
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let Some((entry, _)) = state.entries.get(number) else {
            return Ok(None);
        };
        let path = state.folder.join(file_name(number));
        if entry.file != file_name(number) {
            let reason = format!("attachment {number} is called {}", entry.file);
            return Err(RecordingError::damaged(&state.folder, reason));
        }
        let file = File::open(&path).map_err(RecordingError::io("open", &path))?;
        let decoder = zstd::Decoder::new(file).map_err(RecordingError::io("read", &path))?;
        Ok(Some(AttachmentReader(decoder.take(entry.bytes))))
    }

    /// Enters the files into a manifest and makes their names durable.
    pub(crate) fn describe(&self, manifest: &mut Manifest) -> Result<(), RecordingError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        for (entry, file) in &state.entries {
            manifest.files.insert(entry.file.clone(), file.clone());
            manifest.attachments.push(entry.clone());
        }
        if state.entries.is_empty() {
            return Ok(());
        }
        sync_folder(&state.folder.join(FOLDER))
    }

    /// Moves the folder; who reads a file waits for so long.
    pub(crate) fn rename(&self, to: &Path) -> Result<(), RecordingError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        fs::rename(&state.folder, to).map_err(RecordingError::io("rename", &state.folder))?;
        to.clone_into(&mut state.folder);
        Ok(())
    }
}

fn file_name(number: usize) -> String {
    format!("{FOLDER}/{:04}.zst", number + 1)
}

fn compress(bytes: &[u8], into: impl Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(into, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    encoder.write_all(bytes)?;
    encoder.finish().map(drop)
}

/// The content of an attachment, as it was given; no more than the manifest promises.
pub struct AttachmentReader(io::Take<zstd::Decoder<'static, BufReader<File>>>);

impl Read for AttachmentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl std::fmt::Debug for AttachmentReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AttachmentReader").finish_non_exhaustive()
    }
}
