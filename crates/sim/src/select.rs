//! The one way to wait for several things at once.
//!
//! `tokio::select!` polls its branches in random order unless told otherwise, and that order would differ
//! between two runs of the same seed.

/// Waits for the first of several futures, polling them in the order in which they are written.
///
/// The syntax is that of `tokio::select!`; put the branch that should win a tie first.
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => { $crate::__tokio::select! { biased; $($branches)* } };
}
