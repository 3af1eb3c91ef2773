//! Events of customers' systems: they come in, are kept in order, and start workflows.
//!
//! [`EventService`] appends an event to the log and answers at once. The log is a table in [`partition`]s, so that
//! the events of one tenant stay in their order while others are handled beside them. [`EventConsumer`], in the
//! process that runs workflows, takes the events of each partition one after the other; `handler` knows what an
//! event brings about, by the triggers that [`TriggerService`] keeps.

mod consumer;
mod handler;
mod log;
pub mod partition;
mod service;
mod triggers;

pub use consumer::EventConsumer;
pub use service::EventService;
pub use triggers::TriggerService;
