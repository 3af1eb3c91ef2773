//! Why a file cannot be read, in words that help.

use std::io;

/// Why a file is not read as a heap snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The reader failed.
    #[error("read the heap snapshot at byte {offset}: {source}")]
    Io {
        /// Bytes that were read before.
        offset: u64,
        /// The reader's error.
        source: io::Error,
    },
    /// The file ends too early.
    #[error("read the heap snapshot: it ends at byte {offset}, inside {section}")]
    Truncated {
        /// The length of the file in bytes.
        offset: u64,
        /// The part that has no end.
        section: &'static str,
    },
    /// It is something else.
    #[error("read the heap snapshot: at byte {offset} there is {found}, not a V8 heap snapshot")]
    Foreign {
        /// Where that was seen.
        offset: u64,
        /// What it looks like.
        found: String,
    },
    /// It begins as a heap snapshot and then contradicts itself or JSON.
    #[error("read the heap snapshot at byte {offset}, in {section}: {what}")]
    Damaged {
        /// Where that was seen; for what only the whole file shows, its end.
        offset: u64,
        /// The part of the file.
        section: &'static str,
        /// What is wrong.
        what: String,
    },
    /// It is beyond a limit.
    #[error("read the heap snapshot: it has {found} {what}, the limit is {limit}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much the file has, as far as it was read.
        found: u64,
        /// How much may be.
        limit: u64,
    },
    /// There is not enough memory for the columns.
    #[error("read the heap snapshot: there is no memory for {count} {what}")]
    OutOfMemory {
        /// Nodes or edges.
        what: &'static str,
        /// How many the file states.
        count: u64,
    },
}

impl ReadError {
    /// The byte of the file at which reading stopped, where there is one.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::Io { offset, .. }
            | Self::Truncated { offset, .. }
            | Self::Foreign { offset, .. }
            | Self::Damaged { offset, .. } => Some(*offset),
            Self::TooLarge { .. } | Self::OutOfMemory { .. } => None,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Copy the file to a local disk and try again.",
            Self::Truncated { .. } => {
                "Wait until the process has written the whole snapshot, or copy the file again."
            }
            Self::Foreign { .. } => {
                "Write one with v8.writeHeapSnapshot() in Node.js, or save one in the Memory panel of Chrome DevTools."
            }
            Self::Damaged { .. } => "Copy the file again, or take a new snapshot.",
            Self::TooLarge { .. } => "Take the snapshot earlier, while the process is smaller.",
            Self::OutOfMemory { .. } => "Open it on a machine with more memory.",
        }
    }
}

/// What the first bytes of a foreign file look like.
pub(super) fn describe_start(start: &[u8]) -> String {
    let known: [(&[u8], &str); 7] = [
        (&[0x28, 0xb5, 0x2f, 0xfd], "a zstd archive"),
        (&[0x1f, 0x8b], "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"JAVA PROFILE", "a Java heap dump"),
        (b"\x7fELF", "an ELF file"),
        (b"PAR1", "a Parquet file"),
        (b"<", "markup"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| start.starts_with(magic)) {
        return (*name).to_owned();
    }
    let text = String::from_utf8_lossy(&start[..start.len().min(16)]);
    format!("{text:?}")
}
