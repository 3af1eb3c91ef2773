//! PostgreSQL: a pool of connections, instrumented statements, transactions and migrations.
//!
//! [`Database`] is what services hold. One statement goes through [`Database::query`] and its siblings;
//! several that belong together go through [`Database::transaction`].

mod client;
mod error;
pub mod migrations;
mod pool;
mod statement;
mod transaction;

pub use client::Database;
pub use error::DatabaseError;
pub use pool::{Pool, PoolOptions, PoolStatus, PooledConnection};
pub use transaction::{Transaction, TransactionOptions};
