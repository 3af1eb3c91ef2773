//! Why a server cannot be started.

use std::net::SocketAddr;
use std::path::PathBuf;

use interview::StoreError;

/// Why a server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The data folder cannot be created or written.
    #[error("cannot write to the data folder {}: {source}", folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Another process serves from the data folder.
    #[error("another Firedrill uses the data folder {}", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The database cannot be opened.
    #[error("the database in the data folder cannot be used")]
    Store(#[from] StoreError),
    /// The address is taken or not allowed.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A thread cannot be started, or the server broke while it ran.
    #[error("the server stopped: {0}")]
    Io(#[from] std::io::Error),
}
