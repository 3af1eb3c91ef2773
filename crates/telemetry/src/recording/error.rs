//! What can go wrong with a recording on disk, and what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::manifest::VERSION;
use crate::otlp::DecodeError;
use crate::table::LoadError;

/// Why a recording could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The folder is not there.
    #[error("{} does not exist; check the path, or list the recordings", .path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The folder has no manifest.
    #[error("{} is not a recording: it has no manifest.json; was it copied completely?", .path.display())]
    NotARecording {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest belongs to something else.
    #[error(
        "{} is not a recording: its manifest says format \"{format}\" instead of \"firedrill-recording\"",
        .path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The format that it claims.
        format: String,
    },
    /// A later version wrote it.
    #[error(
        "{} was written in format version {found}, and this program reads versions up to {VERSION}; \
         use a newer program",
        .path.display()
    )]
    NewerVersion {
        /// The folder.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// Something in the folder contradicts the rest.
    #[error(
        "{} is damaged: {reason}; copy the recording again, or simulate the incident again",
        .path.display()
    )]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is something where the recording should go.
    #[error("{} exists already; choose another folder, or remove it", .path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A request is malformed.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A part of a table could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Too many files.
    #[error("a recording has at most {limit} attachments; take fewer of them")]
    TooManyAttachments {
        /// How many it may have.
        limit: usize,
    },
    /// The background writer ended early; the first error says why.
    #[error("the recording's writer has stopped after an earlier error")]
    WriterStopped,
}

impl RecordingError {
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub(crate) fn damaged(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::Damaged {
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}
