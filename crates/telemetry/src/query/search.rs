//! Search for traces: those with a matching span, with what a list shows of each.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::records::text;
use super::rows::{Page, RowRef, bad_cursor};
use super::select::{Scope, Selector};
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
    let selector = Selector::new(view, scope)?;
    let traces = Matched::collect(&selector);
    let rank = |found: &Found| match order {
        TraceOrder::Newest => found.extent.start,
        TraceOrder::Slowest => found.extent.end.saturating_sub(found.extent.start),
        TraceOrder::Errors => i64::from(found.extent.errors),
    };
    let ranked = |(id, found): (&u128, &Found)| (rank(found), *id);
    let mut places: Vec<(i64, u128)> = traces.shards.iter().flatten().map(ranked).collect();
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
        .map(|(_, id)| summary(view, *id, traces.matched(*id)))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        total,
        next_cursor,
    })
}

/// Start and id of every trace that has a selected span.
pub(super) fn matched_starts(selector: &Selector<'_, '_>) -> Vec<(i64, u128)> {
    let traces = Matched::collect(selector);
    let shards = traces.shards.iter().flatten();
    shards
        .map(|(id, found)| (found.extent.start, *id))
        .collect()
}

fn parse_cursor(text: &str) -> Result<(i64, u128), QueryError> {
    let (rank, id) = text.split_once('.').ok_or_else(bad_cursor)?;
    match (u64::from_str_radix(rank, 16), u128::from_str_radix(id, 16)) {
        (Ok(rank), Ok(id)) => Ok((rank as i64, id)),
        _ => Err(bad_cursor()),
    }
}

/// Traces that have a selected span, in parts by id that are filled in parallel.
struct Matched {
    shards: Vec<HashMap<u128, Found, FixedState>>,
}

const SHARDS: usize = 2;

fn shard_of(id: u128) -> usize {
    id as usize % SHARDS
}

/// What is known of a trace.
#[derive(Clone, Copy)]
struct Found {
    /// Selected spans.
    matched: u64,
    extent: Extent,
}

/// Where a trace begins and ends, and how many of its spans failed; of all its spans, selected or not.
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

impl Extent {
    fn merge(&mut self, other: &Self) {
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.errors += other.errors;
    }
}

/// The traces of one segment, by whether they have a selected span in it.
struct SegmentTraces {
    segment: usize,
    matched: Vec<(u128, Found)>,
    /// Local codes of the others: a span elsewhere may be selected.
    others: Vec<u16>,
}

impl Matched {
    fn collect(selector: &Selector<'_, '_>) -> Self {
        let view = selector.view;
        let parts = parallel::map(view.segment_count(), |segment| {
            in_segment(selector, segment)
        });
        let shards = parallel::map(SHARDS, |shard| {
            let mut found: HashMap<u128, Found, FixedState> = HashMap::default();
            for (id, here) in parts
                .iter()
                .flat_map(|part| &part.matched)
                .filter(|(id, _)| shard_of(*id) == shard)
            {
                let known = found.entry(*id).or_insert(Found {
                    matched: 0,
                    extent: NO_EXTENT,
                });
                known.matched += here.matched;
                known.extent.merge(&here.extent);
            }
            found
        });
        let mut matched = Self { shards };
        let count: usize = matched.shards.iter().map(HashMap::len).sum();
        let elsewhere = parallel::map(parts.len(), |index| {
            matched.elsewhere(view, &parts[index], count)
        });
        for (id, extent) in elsewhere.into_iter().flatten() {
            if let Some(found) = matched.shards[shard_of(id)].get_mut(&id) {
                found.extent.merge(&extent);
            }
        }
        matched
    }

    /// Selected spans of a trace.
    fn matched(&self, id: u128) -> u64 {
        self.shards[shard_of(id)]
            .get(&id)
            .map_or(0, |found| found.matched)
    }

    /// Extents in a segment of the matched traces that have no selected span there.
    fn elsewhere(
        &self,
        view: &View<'_>,
        part: &SegmentTraces,
        count: usize,
    ) -> Vec<(u128, Extent)> {
        let ids = &view.segment(part.segment).traces().ids;
        let codes: Vec<usize> = if count * 16 < part.others.len() {
            let all = self.shards.iter().flat_map(HashMap::keys);
            let here = all.filter_map(|id| ids.binary_search(id).ok());
            here.filter(|code| part.others.binary_search(&(*code as u16)).is_ok())
                .collect()
        } else {
            let others = part.others.iter().map(|code| usize::from(*code));
            others
                .filter(|code| self.shards[shard_of(ids[*code])].contains_key(&ids[*code]))
                .collect()
        };
        if codes.is_empty() {
            return Vec::new();
        }
        let extents = measure(view, part.segment);
        codes
            .into_iter()
            .map(|code| (ids[code], extents[code]))
            .collect()
    }
}

/// Traces with a selected span in a segment.
fn in_segment(selector: &Selector<'_, '_>, segment: usize) -> SegmentTraces {
    let traces = selector.view.segment(segment).traces();
    let every = || (0..traces.ids.len()).map(|code| code as u16);
    let selected = selector
        .segments
        .binary_search(&segment)
        .ok()
        .and_then(|_| selector.select(segment));
    let Some(rows) = selected else {
        return SegmentTraces {
            segment,
            matched: Vec::new(),
            others: every().collect(),
        };
    };
    let mut counts = vec![0u32; traces.ids.len()];
    rows.for_each(|row| counts[usize::from(traces.codes[row])] += 1);
    let extents = measure(selector.view, segment);
    let found = |code: usize| Found {
        matched: u64::from(counts[code]),
        extent: extents[code],
    };
    let matched = traces
        .ids
        .iter()
        .enumerate()
        .filter(|(code, id)| counts[*code] > 0 && **id != 0);
    SegmentTraces {
        segment,
        matched: matched.map(|(code, id)| (*id, found(code))).collect(),
        others: every()
            .filter(|code| counts[usize::from(*code)] == 0)
            .collect(),
    }
}

/// Per local code of a trace its extent in a segment.
fn measure(view: &View<'_>, number: usize) -> Vec<Extent> {
    let segment = view.segment(number);
    let traces = segment.traces();
    let (times, durations) = (segment.times(), segment.durations());
    let mut extents = vec![NO_EXTENT; traces.ids.len()];
    for (row, code) in traces.codes.iter().enumerate() {
        let extent = &mut extents[usize::from(*code)];
        extent.start = extent.start.min(times[row]);
        extent.end = extent.end.max(times[row].saturating_add(durations[row]));
    }
    for row in failed_rows(view, number) {
        extents[usize::from(traces.codes[usize::from(row)])].errors += 1;
    }
    extents
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
