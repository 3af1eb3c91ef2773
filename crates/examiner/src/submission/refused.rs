//! Why a submission is not built at all.

use std::fmt;

use crate::source::UnknownSystem;

/// A line of a submitted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the system.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", self.path, self.line)
    }
}

/// A submission that is not built. Each message is a whole reason for a person; [`Refused::next_step`] says what
/// to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such system.
    #[error(transparent)]
    System(#[from] UnknownSystem),
    /// The folder or one of its files cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system says, or what the file is.
        reason: String,
    },
    /// There is more than a system needs.
    #[error("the submission is too large: {what}, at most {limit} are read")]
    TooLarge {
        /// What there is.
        what: String,
        /// What there may be.
        limit: String,
    },
    /// A patch that is none.
    #[error("the patch cannot be read: line {line}: {reason}")]
    Malformed {
        /// The patch's line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A hunk that does not fit.
    #[error("the patch does not apply: hunk {hunk} of {path} {reason}")]
    DoesNotApply {
        /// The file.
        path: String,
        /// The number of the hunk within its file, from 1.
        hunk: usize,
        /// What is there instead.
        reason: String,
    },
    /// Something outside of the system's own folders was changed.
    #[error(
        "{path} may not be changed: only files under src/, migrations/ and tests/ are the system's own"
    )]
    OutOfBounds {
        /// The file.
        path: String,
    },
    /// The source uses something that a system in the simulation must not.
    #[error("it uses {what} ({place}), which {because}")]
    Forbidden {
        /// What is used, as it is written.
        what: String,
        /// Where.
        place: Place,
        /// Why not.
        because: String,
    },
    /// A file that is no Rust.
    #[error("{place} cannot be read as Rust: {reason}")]
    NotRust {
        /// Where.
        place: Place,
        /// What is wrong.
        reason: String,
    },
}

impl Refused {
    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::System(_) => "choose a drill of a system that this version has".to_owned(),
            Self::Unreadable { .. } => "hand in plain text files, no links, in UTF-8".to_owned(),
            Self::TooLarge { .. } => "hand in the system's own source only".to_owned(),
            Self::Malformed { .. } => {
                "make it with `diff -u` or `git diff --no-color` against the system's folder"
                    .to_owned()
            }
            Self::DoesNotApply { .. } => {
                "make it against the unchanged system, as `firedrill open` lays it out".to_owned()
            }
            Self::OutOfBounds { .. } => {
                "take that change back; dependencies and build settings stay as they are".to_owned()
            }
            Self::Forbidden { .. } => {
                "reach time, tasks, randomness and the network through `sim`, \
                and leave reporting to `tracing` and `metrics`"
                    .to_owned()
            }
            Self::NotRust { .. } => "let `cargo check` pass first".to_owned(),
        }
    }
}
