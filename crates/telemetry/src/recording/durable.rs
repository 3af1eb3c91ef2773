//! Files and folders that are on disk when these functions return, and reading what may be damaged.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::error::RecordingError;
use super::manifest::FileEntry;

/// A new file that counts and hashes what is written to it.
pub(crate) struct HashedFile {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Xxh3,
    bytes: u64,
}

impl HashedFile {
    pub(crate) fn create(path: &Path) -> Result<Self, RecordingError> {
        let file = File::create_new(path).map_err(RecordingError::io("create", path))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Self {
            path: path.to_owned(),
            file,
            hash: Xxh3::new(),
            bytes: 0,
        })
    }

    /// Forces the file to disk.
    pub(crate) fn finish(self) -> Result<FileEntry, RecordingError> {
        let io = |error| RecordingError::io("write to", &self.path)(error);
        let file = self
            .file
            .into_inner()
            .map_err(|error| io(error.into_error()))?;
        file.sync_all().map_err(io)?;
        Ok(FileEntry {
            bytes: self.bytes,
            xxh3: format!("{:016x}", self.hash.digest()),
        })
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a file is now, to compare with what it was.
pub(crate) fn entry_of(path: &Path) -> Result<FileEntry, RecordingError> {
    let bytes = fs::read(path).map_err(RecordingError::io("read", path))?;
    Ok(FileEntry {
        bytes: bytes.len() as u64,
        xxh3: format!("{:016x}", xxh3_64(&bytes)),
    })
}

pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), RecordingError> {
    let io = |error| RecordingError::io("write", path)(error);
    let mut file = File::create_new(path).map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.sync_all().map_err(io)
}

/// Makes names in a folder durable: a file's own sync does not cover its name.
pub(crate) fn sync_folder(path: &Path) -> Result<(), RecordingError> {
    let folder = File::open(path).map_err(RecordingError::io("open", path))?;
    folder
        .sync_all()
        .map_err(RecordingError::io("force to disk", path))
}

/// Runs a decoder that was not written for damaged files and may panic on one; `None` when it did.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    // What a panic leaves half done is dropped with the closure.
    catch_unwind(AssertUnwindSafe(decode)).ok()
}
