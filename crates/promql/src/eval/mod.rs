//! Evaluates a query over a grid of times.
//!
//! Every expression becomes columns: one per series, with a value for each step. A range query so
//! walks its tree once, not once per step, and loads every selector once. An instant query is a
//! grid with a single step. Start reading at [`evaluator::Evaluator`].

mod aggregate;
mod arithmetic;
mod buckets;
mod call;
pub(crate) mod column;
mod counter;
pub(crate) mod date;
pub(crate) mod evaluator;
mod format;
pub(crate) mod function;
mod histogram;
mod label;
mod load;
mod matching;
mod math;
pub(crate) mod notes;
mod over_time;
mod range;
mod rank;
mod regression;
mod set;
mod sort;
pub(crate) mod window;
