//! A service instance: tasks that share cores, memory and a name, and that die together.
//!
//! `instance` is the process itself, `cores` who may run, `member` the wrapper around each of its tasks,
//! `tasks` the list of them, `supervise` what restarts it. Start at [`Process`].
//!
//! It is a process of the simulated world, not of the operating system: its tasks share this program's
//! address space, and what it "uses" is what it says that it uses.

mod cores;
mod instance;
mod member;
mod supervise;
mod tasks;

pub use instance::{ExitReason, Process, ProcessSpec};
pub(crate) use member::{Member, current, current_member};
