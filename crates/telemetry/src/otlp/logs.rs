//! Decodes `ExportLogsServiceRequest`.
//!
//! The body becomes text (JSON for arrays and maps). A record without a time takes the time it was
//! observed. The level follows the severity number, or the text where the number is missing; a
//! text that says more than the level is kept as the attribute `severity_text`.

use std::borrow::Cow;
use std::ops::Range;

use super::fault::DecodeError;
use super::request::{
    Attributes, MAX_ATTRIBUTES, Origin, Rejected, resource, scope, span_id, time, trace_id,
};
use super::value::{Attribute, Value, any_value};
use super::wire::{Field, Reader};

/// The log records of one request, borrowed from its bytes.
#[derive(Debug)]
pub struct LogsRequest<'a> {
    /// What the records' `origin` counts into.
    pub origins: Vec<Origin<'a>>,
    /// The records, in the order they came.
    pub records: Vec<LogRecord<'a>>,
    /// The records that were refused.
    pub rejected: Rejected,
    attributes: Attributes<'a>,
}

/// One log record, or one span event.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRecord<'a> {
    /// Index into the request's origins.
    pub origin: usize,
    /// When it happened, nanoseconds since the Unix epoch.
    pub time_unix_nano: i64,
    /// The trace it belongs to, or zero.
    pub trace_id: u128,
    /// The span it belongs to, or zero.
    pub span_id: u64,
    /// `SeverityNumber` as the protocol has it: 1 to 24, 0 when unknown.
    pub severity: u8,
    /// The message.
    pub body: Cow<'a, str>,
    /// The event's name, for example `db.server.query_sample`; empty for an ordinary record.
    pub event_name: &'a str,
    pub(crate) attributes: Range<usize>,
}

impl<'a> LogsRequest<'a> {
    /// Decodes a request. Rows that cannot be accepted are counted in `rejected`.
    ///
    /// # Errors
    /// When the bytes are not a well-formed request; then nothing of it should be kept.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut request = Self {
            origins: Vec::new(),
            records: Vec::new(),
            rejected: Rejected::default(),
            attributes: Attributes::default(),
        };
        let mut reader = Reader::new(bytes, "ExportLogsServiceRequest");
        while let Some(field) = reader.next_field()? {
            if field.number == 1 {
                request.resource_logs(&field)?;
            }
        }
        Ok(request)
    }

    /// The attributes of one of this request's records.
    pub fn attributes(&self, record: &LogRecord<'_>) -> &[Attribute<'a>] {
        self.attributes.get(&record.attributes)
    }

    fn resource_logs(&mut self, field: &Field<'a>) -> Result<(), DecodeError> {
        let (service, resource) = resource(field)?;
        let mut reader = field.message("ResourceLogs")?;
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
            let mut reader = field.message("ScopeLogs")?;
            while let Some(field) = reader.next_field()? {
                if field.number == 2 {
                    let Self {
                        records,
                        attributes,
                        ..
                    } = self;
                    let outcome = LogRows {
                        records,
                        attributes,
                    }
                    .record(&field, origin, shared)?;
                    if let Err(reason) = outcome {
                        self.rejected.add(|| format!("a log record: {reason}"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where decoded records go: into a logs request, or beside the spans whose events they are.
pub(crate) struct LogRows<'r, 'a> {
    pub(crate) records: &'r mut Vec<LogRecord<'a>>,
    pub(crate) attributes: &'r mut Attributes<'a>,
}

#[derive(Default)]
struct RawRecord<'a> {
    time: u64,
    observed: u64,
    severity: u32,
    severity_text: &'a str,
    body: Option<Value<'a>>,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    event_name: &'a str,
    dropped_attributes: u32,
}

impl<'a> LogRows<'_, 'a> {
    /// Reads a `LogRecord`; the inner error says why the record is refused.
    fn record(
        &mut self,
        field: &Field<'a>,
        origin: usize,
        shared: usize,
    ) -> Result<Result<(), String>, DecodeError> {
        let first = self.attributes.start();
        let mut raw = RawRecord::default();
        let mut reader = field.message("LogRecord")?;
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => raw.time = field.fixed64()?,
                2 => raw.severity = field.uint32()?,
                3 => raw.severity_text = field.string()?,
                5 => raw.body = Some(any_value(&field)?),
                6 => self.attributes.push(&field)?,
                7 => raw.dropped_attributes = field.uint32()?,
                9 => raw.trace_id = field.bytes()?,
                10 => raw.span_id = field.bytes()?,
                11 => raw.observed = field.fixed64()?,
                12 => raw.event_name = field.string()?,
                _ => {}
            }
        }
        let count = self.attributes.start() - first + shared;
        let (time, trace, span) = match raw.check(count) {
            Ok(checked) => checked,
            Err(reason) => {
                self.attributes.truncate(first);
                return Ok(Err(reason));
            }
        };
        self.push(raw, first, origin, time, (trace, span));
        Ok(Ok(()))
    }

    /// Reads a `Span.Event` as a record of the span, at the span's start where it has no time of
    /// its own. An exception is an error by convention; any other event is information.
    pub(crate) fn span_event(
        &mut self,
        field: &Field<'a>,
        origin: usize,
        span_start: i64,
        ids: (u128, u64),
    ) -> Result<(), DecodeError> {
        let first = self.attributes.start();
        let mut raw = RawRecord::default();
        let mut reader = field.message("Span.Event")?;
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => raw.time = field.fixed64()?,
                2 => raw.event_name = field.string()?,
                3 => self.attributes.push(&field)?,
                4 => raw.dropped_attributes = field.uint32()?,
                _ => {}
            }
        }
        let excess = (self.attributes.start() - first).saturating_sub(MAX_ATTRIBUTES);
        self.attributes.truncate(self.attributes.start() - excess);
        raw.dropped_attributes = raw.dropped_attributes.saturating_add(excess as u32);
        raw.severity = if raw.event_name == "exception" {
            ERROR
        } else {
            INFO
        };
        let message = self
            .attributes
            .since(first)
            .iter()
            .find(|it| it.key == "exception.message");
        let message = message.map(|attribute| attribute.value.clone());
        raw.body = Some(message.unwrap_or(Value::Str(raw.event_name)));
        let time = time(raw.time).unwrap_or(span_start);
        self.push(raw, first, origin, time, ids);
        Ok(())
    }

    fn push(
        &mut self,
        raw: RawRecord<'a>,
        first: usize,
        origin: usize,
        time_unix_nano: i64,
        (trace_id, span_id): (u128, u64),
    ) {
        let severity = raw.severity();
        if !raw.severity_text.is_empty()
            && !raw
                .severity_text
                .eq_ignore_ascii_case(severity_name(severity))
        {
            self.attributes
                .push_value("severity_text", Value::Str(raw.severity_text));
        }
        self.attributes
            .push_dropped("otel.dropped_attributes_count", raw.dropped_attributes);
        let body = match raw.body {
            Some(Value::Str(text)) => Cow::Borrowed(text),
            Some(other) => Cow::Owned(other.to_text()),
            None => Cow::Borrowed(""),
        };
        self.records.push(LogRecord {
            origin,
            time_unix_nano,
            trace_id,
            span_id,
            severity,
            body,
            event_name: raw.event_name,
            attributes: self.attributes.range_since(first),
        });
    }
}

const INFO: u32 = 9;
const ERROR: u32 = 17;

impl RawRecord<'_> {
    fn check(&self, attributes: usize) -> Result<(i64, u128, u64), String> {
        let chosen = if self.time > 0 {
            self.time
        } else {
            self.observed
        };
        let time =
            time(chosen).ok_or_else(|| "its time is missing or after the year 2262".to_owned())?;
        let trace = match self.trace_id {
            [] => 0,
            // All zeroes mean that there is none, as an empty field does.
            bytes if bytes.len() == 16 => trace_id(bytes).unwrap_or(0),
            _ => return Err("its trace id is not 16 bytes".to_owned()),
        };
        let span = match self.span_id {
            [] => 0,
            bytes if bytes.len() == 8 => span_id(bytes).unwrap_or(0),
            _ => return Err("its span id is not 8 bytes".to_owned()),
        };
        if attributes > MAX_ATTRIBUTES {
            return Err(format!(
                "it has {attributes} attributes; {MAX_ATTRIBUTES} are accepted"
            ));
        }
        Ok((time, trace, span))
    }

    /// The severity number, or the start of the range that the text names.
    fn severity(&self) -> u8 {
        match self.severity {
            number @ 1..=24 => number as u8,
            _ => severity_of_text(self.severity_text),
        }
    }
}

/// The name of a severity number's range as the protocol writes it; empty for 0.
pub fn severity_name(severity: u8) -> &'static str {
    match severity {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => "",
    }
}

fn severity_of_text(text: &str) -> u8 {
    let names: [(&str, u8); 9] = [
        ("trace", 1),
        ("debug", 5),
        ("info", 9),
        ("information", 9),
        ("warn", 13),
        ("warning", 13),
        ("error", 17),
        ("fatal", 21),
        ("critical", 21),
    ];
    names
        .iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map_or(0, |(_, number)| *number)
}
