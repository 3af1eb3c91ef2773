//! The HTTP API and the embedded page.
//!
//! Endpoints are in `api`, one file per group, each with the types of its answers; every error is a
//! [`Problem`].

pub mod api;
mod app;
pub mod extract;
mod problem;

pub use api::openapi;
pub use app::App;
pub use problem::{Position, Problem, chain};
