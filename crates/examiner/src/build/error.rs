//! Why a build gave no executable.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::messages::CompilerMessage;
use crate::source::UnknownSystem;

/// A build that gave nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no such system.
    #[error(transparent)]
    System(#[from] UnknownSystem),
    /// The compiler refused the source.
    #[error("the system does not compile: {}", first(.0))]
    Compiler(Vec<CompilerMessage>),
    /// There is no Rust toolchain.
    #[error("there is no Rust toolchain to build with: {0}")]
    NoToolchain(String),
    /// Crates are neither on this machine nor to be had.
    #[error(
        "the crates that the system stands on are not on this machine and cannot be downloaded: {0}"
    )]
    CratesMissing(String),
    /// Cargo failed for another reason.
    #[error("cargo failed: {0}")]
    Cargo(String),
    /// It took too long.
    #[error("the build took longer than {} s", .0.as_secs())]
    Time(Duration),
    /// The compilers held too much memory.
    #[error("the build held more than {} MiB of memory", .0 >> 20)]
    Memory(u64),
    /// It said too much.
    #[error("the build wrote more than {0} bytes of messages")]
    Output(u64),
    /// Somebody ended it.
    #[error("the build was cancelled")]
    Cancelled,
    /// A file or folder cannot be used.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl BuildError {
    /// Whether the submission is at fault, and not the machine.
    #[must_use]
    pub fn is_of_the_submission(&self) -> bool {
        matches!(
            self,
            Self::Compiler(_) | Self::Time(_) | Self::Memory(_) | Self::Output(_)
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::System(_) => "choose a drill of a system that this version has",
            Self::Compiler(_) => "let `cargo check` pass in the folder first",
            Self::NoToolchain(_) => "install Rust from https://rustup.rs",
            Self::CratesMissing(_) => "run it once with a connection to the crates registry",
            Self::Time(_) | Self::Memory(_) | Self::Output(_) => {
                "look for what the compiler cannot come to an end with, such as a macro or a constant"
            }
            Self::Cancelled => "start it again",
            Self::Cargo(_) | Self::Io { .. } => {
                "check the data folder, its disk and the Rust toolchain"
            }
        }
    }

    pub(super) fn io(
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
}

fn first(messages: &[CompilerMessage]) -> String {
    messages
        .first()
        .map_or_else(String::new, ToString::to_string)
}
