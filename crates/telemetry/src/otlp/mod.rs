//! OTLP bytes to rows: protobuf and JSON decoding of traces, logs and metrics.
