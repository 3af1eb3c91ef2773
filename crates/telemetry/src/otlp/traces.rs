//! Decodes `ExportTraceServiceRequest`.
//!
//! A span's events become log records that carry the span's ids, so that they are found where one
//! looks for what happened, and links become one JSON attribute, `otel.links`. The counts of what
//! the sender dropped, and the trace state, are attributes as well.

use std::ops::Range;

use super::fault::DecodeError;
use super::logs::{LogRecord, LogRows};
use super::request::{
    Attributes, MAX_ATTRIBUTES, Origin, Rejected, resource, scope, span_id, time, trace_id,
};
use super::value::{Attribute, Value, map_json, push_json_string};
use super::wire::{Field, Reader};

/// The spans of one request, borrowed from its bytes.
#[derive(Debug)]
pub struct TraceRequest<'a> {
    /// What the rows' `origin` counts into.
    pub origins: Vec<Origin<'a>>,
    /// The spans, in the order they came.
    pub spans: Vec<Span<'a>>,
    /// The spans' events as log records. Their `origin` counts into this request's `origins`.
    pub events: Vec<LogRecord<'a>>,
    /// The spans that were refused.
    pub rejected: Rejected,
    attributes: Attributes<'a>,
}

/// One span.
#[derive(Debug, Clone, PartialEq)]
pub struct Span<'a> {
    /// Index into the request's origins.
    pub origin: usize,
    /// The trace, never zero.
    pub trace_id: u128,
    /// The span, never zero.
    pub span_id: u64,
    /// The parent, or zero for a root.
    pub parent_span_id: u64,
    /// The operation's name.
    pub name: &'a str,
    /// `SpanKind` as the protocol numbers it: 0 unspecified, 1 internal, 2 server, 3 client,
    /// 4 producer, 5 consumer. Unknown numbers become 0.
    pub kind: u8,
    /// Start, nanoseconds since the Unix epoch.
    pub start_unix_nano: i64,
    /// End minus start, in nanoseconds; zero where the end lies before the start or is missing.
    pub duration_nano: i64,
    /// `StatusCode` as the protocol numbers it: 0 unset, 1 ok, 2 error.
    pub status: u8,
    /// The status's message, often empty.
    pub status_message: &'a str,
    attributes: Range<usize>,
}

impl<'a> TraceRequest<'a> {
    /// Decodes a request. Rows that cannot be accepted are counted in `rejected`.
    ///
    /// # Errors
    /// When the bytes are not a well-formed request; then nothing of it should be kept.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut request = Self {
            origins: Vec::new(),
            spans: Vec::new(),
            events: Vec::new(),
            rejected: Rejected::default(),
            attributes: Attributes::default(),
        };
        let mut reader = Reader::new(bytes, "ExportTraceServiceRequest");
        while let Some(field) = reader.next_field()? {
            if field.number == 1 {
                request.resource_spans(&field)?;
            }
        }
        Ok(request)
    }

    /// The attributes of one of this request's spans.
    pub fn attributes(&self, span: &Span<'_>) -> &[Attribute<'a>] {
        self.attributes.get(&span.attributes)
    }

    /// The attributes of one of this request's span events.
    pub fn event_attributes(&self, event: &LogRecord<'_>) -> &[Attribute<'a>] {
        self.attributes.get(&event.attributes)
    }

    fn resource_spans(&mut self, field: &Field<'a>) -> Result<(), DecodeError> {
        let (service, resource) = resource(field)?;
        let mut reader = field.message("ResourceSpans")?;
        while let Some(field) = reader.next_field()? {
            if field.number != 2 {
                continue;
            }
            let origin = self.origins.len();
            let entry = Origin {
                service,
                resource: resource.clone(),
                scope: scope(&field)?,
            };
            let shared = entry.len();
            self.origins.push(entry);
            let mut reader = field.message("ScopeSpans")?;
            while let Some(field) = reader.next_field()? {
                if field.number == 2 {
                    self.span(&field, origin, shared)?;
                }
            }
        }
        Ok(())
    }

    fn span(&mut self, field: &Field<'a>, origin: usize, shared: usize) -> Result<(), DecodeError> {
        let first = self.attributes.start();
        let mut raw = RawSpan::default();
        let mut reader = field.message("Span")?;
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => raw.trace_id = field.bytes()?,
                2 => raw.span_id = field.bytes()?,
                3 => raw.trace_state = field.string()?,
                4 => raw.parent_span_id = field.bytes()?,
                5 => raw.name = field.string()?,
                6 => raw.kind = field.uint32()?,
                7 => raw.start = field.fixed64()?,
                8 => raw.end = field.fixed64()?,
                9 => self.attributes.push(&field)?,
                10 => raw.dropped_attributes = field.uint32()?,
                11 => raw.has_events = true,
                12 => raw.dropped_events = field.uint32()?,
                13 => link_json(&field, &mut raw.links)?,
                14 => raw.dropped_links = field.uint32()?,
                15 => (raw.status, raw.status_message) = status(&field)?,
                _ => {}
            }
        }
        let count = self.attributes.start() - first + shared;
        let (trace, span, start) = match raw.check(count) {
            Ok(checked) => checked,
            Err(reason) => {
                self.attributes.truncate(first);
                self.rejected
                    .add(|| format!("span \"{}\": {reason}", shortened(raw.name)));
                return Ok(());
            }
        };
        let attributes = raw.finish(first, &mut self.attributes);
        self.spans.push(Span {
            origin,
            trace_id: trace,
            span_id: span,
            parent_span_id: span_id(raw.parent_span_id).unwrap_or(0),
            name: raw.name,
            kind: if raw.kind <= 5 { raw.kind as u8 } else { 0 },
            start_unix_nano: start,
            duration_nano: i64::try_from(raw.end)
                .unwrap_or(start)
                .saturating_sub(start)
                .max(0),
            status: if raw.status <= 2 { raw.status as u8 } else { 0 },
            status_message: raw.status_message,
            attributes,
        });
        if raw.has_events {
            let Self {
                events, attributes, ..
            } = self;
            let mut rows = LogRows {
                records: events,
                attributes,
            };
            let mut reader = field.message("Span")?;
            while let Some(field) = reader.next_field()? {
                if field.number == 11 {
                    rows.span_event(&field, origin, start, (trace, span))?;
                }
            }
        }
        Ok(())
    }
}

/// A span's fields as they came, before anything is checked.
#[derive(Default)]
struct RawSpan<'a> {
    trace_id: &'a [u8],
    span_id: &'a [u8],
    parent_span_id: &'a [u8],
    trace_state: &'a str,
    name: &'a str,
    kind: u32,
    start: u64,
    end: u64,
    status: u32,
    status_message: &'a str,
    links: String,
    has_events: bool,
    dropped_attributes: u32,
    dropped_events: u32,
    dropped_links: u32,
}

impl<'a> RawSpan<'a> {
    fn check(&self, attributes: usize) -> Result<(u128, u64, i64), String> {
        let trace = trace_id(self.trace_id)
            .ok_or_else(|| "its trace id is not 16 bytes, or is zero".to_owned())?;
        let span = span_id(self.span_id)
            .ok_or_else(|| "its span id is not 8 bytes, or is zero".to_owned())?;
        if !matches!(self.parent_span_id.len(), 0 | 8) {
            return Err("its parent span id is not 8 bytes".to_owned());
        }
        let start = time(self.start)
            .ok_or_else(|| "its start time is missing or after the year 2262".to_owned())?;
        if attributes > MAX_ATTRIBUTES {
            return Err(format!(
                "it has {attributes} attributes; {MAX_ATTRIBUTES} are accepted"
            ));
        }
        Ok((trace, span, start))
    }

    /// Appends what has no column of its own to the span's attributes.
    fn finish(&mut self, first: usize, attributes: &mut Attributes<'a>) -> Range<usize> {
        if !self.trace_state.is_empty() {
            attributes.push_value("w3c.tracestate", Value::Str(self.trace_state));
        }
        if !self.links.is_empty() {
            self.links.push(']');
            let text = std::mem::take(&mut self.links);
            attributes.push_value("otel.links", Value::Text(text.into()));
        }
        attributes.push_dropped("otel.dropped_attributes_count", self.dropped_attributes);
        attributes.push_dropped("otel.dropped_events_count", self.dropped_events);
        attributes.push_dropped("otel.dropped_links_count", self.dropped_links);
        attributes.range_since(first)
    }
}

fn status<'a>(field: &Field<'a>) -> Result<(u32, &'a str), DecodeError> {
    let (mut code, mut message) = (0, "");
    let mut reader = field.message("Status")?;
    while let Some(field) = reader.next_field()? {
        match field.number {
            2 => message = field.string()?,
            3 => code = field.uint32()?,
            _ => {}
        }
    }
    Ok((code, message))
}

/// Appends one link to the JSON array in `out`, which stays open.
fn link_json(field: &Field<'_>, out: &mut String) -> Result<(), DecodeError> {
    out.push(if out.is_empty() { '[' } else { ',' });
    out.push('{');
    let mut attributes = false;
    let mut reader = field.message("Link")?;
    while let Some(field) = reader.next_field()? {
        let key = match field.number {
            1 => "trace_id",
            2 => "span_id",
            3 => "trace_state",
            4 => {
                attributes = true;
                continue;
            }
            _ => continue,
        };
        if field.number == 3 {
            out.push_str("\"trace_state\":");
            push_json_string(field.string()?, out);
        } else {
            out.push_str(&format!("\"{key}\":\"{}\"", hex(field.bytes()?)));
        }
        out.push(',');
    }
    if attributes {
        out.push_str("\"attributes\":");
        map_json(field.message("Link")?, 4, 1, out)?;
    } else if out.ends_with(',') {
        out.pop();
    }
    out.push('}');
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Enough of a name to recognise it in a message.
fn shortened(name: &str) -> &str {
    match name.char_indices().nth(60) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}
