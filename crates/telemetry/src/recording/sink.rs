//! Decoded OTLP into tables: which request's rows go to which table.

use super::manifest::Counts;
use crate::metrics::MetricStore;
use crate::otlp::{Attribute, LogRecord, LogsRequest, Origin, TraceRequest, Value as Decoded};
use crate::table::{
    Level, LogRow, ResourceId, SpanKind, SpanRow, Status, Stored, TableBuilder, Tables, Value,
};

/// Events whose names start so are samples of a database, and have a table of their own.
const SAMPLES: &str = "db.server.";

/// The three tables of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    Spans,
    Logs,
    Samples,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Spans, Self::Logs, Self::Samples];

    /// The name in the manifest; with `.parquet` it is the file's.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Spans => "spans",
            Self::Logs => "logs",
            Self::Samples => "samples",
        }
    }

    pub(crate) fn file(self) -> String {
        format!("{}.parquet", self.name())
    }
}

/// What tables and metrics hold, without touching a row: [`Stored::view`] would sort and pack the
/// open segment.
pub(crate) fn count(tables: &Tables, metrics: &MetricStore) -> Counts {
    let rows = |stored: &Stored| match stored {
        Stored::Open(table) => table.rows() as u64,
        Stored::Sealed(table) => table.rows() as u64,
    };
    Counts {
        spans: rows(&tables.spans()),
        logs: rows(&tables.logs()),
        samples: rows(&tables.samples()),
        series: metrics.series_count() as u64,
        metric_samples: metrics.sample_count() as u64,
        exemplars: metrics.exemplar_count() as u64,
    }
}

/// A segment that appending has completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealedSegment {
    pub(crate) part: Part,
    pub(crate) index: usize,
}

/// Appends a request's spans, and their events as log records. `sealed` is called for every segment
/// that this completes, while its table is still locked.
pub(crate) fn append_traces(
    tables: &Tables,
    request: &TraceRequest<'_>,
    sealed: &mut impl FnMut(&TableBuilder, SealedSegment),
) {
    let mut attributes: Vec<(&str, Value<'_>)> = Vec::new();
    if let Stored::Open(table) = &mut *tables.spans_mut() {
        let resources = resources(table, &request.origins);
        for span in &request.spans {
            attributes.clear();
            extend(&mut attributes, &request.origins[span.origin].scope);
            extend(&mut attributes, request.attributes(span));
            let index = table.append_span(&SpanRow {
                resource: resources[span.origin],
                trace_id: span.trace_id,
                span_id: span.span_id,
                parent_span_id: span.parent_span_id,
                start_unix_nano: span.start_unix_nano,
                duration_ns: span.duration_nano,
                name: span.name,
                kind: SpanKind::from_otlp(i32::from(span.kind)),
                status: Status::from_otlp(i32::from(span.status)),
                status_message: span.status_message,
                attributes: &attributes,
            });
            if let Some(index) = index {
                sealed(
                    table,
                    SealedSegment {
                        part: Part::Spans,
                        index,
                    },
                );
            }
        }
    }
    let events = request
        .events
        .iter()
        .map(|event| (event, request.event_attributes(event)));
    append_records(tables, &request.origins, events, sealed);
}

/// Appends a request's log records, database samples to their own table.
pub(crate) fn append_logs(
    tables: &Tables,
    request: &LogsRequest<'_>,
    sealed: &mut impl FnMut(&TableBuilder, SealedSegment),
) {
    let records = request
        .records
        .iter()
        .map(|record| (record, request.attributes(record)));
    append_records(tables, &request.origins, records, sealed);
}

fn append_records<'r>(
    tables: &Tables,
    origins: &[Origin<'_>],
    records: impl Iterator<Item = (&'r LogRecord<'r>, &'r [Attribute<'r>])> + Clone,
    sealed: &mut impl FnMut(&TableBuilder, SealedSegment),
) {
    for part in [Part::Logs, Part::Samples] {
        let wanted = |record: &LogRecord<'_>| {
            (part == Part::Samples) == record.event_name.starts_with(SAMPLES)
        };
        let mut records = records
            .clone()
            .filter(|(record, _)| wanted(record))
            .peekable();
        // No lock, and no resource in a table that gets no row of it.
        if records.peek().is_none() {
            continue;
        }
        let mut stored = match part {
            Part::Samples => tables.samples_mut(),
            _ => tables.logs_mut(),
        };
        let Stored::Open(table) = &mut *stored else {
            continue;
        };
        let resources = resources(table, origins);
        let mut attributes: Vec<(&str, Value<'_>)> = Vec::new();
        for (record, own) in records {
            attributes.clear();
            extend(&mut attributes, &origins[record.origin].scope);
            extend(&mut attributes, own);
            if !record.event_name.is_empty() {
                attributes.push(("event.name", Value::Str(record.event_name)));
            }
            let index = table.append_log(&LogRow {
                resource: resources[record.origin],
                time_unix_nano: record.time_unix_nano,
                level: Level::from_severity(i32::from(record.severity)),
                trace_id: record.trace_id,
                span_id: record.span_id,
                body: &record.body,
                attributes: &attributes,
            });
            if let Some(index) = index {
                sealed(table, SealedSegment { part, index });
            }
        }
    }
}

fn resources(table: &mut TableBuilder, origins: &[Origin<'_>]) -> Vec<ResourceId> {
    let mut id = |origin: &Origin<'_>| {
        let given = origin.resource.iter();
        let attributes: Vec<(&str, Value<'_>)> =
            given.map(|it| (it.key, value(&it.value))).collect();
        table.resource(origin.service, &attributes)
    };
    origins.iter().map(&mut id).collect()
}

fn extend<'a>(into: &mut Vec<(&'a str, Value<'a>)>, attributes: &'a [Attribute<'_>]) {
    into.extend(
        attributes
            .iter()
            .map(|attribute| (attribute.key, value(&attribute.value))),
    );
}

fn value<'a>(value: &'a Decoded<'_>) -> Value<'a> {
    match value {
        Decoded::Str(text) => Value::Str(text),
        Decoded::Text(text) => Value::Str(text),
        Decoded::Bool(value) => Value::Bool(*value),
        Decoded::Int(value) => Value::I64(*value),
        Decoded::Double(value) => Value::F64(*value),
    }
}
