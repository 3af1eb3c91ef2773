//! The neutral id of a drill.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

/// A drill's public id: `d-` and six hexadecimal digits of a hash of the folder's name.
///
/// The folder is named after the symptom and sits beside the answer in the repository; the id says
/// nothing, so it is the only name that leaves the server in a candidate's view.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrillId(String);

impl DrillId {
    /// The id of the drill in the folder `slug`.
    pub fn of_slug(slug: &str) -> Self {
        Self(format!("d-{:06x}", xxh3_64(slug.as_bytes()) & 0xff_ffff))
    }

    /// Takes a string as an id without looking it up.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DrillId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
