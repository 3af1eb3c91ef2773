//! Why a question cannot be answered.

use thiserror::Error;

use crate::filter::FilterError;
use crate::table::LoadError;

/// A question that cannot be answered.
#[derive(Clone, Debug, Error)]
pub enum QueryError {
    /// The query does not parse.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The recording cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The question itself cannot be answered.
    #[error("{message}")]
    Unanswerable {
        /// What is wrong.
        message: String,
        /// What to do about it.
        next_step: String,
    },
}

impl QueryError {
    pub(super) fn unanswerable(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::Unanswerable {
            message: message.into(),
            next_step: next_step.into(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> &str {
        match self {
            Self::Filter(error) => &error.next_step,
            Self::Load(_) => "make the recording again, or copy it again from where it came from",
            Self::Unanswerable { next_step, .. } => next_step,
        }
    }
}
