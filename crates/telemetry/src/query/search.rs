//! Search for traces: those with a matching span, with what a list shows of each.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::records::text;
use super::rows::{Page, RowRef, bad_cursor};
use super::select::{Scope, Selected, Selector};
use super::trace::trace_rows;
use super::{QueryError, parallel};
use crate::column::{Column, Parent};
use crate::table::{KeyId, Status, View};

/// How traces are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceOrder {
    /// Latest start first.
    #[default]
    Newest,
    /// Longest first.
    Slowest,
    /// Most failed spans first.
    Errors,
}

/// What a list shows of a trace. All figures are of the whole trace, also of spans outside the scope.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraceSummary {
    /// Trace id.
    pub trace_id: u128,
    /// Service of the root, or of the first span when the root is missing.
    pub service: String,
    /// Name of that span.
    pub name: String,
    /// Start of the first span, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// From the start of the first span to the end of the last.
    pub duration_ns: i64,
    /// Number of spans.
    pub spans: u64,
    /// Spans that failed.
    pub errors: u64,
    /// Services in order of their first span.
    pub services: Vec<String>,
    /// Spans that the search selected.
    pub matched: u64,
}

/// A page of the traces that have a span in the scope.
///
/// # Errors
/// When the recording cannot be read or the cursor is foreign.
pub fn search_traces(
    view: &View<'_>,
    scope: &Scope,
    order: TraceOrder,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<TraceSummary>, QueryError> {
    view.table().load_traces()?;
    view.table().load_durations()?;
    view.table().load_identities()?;
    view.load_keys([KeyId::SERVICE, KeyId::NAME, KeyId::STATUS])?;
    let after = cursor.map(parse_cursor).transpose()?;
    let selected = Selector::new(view, scope)?.select_all();
    let matched = Matched::collect(view, &selected);
    let extents = matched.measure(view);
    let rank = |index: usize| match order {
        TraceOrder::Newest => extents[index].start,
        TraceOrder::Slowest => extents[index].end.saturating_sub(extents[index].start),
        TraceOrder::Errors => i64::from(extents[index].errors),
    };
    let mut places: Vec<(i64, u128)> = matched
        .ids
        .iter()
        .enumerate()
        .map(|(index, id)| (rank(index), *id))
        .collect();
    let total = places.len() as u64;
    if let Some(after) = after {
        places.retain(|place| *place < after);
    }
    let more = places.len() > limit;
    if more && limit > 0 {
        places.select_nth_unstable_by(limit - 1, |a, b| b.cmp(a));
    }
    places.truncate(limit);
    places.sort_unstable_by(|a, b| b.cmp(a));
    let next_cursor = if more {
        places.last().map(|(rank, id)| format!("{rank:x}.{id:x}"))
    } else {
        None
    };
    let rows = places
        .iter()
        .map(|(_, id)| summary(view, *id, matched.counts[matched.index[id] as usize]))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        total,
        next_cursor,
    })
}

fn parse_cursor(text: &str) -> Result<(i64, u128), QueryError> {
    let (rank, id) = text.split_once('.').ok_or_else(bad_cursor)?;
    match (u64::from_str_radix(rank, 16), u128::from_str_radix(id, 16)) {
        (Ok(rank), Ok(id)) => Ok((rank as i64, id)),
        _ => Err(bad_cursor()),
    }
}

/// Traces that have a selected span.
#[derive(Default)]
struct Matched {
    index: HashMap<u128, u32, FixedState>,
    ids: Vec<u128>,
    /// Selected spans of each.
    counts: Vec<u64>,
}

/// Where a trace begins and ends, and how many of its spans failed.
#[derive(Clone, Copy)]
struct Extent {
    start: i64,
    end: i64,
    errors: u32,
}

const NO_EXTENT: Extent = Extent {
    start: i64::MAX,
    end: i64::MIN,
    errors: 0,
};

impl Matched {
    fn collect(view: &View<'_>, selected: &[Selected]) -> Self {
        let parts = parallel::map(selected.len(), |index| {
            let part = &selected[index];
            let traces = view.segment(part.segment).traces();
            let mut counts = vec![0u32; traces.ids.len()];
            part.rows
                .for_each(|row| counts[usize::from(traces.codes[row])] += 1);
            let seen = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            seen.map(|(code, count)| (traces.ids[code], *count))
                .collect::<Vec<_>>()
        });
        let mut matched = Self::default();
        for (id, count) in parts.into_iter().flatten().filter(|(id, _)| *id != 0) {
            let next = matched.ids.len() as u32;
            let index = *matched.index.entry(id).or_insert_with(|| {
                matched.ids.push(id);
                matched.counts.push(0);
                next
            });
            matched.counts[index as usize] += u64::from(count);
        }
        matched
    }

    /// Measures each trace over all its spans, in the scope or not.
    fn measure(&self, view: &View<'_>) -> Vec<Extent> {
        let parts = parallel::map(view.segment_count(), |segment| {
            self.measure_segment(view, segment)
        });
        let mut extents = vec![NO_EXTENT; self.ids.len()];
        for (index, part) in parts.into_iter().flatten() {
            let extent = &mut extents[index as usize];
            extent.start = extent.start.min(part.start);
            extent.end = extent.end.max(part.end);
            extent.errors += part.errors;
        }
        extents
    }

    fn measure_segment(&self, view: &View<'_>, number: usize) -> Vec<(u32, Extent)> {
        let segment = view.segment(number);
        let traces = segment.traces();
        const OTHER: u32 = u32::MAX;
        let mut wanted = vec![OTHER; traces.ids.len()];
        let mut any = false;
        if self.ids.len() * 16 < traces.ids.len() {
            for (index, id) in self.ids.iter().enumerate() {
                if let Ok(code) = traces.ids.binary_search(id) {
                    wanted[code] = index as u32;
                    any = true;
                }
            }
        } else {
            for (code, id) in traces.ids.iter().enumerate() {
                if let Some(index) = self.index.get(id) {
                    wanted[code] = *index;
                    any = true;
                }
            }
        }
        if !any {
            return Vec::new();
        }
        let failed = failed_rows(view, number);
        let mut extents = vec![NO_EXTENT; traces.ids.len()];
        let (times, durations) = (segment.times(), segment.durations());
        for (row, code) in traces.codes.iter().enumerate() {
            let extent = &mut extents[usize::from(*code)];
            extent.start = extent.start.min(times[row]);
            extent.end = extent.end.max(times[row].saturating_add(durations[row]));
        }
        for row in failed {
            extents[usize::from(traces.codes[usize::from(row)])].errors += 1;
        }
        wanted
            .iter()
            .zip(extents)
            .filter(|(index, _)| **index != OTHER)
            .map(|(index, extent)| (*index, extent))
            .collect()
    }
}

/// Rows of a segment whose status is an error.
pub(super) fn failed_rows(view: &View<'_>, segment: usize) -> Vec<u16> {
    let error = view
        .dictionary(KeyId::STATUS)
        .find(Status::NAMES[Status::Error as usize]);
    let (Some(error), Some(Column::Text(column))) = (error, view.column(segment, KeyId::STATUS))
    else {
        return Vec::new();
    };
    let Ok(code) = column.ids[1..].binary_search(&error) else {
        return Vec::new();
    };
    column
        .iter()
        .filter(|(_, other)| usize::from(*other) == code + 1)
        .map(|(row, _)| row)
        .collect()
}

fn summary(view: &View<'_>, trace_id: u128, matched: u64) -> Result<TraceSummary, QueryError> {
    let mut rows = trace_rows(view, trace_id)?;
    let start = |at: &RowRef| view.segment(at.segment).times()[at.row];
    let end = |at: &RowRef| start(at).saturating_add(view.segment(at.segment).durations()[at.row]);
    rows.sort_by_key(start);
    let is_root = |at: &&RowRef| {
        matches!(
            view.segment(at.segment).identities().parents.get(at.row),
            Parent::Root
        )
    };
    let shown = rows.iter().find(is_root).or_else(|| rows.first()).copied();
    let Some(shown) = shown else {
        return Err(QueryError::unanswerable(
            "the trace has no spans",
            "search again",
        ));
    };
    let mut services: Vec<String> = Vec::new();
    for at in &rows {
        let service = text(view, *at, KeyId::SERVICE);
        if !services.iter().any(|other| other == service) {
            services.push(service.to_owned());
        }
    }
    let first = rows.iter().map(start).min().unwrap_or(0);
    Ok(TraceSummary {
        trace_id,
        service: text(view, shown, KeyId::SERVICE).to_owned(),
        name: text(view, shown, KeyId::NAME).to_owned(),
        start_unix_nano: first,
        duration_ns: rows
            .iter()
            .map(end)
            .max()
            .unwrap_or(first)
            .saturating_sub(first),
        spans: rows.len() as u64,
        errors: rows
            .iter()
            .filter(|at| text(view, **at, KeyId::STATUS) == "error")
            .count() as u64,
        services,
        matched,
    })
}
