//! The HTTP side of every process.
//!
//! [`server`] assembles the public API from [`routes`] and [`middleware`]; [`internal`] holds what the platform's own
//! processes offer each other. Handlers take checked input, call one service and turn its answer into JSON; every
//! failure becomes a problem document (RFC 9457) in [`problem`].

pub mod extract;
pub mod internal;
pub mod json;
pub mod middleware;
pub mod problem;
pub mod routes;
pub mod server;
pub mod state;

pub use problem::ApiError;
pub use server::router;
pub use state::ApiState;
