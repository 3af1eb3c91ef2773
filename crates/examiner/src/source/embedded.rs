//! The sources in the binary, as the build script found them.
//!
//! Nothing outside of this folder reaches the world's.

/// A path relative to its crate, and the text.
pub(super) type File = (&'static str, &'static str);

/// One system with everything beneath it.
pub(super) struct EmbeddedSystem {
    /// Its name.
    pub(super) name: &'static str,
    /// Its own crate, which a candidate sees.
    pub(super) system: &'static [File],
    /// Its world, which a candidate must not see.
    pub(super) world: &'static [File],
    /// The project's crates that both stand on, by name.
    pub(super) beneath: &'static [(&'static str, &'static [File])],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The text of a file at the root of the project.
pub(super) fn root(name: &str) -> &'static str {
    let file = ROOT.iter().find(|(known, _)| *known == name);
    file.map_or("", |(_, text)| text)
}
