//! Workflow operations: what customers do with workflows, short of running them.
//!
//! Running is the engine's part ([`super::workflow_engine`]), in a process of its own; a start ends here with an
//! execution that is stored and handed over.

mod cancel;
mod create;
mod read;
mod rows;
mod service;
mod start;
mod triggered;
mod update;

pub use service::WorkflowService;
pub use triggered::{ApprovedStart, TriggeredStarts};
