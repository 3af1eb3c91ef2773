//! Runs a drill's incident and judges what a candidate hands in.
//!
//! It prints nothing: a run tells its caller what happens through events, and a judgement is a
//! value. Parts, each to be read by itself:
//!
//! - [`diagnosis`] scores a diagnosis against the drill's answer and the evidence trail;
//! - [`incident`] starts the system as a child process and records what it says;
//! - [`liveness`] judges a recording by the figures that the drill's author gave;
//! - [`proof`] proves a repair: `submission` takes it in, `source` and [`build`] make an executable of it, which runs
//!   the same incident as the unchanged system and is judged by the drill's checks.

pub mod build;
pub mod diagnosis;
mod guard;
pub mod incident;
pub mod leaks;
pub mod liveness;
pub mod proof;
pub mod source;
pub mod submission;
