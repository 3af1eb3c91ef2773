//! The simulated PostgreSQL through its public surface.

#[path = "../common/mod.rs"]
mod common;

mod connections;
mod costs;
mod differential;
mod model;
mod real;
mod script;
mod sessions;
mod sql;
mod telemetry;
