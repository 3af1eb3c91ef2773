//! One module per command.

pub(crate) mod completions;
pub(crate) mod drills;
pub(crate) mod heap;
pub(crate) mod inspect;
pub(crate) mod judge;
pub(crate) mod liveness;
pub(crate) mod open;
pub(crate) mod openapi;
mod progress;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod system;
mod verdict;
