//! The store from OTLP bytes to selected samples.
