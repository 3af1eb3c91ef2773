//! A tree of files, from the binary or from a folder, so that both are read the same way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::CatalogueError;

/// Files above this size have no place in a drill; reading stops there.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Path relative to the root (with `/`) → content. Files that are not UTF-8 are kept out: nothing
/// that the catalogue reads is binary.
pub(crate) type Files = BTreeMap<String, String>;

/// Reads every text file under `folder`, three levels deep at most (`slug/interviewer/fixes/*`).
pub(crate) fn read_folder(folder: &Path) -> Result<Files, CatalogueError> {
    let mut files = Files::new();
    visit(folder, "", 4, &mut files).map_err(|source| CatalogueError::Folder {
        folder: folder.display().to_string(),
        source,
    })?;
    Ok(files)
}

fn visit(folder: &Path, prefix: &str, depth: usize, files: &mut Files) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            if depth > 1 {
                visit(&entry.path(), &format!("{path}/"), depth - 1, files)?;
            }
        } else if metadata.len() <= MAX_FILE_BYTES
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.insert(path, text);
        }
    }
    Ok(())
}
