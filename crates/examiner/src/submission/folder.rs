//! A folder as a submission.
//!
//! A link is not followed: it would read, and show in an error, what lies outside. Whatever else lies in the
//! folder must be what was laid out there, except for what cargo, editors and version control leave behind.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::refused::Refused;
use super::{FILE_BYTES, FILES, path};
use crate::source::{CHANGEABLE, Files, candidate_files};

/// Depth at which reading ends; no system is that deep.
const DEPTH: usize = 16;

/// Files at the root that say nothing about the build.
const NOTES: [&str; 3] = ["firedrill.toml", "brief.md", "Cargo.lock"];

/// Reads the changeable files of `system` under `folder`.
///
/// # Errors
///
/// When one cannot be read, or when something else was changed.
pub(super) fn read(system: &str, folder: &Path) -> Result<Files, Refused> {
    let mut files = Files::new();
    for name in CHANGEABLE {
        let name = name.trim_end_matches('/');
        match fs::symlink_metadata(folder.join(name)) {
            Ok(_) => visit(&folder.join(name), name, DEPTH, &mut files)?,
            // A system need not have migrations; without any source at all it is no system.
            Err(_) if name != "src" => {}
            Err(error) => return Err(unreadable(name, &error)),
        }
    }
    check_rest(system, folder)?;
    Ok(files)
}

fn visit(folder: &Path, name: &str, depth: usize, files: &mut Files) -> Result<(), Refused> {
    let kind = fs::symlink_metadata(folder).map_err(|error| unreadable(name, &error))?;
    if !kind.is_dir() || depth == 0 {
        return Err(Refused::Unreadable {
            path: name.to_owned(),
            reason: "it is no plain folder".to_owned(),
        });
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(name, &error))? {
        let entry = entry.map_err(|error| unreadable(name, &error))?;
        let part = entry.file_name().to_string_lossy().into_owned();
        if part.starts_with('.') || part.ends_with('~') {
            continue;
        }
        let name = format!("{name}/{part}");
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&name, &error))?;
        if kind.is_dir() {
            visit(&entry.path(), &name, depth - 1, files)?;
            continue;
        }
        path::check(&name)?;
        if files.len() == FILES {
            return Err(Refused::TooLarge {
                what: "it has more files".to_owned(),
                limit: format!("{FILES} files"),
            });
        }
        let text = text(&entry.path(), &name)?;
        files.insert(name, text);
    }
    Ok(())
}

/// A plain text file of a sensible size.
fn text(file: &Path, name: &str) -> Result<String, Refused> {
    let refuse = |reason: &str| Refused::Unreadable {
        path: name.to_owned(),
        reason: reason.to_owned(),
    };
    let kind = fs::symlink_metadata(file).map_err(|error| unreadable(name, &error))?;
    if !kind.is_file() {
        return Err(refuse("it is no plain file"));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, because a file may grow while it is read.
    File::open(file)
        .and_then(|file| file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(name, &error))?;
    if bytes.len() > FILE_BYTES {
        return Err(Refused::TooLarge {
            what: format!("{name} has {} bytes", kind.len()),
            limit: format!("{FILE_BYTES} bytes a file"),
        });
    }
    String::from_utf8(bytes).map_err(|_| refuse("it is no UTF-8 text"))
}

/// Whether everything that steers the build is as it was laid out.
fn check_rest(system: &str, folder: &Path) -> Result<(), Refused> {
    let laid_out = candidate_files(system)?;
    let fixed = laid_out.iter().filter(|(path, _)| {
        !CHANGEABLE.iter().any(|folder| path.starts_with(folder)) && !NOTES.contains(&path.as_str())
    });
    for (path, expected) in fixed {
        // What is missing is taken from where it was laid out from; only a difference would mislead.
        if fs::symlink_metadata(folder.join(path)).is_ok()
            && text(&folder.join(path), path)? != *expected
        {
            return Err(Refused::OutOfBounds { path: path.clone() });
        }
    }
    for added in ["build.rs", ".cargo/config.toml", ".cargo/config"] {
        if fs::symlink_metadata(folder.join(added)).is_ok() {
            return Err(Refused::OutOfBounds {
                path: added.to_owned(),
            });
        }
    }
    Ok(())
}

fn unreadable(name: &str, error: &std::io::Error) -> Refused {
    Refused::Unreadable {
        path: name.to_owned(),
        reason: error.to_string(),
    }
}
