//! Runs a system, takes a submission, and judges it; emits events and prints nothing.
