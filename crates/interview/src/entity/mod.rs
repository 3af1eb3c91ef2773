//! The rows as SeaORM sees them. The rest of the crate turns them into its own types.

pub(crate) mod changed_file;
pub(crate) mod draft;
pub(crate) mod hand_in;
pub(crate) mod hint_shown;
pub(crate) mod notebook_entry;
pub(crate) mod proof;
pub(crate) mod session;
pub(crate) mod trail;
