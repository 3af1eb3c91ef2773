//! `firedrill drills`.

use std::fmt::Write as _;

use catalogue::Catalogue;

use crate::exit::Failure;
use crate::output;

/// Prints one line per drill.
pub(crate) fn run(catalogue: &Catalogue) -> Result<(), Failure> {
    let mut text = String::new();
    let width = catalogue
        .entries()
        .iter()
        .map(|entry| entry.incident.slug.len())
        .max();
    for entry in catalogue.entries() {
        let drill = &entry.drill;
        let _ = writeln!(
            text,
            "{:width$}  {}  {:3} min  {:6}  {}",
            entry.incident.slug,
            drill.id,
            drill.minutes,
            drill.level.as_str(),
            drill.title,
            width = width.unwrap_or(0),
        );
    }
    if text.is_empty() {
        text.push_str("There are no drills here.\n");
    }
    output::print(&text)
}
