//! Child processes that are kept within limits and do not outlive their work.
//!
//! A child is started in a process group of its own, so that what it starts goes with it. Time, memory and a
//! cancellation are watched from a thread; over a limit the whole group is killed. Start at [`Guarded::start`].
//!
//! Memory is measured on Linux, where `/proc` tells it; elsewhere only time is kept.

mod group;
mod memory;
mod watchdog;

pub(crate) use group::Guarded;
pub(crate) use watchdog::{Stopped, Watchdog};
