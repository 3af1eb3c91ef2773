//! The workflow engine: runs executions step by step, in a process of its own.
//!
//! An execution is a row that moves through [`state_machine`]. [`Engine`] takes executions that it is told of or
//! that nobody took, and runs their steps one after the other ([`steps`]). What a step produced is stored before the
//! next one begins; `events` tells what happened, and `journal` keeps it.

mod client;
mod engine;
mod events;
mod journal;
mod run;
mod state;
pub mod state_machine;
mod steps;
mod store;

pub use client::EngineClient;
pub use engine::{Engine, EngineParts};
