//! Background jobs on a schedule: data synchronisation, e-mail digests, reports and cleanup.
//!
//! Jobs are rows with a cron expression. [`Scheduler`] claims those that are due, queues them and runs a bounded
//! number at a time; [`jobs`] knows what each kind does. A run that fails is repeated with exponential backoff; after
//! the last attempt the job waits for its next regular time.

pub mod cron;
mod jobs;
mod plan;
mod scheduler;
mod store;

pub use jobs::JobServices;
pub use scheduler::Scheduler;
