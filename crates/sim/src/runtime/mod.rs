//! The two ways of running a world. Start at [`Runtime`]; `world` is what a running world consists of.

mod run;
mod ticks;
pub(crate) mod world;

pub use run::Runtime;
