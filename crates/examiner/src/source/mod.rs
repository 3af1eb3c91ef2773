//! What a system is built from, and how it is laid out as a Cargo project.
//!
//! The sources are in the binary, so that a candidate's copy and the examiner's come from the same bytes. Two
//! layouts are made of them: [`candidate_files`] is what a candidate may see and change, a project that builds
//! by itself; `build_files` is the examiner's, with the world beside the system. Start at [`candidate_files`].
//!
//! It writes nothing: a layout is a map from paths to text.

mod embedded;
mod layout;
mod lock;
mod manifest;

use std::collections::BTreeMap;

pub use layout::candidate_files;
pub(crate) use layout::{build_files, system_files};
pub(crate) use manifest::PROFILE;

/// Files by their path relative to the project, with `/`.
pub type Files = BTreeMap<String, String>;

/// The folders of a system that a submission may change.
pub(crate) const CHANGEABLE: [&str; 3] = ["src/", "migrations/", "tests/"];

/// There is no system of this name in the binary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no system `{0}` whose source could be laid out")]
pub struct UnknownSystem(pub String);

/// Names the version of a system's source: the same text gives the same hash, anywhere.
///
/// # Errors
///
/// When there is no such system.
pub fn version(system: &str) -> Result<String, UnknownSystem> {
    Ok(hash(&candidate_files(system)?))
}

/// Names the version of a system's source together with its world's.
///
/// # Errors
///
/// When there is no such system.
pub(crate) fn version_with_world(system: &str) -> Result<String, UnknownSystem> {
    Ok(hash(&build_files(system, &system_files(system)?)?))
}

/// A hash over paths and texts.
pub(crate) fn hash(files: &Files) -> String {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for (path, text) in files {
        for part in [path, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    format!("{:032x}", hasher.digest128())
}
