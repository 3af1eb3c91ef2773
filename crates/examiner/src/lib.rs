//! Runs a drill's incident and judges what a candidate hands in.
//!
//! It prints nothing: a run tells its caller what happens through events, and a judgement is a
//! value. Three parts, each to be read by itself:
//!
//! - [`diagnosis`] scores a diagnosis against the drill's answer and the evidence trail;
//! - [`incident`] starts the system as a child process and records what it says;
//! - [`liveness`] judges a recording by the figures that the drill's author gave.

pub mod diagnosis;
pub mod incident;
pub mod liveness;
pub mod source;
pub mod submission;
