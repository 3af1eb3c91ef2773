//! What can be wrong with a catalogue, said so that the author can mend it.

use std::fmt;

/// One thing that is wrong in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The file, relative to the folder of drills.
    pub file: String,
    /// The line, counted from 1, when the problem has a place.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub next_step: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}; {}", self.file, self.what, self.next_step),
            None => write!(f, "{}: {}; {}", self.file, self.what, self.next_step),
        }
    }
}

/// Why a catalogue could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The folder of drills cannot be read.
    #[error("cannot read the drills folder {folder}: {source}")]
    Folder {
        /// The folder as it was given.
        folder: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// At least one drill is not valid; every issue found is listed.
    #[error("{}", list(.0))]
    Invalid(Vec<Issue>),
}

fn list(issues: &[Issue]) -> String {
    let lines: Vec<String> = issues.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The line of byte `offset` in `text`, counted from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}
