//! The platform's vocabulary: what travels between the API, the services and the database.
//!
//! Start with [`workflow`]: definitions and executions are what the product is about.
//! These types hold data and its rules of validity; they do no input or output.

pub mod api;
pub mod event;
pub mod ids;
pub mod job;
pub mod notification;
pub mod report;
pub mod time;
pub mod user;
pub mod validate;
pub mod workflow;

pub use ids::{
    EventId, ExecutionId, JobId, NotificationId, ReportId, TenantId, TriggerId, UserId, WorkflowId,
};
pub use validate::{Validate, Violation, Violations};
