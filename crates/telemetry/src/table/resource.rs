//! Resources: who emitted a row, kept once and pointed to.

use serde::{Deserialize, Serialize};

use super::OwnedValue;

/// What is known of an emitter. Its attributes are also columns of the table, so that filters find them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// `service.name`.
    pub service: String,
    /// All attributes, by name; `service.name` may or may not be among them.
    pub attributes: Vec<(String, OwnedValue)>,
}

impl Resource {
    /// A text that is the same for equal resources only.
    pub(crate) fn fingerprint(&self) -> String {
        format!("{}\0{:?}", self.service, self.attributes)
    }
}
