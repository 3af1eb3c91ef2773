//! The workflow engine: runs executions step by step, in a process of its own.
//!
//! An execution is a row that moves through [`state_machine`]. [`Engine`] takes executions that it is told of or
//! that nobody works on, and runs their steps one after the other ([`steps`]). What a step produced is stored before
//! the next one with an effect outside begins, so that an execution that is taken up again after a crash repeats at
//! most one step; steps with effects carry a key by which the other side recognises a repetition.

mod client;
mod engine;
mod run;
mod state;
pub mod state_machine;
mod steps;
mod store;

pub use client::EngineClient;
pub use engine::{Engine, EngineParts};
