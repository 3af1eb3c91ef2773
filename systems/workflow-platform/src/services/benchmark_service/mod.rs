//! Benchmarks: figures over all customers, with which each of them compares its own.
//!
//! The start page shows them to everybody who is signed in. They are the same for all customers and change slowly, so
//! that they are computed now and then and kept in the cache.

mod service;

pub use service::BenchmarkService;
