//! Spans as points: when, how long, failed or not.

use serde::Serialize;

use super::records::text;
use super::rows::RowRef;
use super::search::failed_rows;
use super::select::{Scope, Selected, Selector};
use super::{QueryError, parallel};
use crate::column::{Bitmap, Parent};
use crate::filter::Filter;
use crate::table::{KeyId, View};

/// One point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScatterPoint {
    /// Start, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// Duration in nanoseconds.
    pub duration_ns: i64,
    /// Whether the span failed.
    pub error: bool,
    /// Its trace.
    pub trace_id: u128,
    /// Name of the span.
    pub name: String,
}

/// Points, in order of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scatter {
    /// The points shown.
    pub points: Vec<ScatterPoint>,
    /// Spans that there are. When there are more than `points`, the slowest and the failed ones are
    /// kept and the others thinned out evenly over time.
    pub total: u64,
}

/// Spans of a scope as points, at most `limit`: all that match, or, without a filter, the roots.
///
/// # Errors
/// When the recording cannot be read.
pub fn scatter(view: &View<'_>, scope: &Scope, limit: usize) -> Result<Scatter, QueryError> {
    view.table().load_durations()?;
    view.table().load_traces()?;
    view.table().load_identities()?;
    view.load_keys([KeyId::NAME, KeyId::STATUS])?;
    let selector = Selector::new(view, scope)?;
    let only_roots = scope.filter == Filter::All;
    let parts = parallel::map(selector.segments.len(), |index| {
        let segment = selector.segments[index];
        let mut rows = selector.select(segment)?;
        if only_roots {
            let parents = &view.segment(segment).identities().parents;
            let selected = rows.clone();
            selected.for_each(|row| {
                if parents.get(row) != Parent::Root {
                    rows.remove(row);
                }
            });
        }
        let mut failed = Bitmap::empty(view.segment(segment).rows());
        for row in failed_rows(view, segment) {
            failed.insert(usize::from(row));
        }
        failed.intersect(&rows);
        Some((Selected { segment, rows }, failed))
    });
    let parts: Vec<(Selected, Bitmap)> = parts.into_iter().flatten().collect();
    let total: usize = parts
        .iter()
        .map(|(selected, _)| selected.rows.count())
        .sum();
    let mut chosen = if total <= limit {
        all_rows(&parts)
    } else {
        reduce(view, &parts, total, limit)
    };
    chosen.sort_unstable_by_key(|(at, _)| {
        (view.segment(at.segment).times()[at.row], at.segment, at.row)
    });
    let points = chosen
        .into_iter()
        .map(|(at, error)| point(view, at, error))
        .collect();
    Ok(Scatter {
        points,
        total: total as u64,
    })
}

fn all_rows(parts: &[(Selected, Bitmap)]) -> Vec<(RowRef, bool)> {
    let mut all = Vec::new();
    for (selected, failed) in parts {
        let segment = selected.segment;
        selected
            .rows
            .for_each(|row| all.push((RowRef { segment, row }, failed.contains(row))));
    }
    all
}

/// A quarter of the points for the slowest, a quarter for failures, the rest evenly over time.
fn reduce(
    view: &View<'_>,
    parts: &[(Selected, Bitmap)],
    total: usize,
    limit: usize,
) -> Vec<(RowRef, bool)> {
    let share = limit / 4;
    let mut slowest: Vec<(i64, RowRef, bool)> = Vec::new();
    let mut failures: Vec<RowRef> = Vec::new();
    let mut bound = i64::MIN;
    for (selected, failed) in parts {
        let segment = selected.segment;
        let durations = view.segment(segment).durations();
        selected.rows.for_each(|row| {
            if durations[row] > bound {
                slowest.push((
                    durations[row],
                    RowRef { segment, row },
                    failed.contains(row),
                ));
            }
        });
        failed.for_each(|row| failures.push(RowRef { segment, row }));
        if slowest.len() > share && share > 0 {
            slowest.select_nth_unstable_by(share - 1, |a, b| b.0.cmp(&a.0));
            slowest.truncate(share);
            bound = slowest[share - 1].0;
        }
    }
    slowest.truncate(share);
    let mut chosen: Vec<(RowRef, bool)> = slowest
        .into_iter()
        .map(|(_, at, error)| (at, error))
        .collect();
    chosen.extend(thinned(failures.len(), share).map(|index| (failures[index], true)));
    let mut rest: Vec<Bitmap> = parts
        .iter()
        .map(|(selected, _)| selected.rows.clone())
        .collect();
    let mut seen = hashbrown::HashSet::<RowRef, foldhash::fast::FixedState>::default();
    chosen.retain(|(at, _)| seen.insert(*at));
    for ((selected, _), rest) in parts.iter().zip(&mut rest) {
        for (at, _) in chosen
            .iter()
            .filter(|(at, _)| at.segment == selected.segment)
        {
            rest.remove(at.row);
        }
    }
    let others = total - chosen.len();
    let mut wanted = thinned(others, limit.saturating_sub(chosen.len())).peekable();
    let mut number = 0;
    for ((selected, failed), rest) in parts.iter().zip(&rest) {
        let segment = selected.segment;
        rest.for_each(|row| {
            if wanted.next_if(|next| *next == number).is_some() {
                chosen.push((RowRef { segment, row }, failed.contains(row)));
            }
            number += 1;
        });
    }
    chosen
}

/// At most `wanted` of the numbers below `total`, evenly spread.
fn thinned(total: usize, wanted: usize) -> impl Iterator<Item = usize> {
    let count = wanted.min(total);
    (0..count).map(move |index| (index as u128 * total as u128 / count as u128) as usize)
}

fn point(view: &View<'_>, at: RowRef, error: bool) -> ScatterPoint {
    let segment = view.segment(at.segment);
    ScatterPoint {
        start_unix_nano: segment.times()[at.row],
        duration_ns: segment.durations()[at.row],
        error,
        trace_id: segment.traces().trace_id(at.row),
        name: text(view, at, KeyId::NAME).to_owned(),
    }
}
