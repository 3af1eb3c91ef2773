//! The two ways of running a world. Start at [`Runtime`]; `world` is what a running world consists of, `executor`
//! runs the tasks of a virtual one.

pub(crate) mod executor;
mod run;
mod ticks;
pub(crate) mod world;

pub use run::Runtime;
