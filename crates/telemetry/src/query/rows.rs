//! Lists of rows: newest, oldest or slowest first, page by page.
//!
//! A cursor names the last row of a page by what never changes: its time, its segment, and its place
//! among the rows of that segment with the same time. Rows that arrive later, and the sealing of the
//! open segment, move no row from one page to another.

use serde::{Deserialize, Serialize};

use super::QueryError;
use super::select::Selected;
use crate::table::{Segment, View};

/// How a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Latest first.
    #[default]
    Newest,
    /// Earliest first.
    Oldest,
    /// Longest first (spans).
    Slowest,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows of the page.
    pub rows: Vec<T>,
    /// Rows in the whole list.
    pub total: u64,
    /// Where the next page begins; `None` on the last page.
    pub next_cursor: Option<String>,
}

/// A row of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RowRef {
    pub(super) segment: usize,
    pub(super) row: usize,
}

/// A row's name that stays the same for as long as the recording exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowId {
    time: i64,
    segment: u32,
    /// Place among the rows of the segment with this time.
    place: u32,
}

impl RowId {
    pub(super) fn of(view: &View<'_>, at: RowRef) -> Self {
        let times = view.segment(at.segment).times();
        let time = times[at.row];
        let first = times[..at.row].partition_point(|other| *other < time);
        Self {
            time,
            segment: at.segment as u32,
            place: (at.row - first) as u32,
        }
    }

    /// `time.segment.place` in hexadecimal.
    pub(super) fn to_text(self) -> String {
        format!("{:x}.{:x}.{:x}", self.time, self.segment, self.place)
    }
}

/// Where a row stands in an order: compared by the first number, then by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rank: i64,
    id: RowId,
}

impl Place {
    fn of(view: &View<'_>, order: Order, at: RowRef) -> Self {
        let rank = match order {
            Order::Newest | Order::Oldest => 0,
            Order::Slowest => view
                .segment(at.segment)
                .durations()
                .get(at.row)
                .copied()
                .unwrap_or(0),
        };
        Self {
            rank,
            id: RowId::of(view, at),
        }
    }

    fn to_cursor(self) -> String {
        format!("{:x}.{}", self.rank, self.id.to_text())
    }

    fn from_cursor(text: &str) -> Result<Self, QueryError> {
        let numbers: Vec<i64> = text
            .split('.')
            .map(|part| u64::from_str_radix(part, 16).map(|number| number as i64))
            .collect::<Result<_, _>>()
            .unwrap_or_default();
        match numbers[..] {
            [rank, time, segment, place] => Ok(Self {
                rank,
                id: RowId {
                    time,
                    segment: segment as u32,
                    place: place as u32,
                },
            }),
            _ => Err(bad_cursor()),
        }
    }
}

pub(super) fn bad_cursor() -> QueryError {
    QueryError::unanswerable(
        "the cursor is not one of this list",
        "start again without a cursor",
    )
}

/// A page of the selected rows.
pub(super) fn page(
    view: &View<'_>,
    selected: &[Selected],
    order: Order,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<RowRef>, QueryError> {
    let after = cursor.map(Place::from_cursor).transpose()?;
    let total = selected.iter().map(|part| part.rows.count() as u64).sum();
    // One more than asked, to know whether there is a next page.
    let mut best = Best {
        view,
        order,
        after,
        wanted: limit.saturating_add(1),
        found: Vec::new(),
    };
    let mut parts: Vec<&Selected> = selected.iter().collect();
    parts.sort_by_key(|part| {
        let segment = view.segment(part.segment);
        match order {
            Order::Newest => -segment.last_time(),
            Order::Oldest => segment.first_time(),
            Order::Slowest => -segment.max_duration(),
        }
    });
    for part in parts {
        if best.is_beyond(view.segment(part.segment)) {
            break;
        }
        best.add(part);
    }
    let mut found = best.found;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = if more {
        found.last().map(|(place, _)| place.to_cursor())
    } else {
        None
    };
    Ok(Page {
        rows: found.into_iter().map(|(_, at)| at).collect(),
        total,
        next_cursor,
    })
}

/// The first rows of an order, among the segments seen so far.
struct Best<'v, 'a> {
    view: &'v View<'a>,
    order: Order,
    after: Option<Place>,
    wanted: usize,
    found: Vec<(Place, RowRef)>,
}

impl Best<'_, '_> {
    fn comes_before(&self, a: &Place, b: &Place) -> bool {
        if self.order == Order::Oldest {
            a < b
        } else {
            a > b
        }
    }

    /// Whether no row of the segment, nor of those sorted after it, can be among the first.
    fn is_beyond(&self, segment: &Segment) -> bool {
        let Some((last, _)) = self
            .found
            .last()
            .filter(|_| self.found.len() >= self.wanted)
        else {
            return false;
        };
        match self.order {
            Order::Newest => segment.last_time() < last.id.time,
            Order::Oldest => segment.first_time() > last.id.time,
            Order::Slowest => segment.max_duration() < last.rank,
        }
    }

    fn add(&mut self, part: &Selected) {
        let rows = part.rows.rows();
        let at = |row: &u16| RowRef {
            segment: part.segment,
            row: usize::from(*row),
        };
        let candidates: Vec<(Place, RowRef)> = match self.order {
            Order::Newest => self.in_order(rows.iter().rev().map(at)),
            Order::Oldest => self.in_order(rows.iter().map(at)),
            Order::Slowest => {
                let durations = self.view.segment(part.segment).durations();
                let least = match self.found.last() {
                    Some((last, _)) if self.found.len() >= self.wanted => last.rank,
                    _ => i64::MIN,
                };
                let most = self.after.map_or(i64::MAX, |after| after.rank);
                let long = rows
                    .iter()
                    .filter(|row| (least..=most).contains(&durations[usize::from(**row)]));
                let mut long: Vec<u16> = long.copied().collect();
                if long.len() > self.wanted && self.after.is_none() {
                    // Later rows win among equals, as everywhere in this order.
                    let key = |row: &u16| std::cmp::Reverse((durations[usize::from(*row)], *row));
                    long.select_nth_unstable_by_key(self.wanted - 1, key);
                    long.truncate(self.wanted);
                }
                long.iter()
                    .map(at)
                    .map(|at| (Place::of(self.view, self.order, at), at))
                    .filter(|(place, _)| self.is_after(place))
                    .collect()
            }
        };
        self.found.extend(candidates);
        let newest = self.order != Order::Oldest;
        self.found
            .sort_unstable_by(|a, b| if newest { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
        self.found.truncate(self.wanted);
    }

    fn is_after(&self, place: &Place) -> bool {
        self.after
            .is_none_or(|after| self.comes_before(&after, place))
    }

    /// The first wanted ones of rows that are in order already.
    fn in_order(&self, rows: impl Iterator<Item = RowRef>) -> Vec<(Place, RowRef)> {
        let bound = self.after.map(|after| after.id.time);
        rows.filter(|at| {
            let time = self.view.segment(at.segment).times()[at.row];
            match (bound, self.order) {
                (None, _) => true,
                (Some(bound), Order::Oldest) => time >= bound,
                (Some(bound), _) => time <= bound,
            }
        })
        .map(|at| (Place::of(self.view, self.order, at), at))
        .filter(|(place, _)| self.is_after(place))
        .take(self.wanted)
        .collect()
    }
}
