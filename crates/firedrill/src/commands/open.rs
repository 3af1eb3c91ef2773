//! `firedrill open`: a system's source as a Cargo project, for a person to change.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use catalogue::{Entry, Level};
use examiner::source::{candidate_files, version};
use serde::{Deserialize, Serialize};

use crate::cli;
use crate::drills;
use crate::exit::{Exit, Failure};
use crate::output;

/// The file that says which incident a folder belongs to.
pub(super) const NOTE: &str = "firedrill.toml";

/// What stands in [`NOTE`]. A candidate sees it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    /// The drill's neutral id.
    pub(super) drill: String,
    /// Its title.
    pub(super) title: String,
    /// The variant.
    pub(super) seed: u64,
    /// How hard it is.
    pub(super) difficulty: Level,
    /// The system.
    pub(super) system: String,
    /// Which version of the system was laid out.
    pub(super) system_version: String,
}

/// Lays out the project.
pub(crate) fn run(options: &cli::Open) -> Result<(), Failure> {
    let catalogue = drills::load(&options.drills)?;
    let entry = drills::find(&catalogue, &options.drill)?;
    let note = note(entry, options)?;
    check_empty(&options.directory)?;
    let mut files = candidate_files(&entry.drill.system).map_err(|error| unknown_system(&error))?;
    files.insert("brief.md".to_owned(), entry.drill.brief_md.clone());
    files.insert(NOTE.to_owned(), note_text(&note));
    files.insert(".gitignore".to_owned(), "/target\n".to_owned());
    for (path, text) in &files {
        let path = options.directory.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text));
        written.map_err(|error| {
            Failure::new(
                Exit::Environment,
                format!("cannot write {}: {error}", path.display()),
                "choose a folder that can be written",
            )
        })?;
    }
    let folder = options.directory.display();
    output::print(&format!(
        "The system's source is in {folder}.\n\
         Read brief.md, change what is under src/ or migrations/, and try it with `cargo test`.\n\
         Then prove it: firedrill verify {folder}\n"
    ))
}

fn note(entry: &Entry, options: &cli::Open) -> Result<Note, Failure> {
    let system_version = version(&entry.drill.system).map_err(|error| unknown_system(&error))?;
    Ok(Note {
        drill: entry.drill.id.to_string(),
        title: entry.drill.title.clone(),
        seed: options.seed.unwrap_or_else(draw_seed),
        difficulty: options.difficulty.unwrap_or(entry.drill.level),
        system: entry.drill.system.clone(),
        system_version,
    })
}

/// A variant that nobody chose; small, so that it can be told to a colleague.
fn draw_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |now| u64::from(now.subsec_nanos()) % 9_999 + 1)
}

fn note_text(note: &Note) -> String {
    let text = toml::to_string(note).expect("a table of strings and numbers can be written");
    format!("# Written by `firedrill open`; `firedrill verify` reads it.\n{text}")
}

fn check_empty(folder: &Path) -> Result<(), Failure> {
    let next_step = "name a folder that does not exist yet, or an empty one";
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("{} cannot be used: {error}", folder.display()),
                next_step,
            ));
        }
    };
    if entries.count() == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{} is not empty, and nothing in it shall be overwritten",
            folder.display()
        ),
        next_step,
    ))
}

fn unknown_system(error: &examiner::source::UnknownSystem) -> Failure {
    Failure::new(
        Exit::Catalogue,
        error.to_string(),
        "name a system that this version of Firedrill has in the drill's drill.toml",
    )
}
