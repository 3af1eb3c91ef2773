//! The public API from outside: requests in, responses out, on a simulated world.

mod support;

mod access;
mod benchmarks;
mod data;
mod failures;
mod users;
mod workflows;
