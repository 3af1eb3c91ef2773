//! Tenants' data sets: import, export and transformation of records.

mod records;
mod service;

pub use records::{RECORD_COST, Record};
pub use service::DataService;
