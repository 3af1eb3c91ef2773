//! How a table that lies on disk is read: one key or one part at a time, when a query first needs it.

use std::fmt::Debug;

use thiserror::Error;

use super::{Identities, KeyData, KeyType};
use crate::column::{Texts, TraceIndex};

/// Reads parts of a table. Every answer has one entry per segment, in order of the segments.
///
/// Answers are checked by the table (lengths, codes, row numbers); a loader need not.
pub trait Loader: Debug + Send + Sync {
    /// All values of one key.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn key(&self, name: &str, key_type: KeyType) -> Result<KeyData, LoadError>;

    /// Durations per row, in nanoseconds (spans).
    ///
    /// # Errors
    /// When the data cannot be read.
    fn durations(&self) -> Result<Vec<Vec<i64>>, LoadError>;

    /// The trace of each row.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn traces(&self) -> Result<Vec<TraceIndex>, LoadError>;

    /// Span ids and parents.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn identities(&self) -> Result<Vec<Identities>, LoadError>;

    /// Bodies per row (logs).
    ///
    /// # Errors
    /// When the data cannot be read.
    fn bodies(&self) -> Result<Vec<Texts>, LoadError>;
}

/// Why a part of a table could not be loaded.
#[derive(Clone, Debug, Error)]
pub enum LoadError {
    /// The file could not be read or decoded.
    #[error("{what} cannot be read: {reason}")]
    Unreadable {
        /// What was being read.
        what: String,
        /// Why it failed.
        reason: String,
    },
    /// The file was read, but what it holds does not fit together.
    #[error("{what} is damaged: {reason}")]
    Damaged {
        /// What is damaged.
        what: String,
        /// What does not fit.
        reason: String,
    },
}

impl LoadError {
    /// An error for data that contradicts itself.
    #[must_use]
    pub fn damaged(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Damaged {
            what: what.into(),
            reason: reason.into(),
        }
    }

    /// An error for data that cannot be read.
    #[must_use]
    pub fn unreadable(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Unreadable {
            what: what.into(),
            reason: reason.to_string(),
        }
    }
}
