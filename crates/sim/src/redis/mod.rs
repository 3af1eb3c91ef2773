//! Simulated Redis: keys with values, lists and times to live, in a bounded memory, behind a little latency.
//!
//! A world creates a [`Redis`]; a system takes a [`RedisClient`] from it. Start reading at `client` (what a command
//! costs), then `store` (what it does, without time). The server handles one command after the other, so a slow one
//! holds up the rest, as in life. Under `max_memory` the least recently used keys are evicted. There is no
//! persistence, no cluster and no scripting.

mod client;
mod monitor;
mod server;
mod store;

pub use client::RedisClient;
pub use server::{Redis, RedisConfig, RedisStatistics};
pub use store::RedisError;
