//! A multi-tenant workflow automation platform.
//!
//! Customers define workflows, start them through the API and follow what happens. Three kinds of process run from
//! this code, one per [`Role`]: `api` answers customers and runs background jobs, `workflow-service` runs workflows,
//! `notification-service` delivers what they send.
//!
//! Start reading at [`api`] for what customers see, at [`services`] for what happens, and at [`infra`] for what it
//! stands on. [`process`] puts the parts of each role together.

pub mod api;
pub mod infra;
pub mod process;
pub mod services;
pub mod types;

pub use infra::Config;
pub use process::{Dependencies, Role};
