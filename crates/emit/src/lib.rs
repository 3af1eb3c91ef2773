//! How a system speaks: the `tracing` and `metrics` facades, encoded as OTLP.
