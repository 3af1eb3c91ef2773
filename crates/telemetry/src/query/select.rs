//! Which rows a question is about.

use super::compile::compile;
use super::predicate::Predicate;
use super::{QueryError, parallel};
use crate::column::Bitmap;
use crate::filter::Filter;
use crate::table::{TimeRange, View};

/// A range of time and a filter: the rows that a question is about.
#[derive(Clone, Debug)]
pub struct Scope {
    /// When: of spans the start counts, of logs the time.
    pub range: TimeRange,
    /// Which.
    pub filter: Filter,
}

impl Scope {
    /// All rows of a range.
    #[must_use]
    pub fn all(range: TimeRange) -> Self {
        Self {
            range,
            filter: Filter::All,
        }
    }

    /// Parses the filter.
    ///
    /// # Errors
    /// When it does not parse.
    pub fn parse(range: TimeRange, filter: &str) -> Result<Self, QueryError> {
        Ok(Self {
            range,
            filter: crate::filter::parse_filter(filter)?,
        })
    }
}

/// A compiled scope over one view.
#[derive(Debug)]
pub(super) struct Selector<'v, 'a> {
    pub(super) view: &'v View<'a>,
    pub(super) range: TimeRange,
    /// Segments that may have rows, in order of their number.
    pub(super) segments: Vec<usize>,
    predicate: Predicate,
}

/// Selected rows of one segment.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) segment: usize,
    pub(super) rows: Bitmap,
}

impl<'v, 'a> Selector<'v, 'a> {
    pub(super) fn new(view: &'v View<'a>, scope: &Scope) -> Result<Self, QueryError> {
        let predicate = compile(view, &scope.filter)?;
        let segments = match predicate {
            Predicate::Nothing => Vec::new(),
            _ => view.segments_in(scope.range),
        };
        Ok(Self {
            view,
            range: scope.range,
            segments,
            predicate,
        })
    }

    /// The selected rows of a segment; `None` when there are none.
    pub(super) fn select(&self, segment: usize) -> Option<Bitmap> {
        let times = self.view.segment(segment).times();
        let from = times.partition_point(|time| *time < self.range.start);
        let to = times.partition_point(|time| *time < self.range.end);
        if from >= to {
            return None;
        }
        let mut rows = Bitmap::range(times.len(), from, to);
        self.predicate
            .keep(self.view, segment, &mut rows)
            .then_some(rows)
    }

    /// The selected rows of every segment that has some, in order of the segments.
    pub(super) fn select_all(&self) -> Vec<Selected> {
        let parts = parallel::map(self.segments.len(), |index| {
            let segment = self.segments[index];
            self.select(segment).map(|rows| Selected { segment, rows })
        });
        parts.into_iter().flatten().collect()
    }
}
