//! The signals: OTLP in, the recording on disk, and queries over it.
