//! Simulated PostgreSQL.
