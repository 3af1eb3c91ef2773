//! Reports over a tenant's executions and usage.
//!
//! Execution figures come from hourly rollups that the report job keeps ([`rollup`]), so that a report costs the same
//! however much a tenant runs.

mod rollup;
mod service;

pub use service::ReportService;
