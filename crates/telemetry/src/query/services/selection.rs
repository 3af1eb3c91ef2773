//! Which rows of which segments a graph is about: rows in the range of traces that match.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use crate::column::Bitmap;
use crate::filter::Filter;
use crate::query::select::{Scope, Selector};
use crate::query::{QueryError, parallel};
use crate::table::{TimeRange, View};

/// Per segment the rows that count; `None` when there are none.
pub(in crate::query) struct Selection(Vec<Option<Bitmap>>);

impl Selection {
    /// The rows in the scope's range whose trace has a row in that range that passes the filter.
    pub(in crate::query) fn of_traces(view: &View<'_>, scope: &Scope) -> Result<Self, QueryError> {
        let selector = Selector::new(view, scope)?;
        if scope.filter == Filter::All {
            let mut rows = vec![None; view.segment_count()];
            for selected in selector.select_all() {
                rows[selected.segment] = Some(selected.rows);
            }
            return Ok(Self(rows));
        }
        let traces = matching_traces(view, &selector);
        let rows = parallel::map(view.segment_count(), |segment| {
            rows_of(view, segment, scope.range, &traces)
        });
        Ok(Self(rows))
    }

    /// The rows of a segment.
    pub(in crate::query) fn rows(&self, segment: usize) -> Option<&Bitmap> {
        self.0[segment].as_ref()
    }

    /// How many rows there are.
    pub(in crate::query) fn count(&self) -> u64 {
        self.0
            .iter()
            .flatten()
            .map(|rows| rows.count() as u64)
            .sum()
    }
}

fn matching_traces(view: &View<'_>, selector: &Selector<'_, '_>) -> HashSet<u128, FixedState> {
    let found = parallel::map(selector.segments.len(), |index| {
        let segment = selector.segments[index];
        let Some(rows) = selector.select(segment) else {
            return Vec::new();
        };
        let traces = view.segment(segment).traces();
        let mut is_found = vec![false; traces.ids.len()];
        rows.for_each(|row| is_found[usize::from(traces.codes[row])] = true);
        let found = traces.ids.iter().zip(is_found);
        found
            .filter_map(|(id, is_found)| is_found.then_some(*id))
            .collect()
    });
    found.into_iter().flatten().collect()
}

fn rows_of(
    view: &View<'_>,
    segment: usize,
    range: TimeRange,
    wanted: &HashSet<u128, FixedState>,
) -> Option<Bitmap> {
    let part = view.segment(segment);
    let times = part.times();
    let from = times.partition_point(|time| *time < range.start);
    let to = times.partition_point(|time| *time < range.end);
    if from >= to {
        return None;
    }
    let traces = part.traces();
    let is_wanted: Vec<bool> = traces.ids.iter().map(|id| wanted.contains(id)).collect();
    let mut rows = Bitmap::empty(times.len());
    for (row, code) in traces.codes[..to].iter().enumerate().skip(from) {
        if is_wanted[usize::from(*code)] {
            rows.insert(row);
        }
    }
    (!rows.is_empty()).then_some(rows)
}
