//! The world around the workflow platform: its database and cache, its partners, its customers and its operators.
//!
//! [`main`] is the command line through which the product drives it. A [`scenarios`] entry sets conditions, the seed
//! draws the variant, and [`play`] runs the platform's real code under it in virtual time.
//!
//! Nothing of this is shown to a candidate: here it says what happens and why.

mod account;
mod benchmarks;
mod cli;
mod customers;
mod database;
mod events;
mod incident;
mod live;
mod operators;
mod partners;
mod platform;
mod population;
mod recording;
pub mod scenarios;

pub use cli::main;
pub use incident::{IncidentError, describe, play};
