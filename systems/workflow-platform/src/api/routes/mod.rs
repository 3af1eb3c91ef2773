//! The routes of the public API, one module per resource.

pub mod data;
pub mod events;
pub mod health;
pub mod reports;
pub mod triggers;
pub mod users;
pub mod workflows;
