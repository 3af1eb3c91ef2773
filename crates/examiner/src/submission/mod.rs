//! A submission: what somebody changed of a system, as a patch or as a folder.
//!
//! [`reconcile`] turns either into the files of the changed system. It refuses everything but text under the
//! system's own `src/`, `migrations/` and `tests/`, and source that reaches out of the simulation (`scan`): the
//! code runs in one process with the world that judges it, so what it may call is a closed list.
//!
//! It writes nothing and builds nothing.

mod allowed;
mod folder;
mod patch;
mod path;
mod refused;
mod scan;

use std::path::PathBuf;

pub use refused::{Place, Refused};

use crate::source::{Files, system_files};

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// The text of a unified diff against the system's folder.
    Patch(String),
    /// A folder with the system's files, such as one that was laid out by [`crate::source::candidate_files`].
    Folder(PathBuf),
    /// The whole text of each file that was changed or added.
    Changes(Files),
}

/// The most bytes of a patch, and of one file.
pub(crate) const FILE_BYTES: usize = 1 << 20;
/// The most files of a submission.
pub(crate) const FILES: usize = 2_000;
/// The most bytes of all files together.
pub(crate) const TOTAL_BYTES: usize = 16 << 20;

/// The changeable files of `system` as the submission leaves them.
///
/// # Errors
///
/// When something was changed that must not be, when a patch does not fit, or when the source reaches out of the
/// simulation.
pub fn reconcile(system: &str, submission: &Submission) -> Result<Files, Refused> {
    let original = system_files(system)?;
    let changed = match submission {
        Submission::Patch(text) => patch::apply(&original, text)?,
        Submission::Folder(folder) => folder::read(system, folder)?,
        Submission::Changes(files) => with_changes(original.clone(), files)?,
    };
    check_size(&changed)?;
    scan::check(&original, &changed)?;
    Ok(changed)
}

/// How many files differ from the original, for a first word to the person.
#[must_use]
pub fn changed_files(original: &Files, changed: &Files) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> =
        original.keys().chain(changed.keys()).collect();
    paths
        .into_iter()
        .filter(|path| original.get(*path) != changed.get(*path))
        .cloned()
        .collect()
}

/// Whether a submission may have a file of this name and text.
///
/// # Errors
///
/// When the path leads out of the system's own folders, or the text is too large.
pub fn check_file(path: &str, text: &str) -> Result<(), Refused> {
    path::check(path)?;
    if text.len() > FILE_BYTES {
        return Err(Refused::TooLarge {
            what: format!("{path} has {} bytes", text.len()),
            limit: format!("{FILE_BYTES} bytes a file"),
        });
    }
    Ok(())
}

fn with_changes(mut files: Files, changes: &Files) -> Result<Files, Refused> {
    for (path, text) in changes {
        check_file(path, text)?;
        files.insert(path.clone(), text.clone());
    }
    Ok(files)
}

fn check_size(files: &Files) -> Result<(), Refused> {
    if files.len() > FILES {
        return Err(Refused::TooLarge {
            what: format!("it has {} files", files.len()),
            limit: format!("{FILES} files"),
        });
    }
    let total: usize = files.values().map(String::len).sum();
    if total > TOTAL_BYTES {
        return Err(Refused::TooLarge {
            what: format!("its files have {total} bytes"),
            limit: format!("{TOTAL_BYTES} bytes"),
        });
    }
    Ok(())
}
