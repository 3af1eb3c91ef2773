//! The world a system runs in: time, tasks, randomness, CPU, memory, network and simulated peers.
//!
//! A system that reaches the outside only through this crate runs in two ways without knowing which: in
//! *virtual* time, where hours pass in seconds and the same seed gives the same bytes, and *live*, on the
//! wall clock and any number of threads. Start at [`Runtime`], which decides; then [`sleep`], [`spawn`],
//! [`Process`] and [`http`].
//!
//! In virtual time nothing here reads the wall clock, the operating system's randomness, or starts a thread.

mod annotate;
pub mod cpu;
pub mod dist;
pub mod heap;
pub mod http;
pub mod load;
pub mod memory;
pub mod postgres;
mod process;
mod random;
pub mod redis;
mod runtime;
mod select;
mod task;
mod time;

pub use annotate::{Annotation, AnnotationKind, annotate};
pub use process::{ExitReason, Process, ProcessSpec};
pub use random::{Rng, rng, rng_for, uuid};
pub use runtime::Runtime;
pub use task::{AbortHandle, JoinError, JoinHandle, spawn, yield_now};
pub use time::{
    Elapsed, Interval, Sleep, Timeout, Timestamp, clock, interval, now, sleep, sleep_until, timeout,
};

#[doc(hidden)]
pub use tokio as __tokio;
