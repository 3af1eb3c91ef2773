//! HTTP between the services of a world, and to partners outside.
//!
//! `network` knows which hosts there are, `client` calls them, `peer` is a partner whose behaviour follows a
//! schedule, `gateway` lets real connections in when the world is live. Start at [`Client::send`] and
//! [`serve`].
//!
//! Requests are handed to axum routers as values, with network latency around the call: there are no bytes on
//! a wire, no connections to reuse and no streaming; a response is complete when it arrives.

mod client;
mod gateway;
mod network;
mod peer;

pub use client::{Client, HttpError};
pub use gateway::{Gateway, GatewayError, listen};
pub use network::{Latency, Network, Registration, Target, serve};
pub use peer::{Condition, Peer, Scheduled};
