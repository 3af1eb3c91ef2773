//! The routes of the public API, one module per resource.

pub mod benchmarks;
pub mod data;
pub mod health;
pub mod reports;
pub mod users;
pub mod workflows;
