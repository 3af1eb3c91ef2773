//! Structured logging: one JSON object a line on standard error.
//!
//! Used when a process runs live. Every line carries the ids of the trace and the span that it was written in, so
//! that a log line leads to its trace.

use std::fmt;
use std::io::Write as _;

use serde_json::{Map, Value as Json};
use sim::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::types::time::Instant;

/// Writes events as JSON lines to standard error.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLines;

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = line(event, sim::now());
        let mut bytes = line.to_string().into_bytes();
        bytes.push(b'\n');
        // A log that cannot be written is no reason to stop serving.
        let _ = std::io::stderr().lock().write_all(&bytes);
    }
}

fn line(event: &Event<'_>, at: Timestamp) -> Json {
    let mut fields = Fields(Map::new());
    fields.0.insert(
        "timestamp".into(),
        serde_json::to_value(Instant(at)).unwrap_or_default(),
    );
    fields.0.insert(
        "level".into(),
        event
            .metadata()
            .level()
            .as_str()
            .to_ascii_lowercase()
            .into(),
    );
    fields.0.insert("message".into(), Json::Null);
    fields
        .0
        .insert("target".into(), event.metadata().target().into());
    if let Some(span) = emit::current_span() {
        fields
            .0
            .insert("trace_id".into(), format!("{:032x}", span.trace_id).into());
        fields
            .0
            .insert("span_id".into(), format!("{:016x}", span.span_id).into());
    }
    event.record(&mut fields);
    Json::Object(fields.0)
}

struct Fields(Map<String, Json>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Json>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
