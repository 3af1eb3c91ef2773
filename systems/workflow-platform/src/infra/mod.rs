//! What every service stands on: configuration, logging, metrics, the database, the cache and
//! clients for services elsewhere. Nothing here knows about workflows.

pub mod cache;
pub mod config;
pub mod database;
pub mod external_apis;
pub mod json;
pub mod logger;
pub mod metrics;
pub mod retry;
pub mod template;
pub mod work_queue;

pub use cache::Cache;
pub use config::Config;
pub use database::{Database, DatabaseError, Transaction};
