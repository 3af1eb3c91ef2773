//! One trace with all its spans.

use serde::Serialize;

use super::QueryError;
use super::critical_path::{CriticalSection, critical_path};
use super::records::{Reader, SpanRecord};
use super::rows::RowRef;
use crate::table::{Resource, View};

/// A trace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// Trace id.
    pub trace_id: u128,
    /// Start of its first span, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// From the start of the first span to the end of the last.
    pub duration_ns: i64,
    /// Services in order of their first span.
    pub services: Vec<String>,
    /// Spans in order of their start; a parent may be missing, and may come after its child.
    pub spans: Vec<SpanRecord>,
    /// Spans that there are; more than `spans` has when the trace was too long.
    pub total: usize,
    /// Resources of the spans, each once, by number.
    pub resources: Vec<(u32, Resource)>,
    /// Log records of the trace.
    pub logs: u64,
    /// What the trace waited for, of the spans that were read.
    pub critical_path: Vec<CriticalSection>,
}

/// Reads a trace; `None` when no span has the id. At most `limit` spans are read, the first ones.
///
/// # Errors
/// When the recording cannot be read.
pub fn trace(
    spans: &View<'_>,
    logs: &View<'_>,
    trace_id: u128,
    limit: usize,
) -> Result<Option<Trace>, QueryError> {
    let mut rows = trace_rows(spans, trace_id)?;
    if rows.is_empty() || trace_id == 0 {
        return Ok(None);
    }
    rows.sort_by_key(|at| spans.segment(at.segment).times()[at.row]);
    let reader = Reader::new(spans)?;
    let start = |at: &RowRef| spans.segment(at.segment).times()[at.row];
    let end = |at: &RowRef| start(at).saturating_add(spans.segment(at.segment).durations()[at.row]);
    let (first, last) = (rows.iter().map(start).min(), rows.iter().map(end).max());
    let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
    let records: Vec<SpanRecord> = rows.iter().take(limit).map(|at| reader.span(*at)).collect();
    let mut services: Vec<String> = Vec::new();
    let mut resources: Vec<(u32, Resource)> = Vec::new();
    for record in &records {
        if !services.contains(&record.service) {
            services.push(record.service.clone());
        }
        if let Some(number) = record.resource
            && !resources.iter().any(|(other, _)| *other == number)
            && let Some(resource) = spans.resources().get(number as usize)
        {
            resources.push((number, resource.clone()));
        }
    }
    Ok(Some(Trace {
        trace_id,
        start_unix_nano: first,
        duration_ns: last.saturating_sub(first),
        services,
        critical_path: critical_path(&records),
        spans: records,
        total: rows.len(),
        resources,
        logs: trace_rows(logs, trace_id)?.len() as u64,
    }))
}

/// The rows of a trace in all segments.
pub(super) fn trace_rows(view: &View<'_>, trace_id: u128) -> Result<Vec<RowRef>, QueryError> {
    view.table().load_traces()?;
    let in_segment = |segment| {
        let rows = view.segment(segment).traces().rows_of(trace_id);
        rows.into_iter().map(move |row| RowRef {
            segment,
            row: usize::from(row),
        })
    };
    Ok((0..view.segment_count()).flat_map(in_segment).collect())
}
