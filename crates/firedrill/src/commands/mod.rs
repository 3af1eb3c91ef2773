//! One module per command.

pub(crate) mod completions;
pub(crate) mod drills;
pub(crate) mod openapi;
