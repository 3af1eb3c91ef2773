//! Runs plans against tables.
//!
//! Start at [`Run`]: a statement in progress, advanced by steps that never wait. A step that meets another
//! transaction's lock ends as blocked; the session waits outside and steps again. `scan` finds rows, `select` makes
//! results of them, `aggregate` groups, `cursor` locks rows one by one, `insert`, `update` and `delete` change them,
//! `constraints` holds them to the rules. Time and cost are counted here and charged by the backend.

mod aggregate;
mod constraints;
mod cursor;
mod delete;
mod insert;
mod run;
mod scan;
mod select;
mod update;

pub(super) use run::{Actor, Output, Run, Step};
