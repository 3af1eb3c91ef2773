//! The public API from outside: requests in, responses out, on a simulated world.

mod support;

mod access;
mod data;
mod events;
mod failures;
mod users;
mod workflows;
