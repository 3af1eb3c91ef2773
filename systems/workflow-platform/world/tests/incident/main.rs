//! Incidents, played and read back from their telemetry.

mod command_line;
mod reading;
mod scenarios;
mod timeout_cascade;
