//! What the platform does, one module per concern.
//!
//! A service owns its SQL and its rules and knows nothing of HTTP; the routes in [`crate::api`] call it with a
//! principal and a request that were checked before.

pub mod data_service;
pub mod error;
pub mod event_service;
pub mod job_scheduler;
pub mod notification_service;
pub mod report_service;
pub mod user_service;
pub mod workflow_engine;
pub mod workflow_service;

pub use error::ServiceError;
