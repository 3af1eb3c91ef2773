//! Simulated PostgreSQL: a small SQL engine over tables in memory, with sessions, locks and costs.
//!
//! It exists so that a system under debug can carry real SQL and meet real database behaviour (row lock queues,
//! deadlocks, timeouts, sessions idle in transaction, a full connection table) in virtual time, and so that the
//! server's own view of it (`pg_stat_activity` and its kin) can be recorded.
//!
//! A world creates a [`Postgres`]; a system [`connects`](Postgres::connect) and gets a [`Connection`]. Start reading at
//! `backend` (the life of a statement), then `engine` and `exec` (what it does), `bind` (how SQL becomes a plan),
//! `locks` and `storage` (what they work on), `charge` and `capacity` (what time it takes), `activity` and `monitor`
//! (what is seen of it). The isolation level is read committed. SQL outside the subset gives `0A000` with its
//! position and what is supported. There is no wire protocol, no disk, and no optimiser worth the name.

mod activity;
mod backend;
mod bind;
mod capacity;
mod charge;
mod config;
mod connection;
mod cost;
mod ddl;
mod engine;
mod error;
mod exec;
mod expr;
mod functions;
mod interval;
mod jsonb;
mod key;
mod locks;
mod monitor;
mod normalize;
mod operators;
mod plan;
mod plans;
mod row;
mod schema;
mod server;
mod session;
mod statements;
mod storage;
mod timestamps;
mod transaction;
mod traverse;
mod types;
mod value;

pub use activity::{LockInfo, LockWait, SessionActivity};
pub use config::{ConnectOptions, CostModel, PgConfig};
pub use connection::Connection;
pub use engine::Counters;
pub use error::{PgError, SqlState};
pub use interval::Interval;
pub use row::{Columns, Row};
pub use server::Postgres;
pub use session::{SessionState, WaitEvent};
pub use statements::StatementStatistics;
pub use value::{FromValue, Value};
