//! The drills that come with the binary.

use rust_embed::RustEmbed;

use crate::source::Files;

/// `drills/` of the repository, in the binary: `firedrill` needs no files beside it.
#[derive(RustEmbed)]
#[folder = "../../drills"]
#[allow_missing = true]
struct Drills;

/// Every embedded text file.
pub(crate) fn files() -> Files {
    Drills::iter()
        .filter_map(|path| {
            let file = Drills::get(&path)?;
            let text = String::from_utf8(file.data.into_owned()).ok()?;
            Some((path.into_owned(), text))
        })
        .collect()
}
