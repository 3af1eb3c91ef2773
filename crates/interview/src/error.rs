//! What can go wrong in the store.

use std::path::PathBuf;

use sea_orm::DbErr;

use crate::session::SessionState;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database file cannot be opened or brought up to date.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: DbErr,
    },
    /// There is no such session.
    #[error("there is no session {0}")]
    UnknownSession(String),
    /// There is no such notebook entry.
    #[error("there is no entry {0} in this notebook")]
    UnknownEntry(String),
    /// The session is not in a state that allows this.
    #[error("the session is {}, it must be {needed} for this", state.as_str())]
    WrongState {
        /// The state that it is in.
        state: SessionState,
        /// The states that would do, in words.
        needed: &'static str,
    },
    /// There would be too much of something.
    #[error("{what} is limited to {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A hypothesis has a status; nothing else does.
    #[error("only a hypothesis has a status")]
    StatusWithoutHypothesis,
    /// The database refused.
    #[error("the database refused")]
    Database(#[from] DbErr),
    /// A row does not hold what this version writes.
    #[error("a row of {table} cannot be read: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        what: String,
    },
}
