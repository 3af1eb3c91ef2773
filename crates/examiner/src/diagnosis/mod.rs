//! Scores a diagnosis without guessing what its words mean.
//!
//! Everything that counts is an id of a closed list, a place in the code, or a query that was
//! really made. The same input always gives the same score, and every criterion says why. Free text
//! is for people and brings no points. Start reading at [`score`].

mod chain;
mod choice;
mod evidence;
mod location;
mod looked;
mod ruled_out;
mod score;

pub use score::{Criterion, Submission, Verdict, score};
