//! Builds a changed system beside its unchanged world.
//!
//! The project is laid out in a folder that stays from build to build, one for each system and toolchain, so that
//! only what was changed is compiled again. Files are written only where they differ, because cargo goes by their
//! times. Start at [`build`].
//!
//! What happens is told as [`BuildEvent`]s. Code is compiled here and not run: the crates of a system have no build
//! scripts of their own, and a submission cannot add one.

mod cargo;
mod error;
mod folder;
mod messages;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use error::BuildError;
pub use messages::{CompilerMessage, Severity};

use crate::incident::Cancel;
use crate::source::{Files, build_files};

/// What is built, and where.
#[derive(Debug, Clone, Copy)]
pub struct BuildSpec<'a> {
    /// The system.
    pub system: &'a str,
    /// Its changeable files, as [`crate::submission::reconcile`] gives them.
    pub files: &'a Files,
    /// The folder under which build folders are kept.
    pub builds: &'a Path,
    /// What the build may take.
    pub limits: BuildLimits,
}

/// What a build may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildLimits {
    /// Real time.
    pub time: Duration,
    /// Bytes of memory that cargo and the compilers may hold together.
    pub memory: u64,
    /// Bytes that cargo may write to its output.
    pub output: u64,
    /// Bytes of the folder; one that grew beyond is built from nothing the next time.
    pub disk: u64,
}

impl Default for BuildLimits {
    /// Twenty minutes, 6 GiB of memory, 64 MiB of output and 4 GiB of disk: many times what a first build takes.
    fn default() -> Self {
        Self {
            time: Duration::from_mins(20),
            memory: 6 << 30,
            output: 64 << 20,
            disk: 4 << 30,
        }
    }
}

/// What happens during a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEvent {
    /// Another build uses the folder; this one waits for it.
    Waiting,
    /// Cargo runs. The first build in a folder takes minutes.
    Started {
        /// Whether there is nothing yet to build upon.
        first: bool,
    },
    /// Crates are not on this machine yet and are downloaded.
    Downloading,
    /// A crate is being compiled.
    Crate {
        /// Steps that are done.
        done: u32,
        /// Steps in all.
        total: u32,
        /// The crates at work, as cargo names them.
        names: String,
    },
    /// The compiler says something about the system's own source.
    Compiler(CompilerMessage),
}

/// A built system.
#[derive(Debug)]
pub struct Built {
    program: tempfile::TempPath,
    /// Real time that it took, waiting for another build not counted.
    pub elapsed: Duration,
}

impl Built {
    /// The executable. It is there as long as this value is.
    #[must_use]
    pub fn program(&self) -> PathBuf {
        self.program.to_path_buf()
    }
}

/// Builds. Blocks until the end.
///
/// # Errors
///
/// When the compiler refuses the source, when a limit is reached, or when there is nothing to build with.
pub fn build(
    spec: &BuildSpec<'_>,
    on_event: &mut dyn FnMut(BuildEvent),
    cancel: &Cancel,
) -> Result<Built, BuildError> {
    let files = build_files(spec.system, spec.files)?;
    let toolchain = cargo::toolchain(spec.builds, &files)?;
    let folder = folder::BuildFolder::enter(spec, &toolchain, on_event, cancel)?;
    let started = Instant::now();
    let first = folder.lay_out(&files)?;
    on_event(BuildEvent::Started { first });
    cargo::run(&folder, spec, on_event, cancel)?;
    let program = folder.take_program(spec.system)?;
    Ok(Built {
        program,
        elapsed: started.elapsed(),
    })
}
