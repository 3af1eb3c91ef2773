//! From syntax to plans: names to numbers, types settled, access paths chosen.
//!
//! Start reading in [`binder`] (what is shared), then `select` and `modify` (statements) with `from` and `outputs`,
//! `expression` (expressions) with `operators`, `conditions` and `calls`, and `access` (which index). Nothing here runs a statement or takes a lock.

mod access;
mod binder;
mod calls;
mod conditions;
mod expression;
mod from;
mod literals;
mod modify;
mod operators;
mod outputs;
mod place;
mod scope;
mod select;
mod statement;

pub(super) use binder::Binder;
pub(super) use place::position;
pub(super) use scope::{Scope, identifier, object_name};
pub(super) use select::flatten;
pub(super) use statement::{parse, placed, prepare};
