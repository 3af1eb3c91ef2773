//! `firedrill drills`.

use std::fmt::Write as _;

use catalogue::Catalogue;

use crate::cli;
use crate::drills;
use crate::exit::Failure;
use crate::output;

/// Prints one line per drill.
pub(crate) fn run(options: &cli::Drills) -> Result<(), Failure> {
    output::print(&list(&drills::load(options)?))
}

fn list(catalogue: &Catalogue) -> String {
    let entries = catalogue.entries();
    if entries.is_empty() {
        return "There are no drills here.\n".to_owned();
    }
    let width = entries
        .iter()
        .map(|entry| entry.incident.slug.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for entry in entries {
        let drill = &entry.drill;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:width$}  {}  {:>3} min  {:6}  {}",
            entry.incident.slug,
            drill.id,
            drill.minutes,
            drill.level.as_str(),
            drill.title,
        );
    }
    text
}
