//! What a candidate hands in: ids of the closed lists, places in the code, and free text.

use serde::{Deserialize, Serialize};

/// What the candidate says went wrong. The default is the empty form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diagnosis {
    /// A mechanism id.
    pub mechanism: Option<String>,
    /// A component id of the drill's system.
    pub component: Option<String>,
    /// Places in the code, most certain first.
    pub locations: Vec<Location>,
    /// Chain step ids, cause first.
    pub chain: Vec<String>,
    /// Suspect ids.
    pub ruled_out: Vec<String>,
    /// Notebook entry ids.
    pub evidence: Vec<String>,
    /// Free text for people; it is not scored.
    pub text: String,
}

/// A place in the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// The file as the code tool shows it.
    pub path: String,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The function's name.
    pub function: Option<String>,
}
