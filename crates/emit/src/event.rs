//! Log records: from `tracing` events, and events with a name that an application records directly.
//!
//! A named event is OTLP's way of saying that something happened which has a schema of its own, such as
//! `deployment.finished` or `db.server.query_sample`. Start at [`event`] or, with more to say, at [`Event`].
//!
//! It does not filter by level: `tracing` has done that before, and named events are always recorded.

use tracing::Level;

use crate::{
    context::{SpanContext, current_span},
    fields::{self, LOG_ATTRIBUTES, LogVisitor, Value},
    install::{self, Installation},
    location, protobuf, resource,
    span::with_scratch,
};

/// Attributes that one named event may carry; further ones are dropped and counted in the record.
const MAX_ATTRIBUTES: u32 = 128;

/// Severity of a log record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The finest detail.
    Trace,
    /// For whoever debugs.
    Debug,
    /// What happens in normal operation.
    Info,
    /// Something unusual that was coped with.
    Warn,
    /// Something failed.
    Error,
}

impl Severity {
    const fn number(self) -> u64 {
        match self {
            Self::Trace => 1,
            Self::Debug => 5,
            Self::Info => 9,
            Self::Warn => 13,
            Self::Error => 17,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

impl From<&Level> for Severity {
    fn from(level: &Level) -> Self {
        match *level {
            Level::TRACE => Self::Trace,
            Level::DEBUG => Self::Debug,
            Level::INFO => Self::Info,
            Level::WARN => Self::Warn,
            Level::ERROR => Self::Error,
        }
    }
}

/// Records a named event under the current resource and span, stamped now.
///
/// Nothing happens when no telemetry is installed.
pub fn event(name: &str, attributes: &[(&str, Value<'_>)]) {
    let mut event = Event::new(name);
    for (key, value) in attributes {
        event = event.attribute(key, *value);
    }
    event.emit();
}

/// A named event in the making.
#[derive(Debug)]
#[must_use = "an event is recorded by `emit`"]
pub struct Event<'a> {
    name: &'a str,
    severity: Severity,
    body: Option<&'a str>,
    span: Option<SpanContext>,
    time: Option<u64>,
    attributes: Vec<u8>,
    count: u32,
    truncated: u32,
}

impl<'a> Event<'a> {
    /// An event of severity info, belonging to the current span if there is one.
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            severity: Severity::Info,
            body: None,
            span: current_span(),
            time: None,
            attributes: Vec::new(),
            count: 0,
            truncated: 0,
        }
    }

    /// Adds an attribute. The caller keeps keys unique.
    pub fn attribute<'v>(mut self, key: &str, value: impl Into<Value<'v>>) -> Self {
        self.count += 1;
        if self.count <= MAX_ATTRIBUTES {
            self.truncated += u32::from(fields::key_value(
                &mut self.attributes,
                LOG_ATTRIBUTES,
                key,
                value.into(),
            ));
        }
        self
    }

    /// Sets the text that a person reads.
    pub fn body(mut self, body: &'a str) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets the severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Files the event under another span, or under none.
    pub fn span(mut self, span: Option<SpanContext>) -> Self {
        self.span = span;
        self
    }

    /// Stamps the event with another time than now, in nanoseconds since the Unix epoch.
    pub fn time(mut self, unix_nanos: u64) -> Self {
        self.time = Some(unix_nanos);
        self
    }

    /// Records it.
    pub fn emit(self) {
        install::with_installation(|installation| {
            let record = LogRecord {
                time: self.time.unwrap_or_else(|| (installation.clock)()),
                severity: self.severity,
                name: Some(self.name),
                body: self.body,
                span: self.span,
                attributes: &self.attributes,
                dropped: self.count.saturating_sub(MAX_ATTRIBUTES),
            };
            record.send(installation, self.truncated);
        });
    }
}

/// Records a `tracing` event.
pub(crate) fn from_tracing(
    installation: &Installation,
    event: &tracing::Event<'_>,
    span: Option<SpanContext>,
) {
    let metadata = event.metadata();
    let mut attributes = BUFFER.take();
    let mut body = BODY.take();
    let truncated = with_scratch(|scratch| {
        let mut visitor = LogVisitor {
            attributes: &mut attributes,
            body: &mut body,
            scratch,
            truncated: 0,
        };
        event.record(&mut visitor);
        visitor.truncated
    });
    location::code_location(&mut attributes, LOG_ATTRIBUTES, metadata);
    let record = LogRecord {
        time: (installation.clock)(),
        severity: Severity::from(metadata.level()),
        name: None,
        body: Some(&body),
        span,
        attributes: &attributes,
        dropped: 0,
    };
    record.send(installation, truncated);
    attributes.clear();
    body.clear();
    BUFFER.set(attributes);
    BODY.set(body);
}

thread_local! {
    static BUFFER: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    static BODY: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Everything that `opentelemetry.proto.logs.v1.LogRecord` needs.
struct LogRecord<'a> {
    time: u64,
    severity: Severity,
    name: Option<&'a str>,
    body: Option<&'a str>,
    span: Option<SpanContext>,
    attributes: &'a [u8],
    dropped: u32,
}

impl LogRecord<'_> {
    fn send(&self, installation: &Installation, truncated: u32) {
        installation.pipeline(|pipeline| {
            pipeline.counts.truncated_values += u64::from(truncated);
            let mut cut = false;
            pipeline.log(resource::current(), |out| cut = self.encode(out));
            pipeline.counts.truncated_values += u64::from(cut);
        });
    }

    /// Appends the record as an element of `ScopeLogs.log_records`. Returns whether the body was cut.
    fn encode(&self, out: &mut Vec<u8>) -> bool {
        let mut cut = false;
        protobuf::message(out, 2, |out| {
            protobuf::fixed64(out, 1, self.time);
            protobuf::uint(out, 2, self.severity.number());
            protobuf::bytes(out, 3, self.severity.text().as_bytes());
            if let Some(body) = self.body {
                cut = fields::text_value(out, 5, body);
            }
            out.extend_from_slice(self.attributes);
            if self.dropped > 0 {
                protobuf::uint(out, 7, u64::from(self.dropped));
            }
            if let Some(span) = self.span {
                protobuf::bytes(out, 9, &span.trace_id.to_be_bytes());
                protobuf::bytes(out, 10, &span.span_id.to_be_bytes());
            }
            protobuf::fixed64(out, 11, self.time);
            if let Some(name) = self.name {
                protobuf::bytes(out, 12, name.as_bytes());
            }
        });
        cut
    }
}
