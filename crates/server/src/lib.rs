//! The HTTP API and the embedded page.
//!
//! Endpoints are in [`api`], one file per group, each with the types of its answers; every error is
//! a [`Problem`]. Start reading at [`Server::bind`]; `app` is the state that handlers share,
//! `preparations` simulates incidents for sessions, `recordings` keeps recordings open, `queries` are
//! the threads that answer tool queries, `guard` is what every request passes.
//!
//! This is the only crate that knows HTTP, JSON and what a candidate may see.

pub mod api;
mod app;
mod clock;
mod config;
mod data;
mod error;
pub mod extract;
mod guard;
mod heaps;
mod live;
mod otlp;
mod page;
mod playing;
mod preparations;
mod problem;
mod promql_selectors;
mod proofs;
mod queries;
mod recordings;
mod serve;
mod source_code;
pub mod trail;

pub use api::openapi;
pub use app::App;
pub use config::Config;
pub use error::ServerError;
pub use problem::{Position, Problem, chain};
pub use serve::Server;
