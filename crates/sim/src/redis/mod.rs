//! Simulated Redis.
