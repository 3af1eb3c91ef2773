//! Parent spans as row numbers inside the segment: 2 bytes instead of 8, and edges without a hash join.

use super::TraceIndex;

/// No parent in this segment: either a root or one of the escapes.
const ELSEWHERE: u16 = u16::MAX;

/// The parent of each span of a segment.
#[derive(Clone, Debug, Default)]
pub struct Parents {
    rows: Vec<u16>,
    /// (row, parent span id) of spans whose parent is in another segment or unknown, by row.
    escapes: Vec<(u16, u64)>,
}

/// Where a parent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The span has no parent.
    Root,
    /// The parent is this row of the same segment.
    Row(u16),
    /// The parent is in another segment, or was never received.
    Elsewhere(u64),
}

impl Parents {
    /// Finds the parents of a segment's spans. `span_ids` and `parent_ids` are per row; a parent id of
    /// 0 means root. A parent counts only inside the same trace.
    #[must_use]
    pub fn build(span_ids: &[u64], parent_ids: &[u64], traces: &TraceIndex) -> Self {
        let slots = SpanSlots::build(span_ids, &traces.codes);
        let mut parents = Self {
            rows: Vec::with_capacity(span_ids.len()),
            escapes: Vec::new(),
        };
        for (row, parent) in parent_ids.iter().enumerate() {
            let found = if *parent == 0 {
                None
            } else {
                slots.find(*parent, traces.codes[row])
            };
            parents.rows.push(found.unwrap_or(ELSEWHERE));
            if *parent != 0 && found.is_none() {
                parents.escapes.push((row as u16, *parent));
            }
        }
        parents
    }

    /// Rebuilds from what was saved: per row the parent's distance (`parent row - row`; `None` for
    /// roots and escapes) and the escapes by row. A distance that leaves the segment becomes a root.
    #[must_use]
    pub fn from_deltas(
        deltas: impl Iterator<Item = Option<i32>>,
        escapes: Vec<(u16, u64)>,
    ) -> Self {
        let mut rows: Vec<u16> = Vec::new();
        for (row, delta) in deltas.enumerate() {
            let parent = delta.and_then(|delta| u16::try_from(row as i64 + i64::from(delta)).ok());
            rows.push(parent.unwrap_or(ELSEWHERE));
        }
        let count = rows.len();
        for row in &mut rows {
            if usize::from(*row) >= count {
                *row = ELSEWHERE;
            }
        }
        Self { rows, escapes }
    }

    /// The parent of a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Parent {
        match self.rows[row] {
            ELSEWHERE => match self
                .escapes
                .binary_search_by_key(&(row as u16), |(row, _)| *row)
            {
                Ok(index) => Parent::Elsewhere(self.escapes[index].1),
                Err(_) => Parent::Root,
            },
            parent => Parent::Row(parent),
        }
    }

    /// Per row the distance `parent row - row`; `None` for roots and escapes.
    pub fn deltas(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        self.rows
            .iter()
            .enumerate()
            .map(|(row, parent)| (*parent != ELSEWHERE).then(|| i32::from(*parent) - row as i32))
    }

    /// (row, parent span id) where the parent is not in the segment, by row.
    #[must_use]
    pub fn escapes(&self) -> &[(u16, u64)] {
        &self.escapes
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.len() * 2 + self.escapes.len() * 16
    }
}

/// (span id, trace) → row by open addressing with row numbers only: a quarter of a megabyte, so it
/// stays in cache.
struct SpanSlots<'a> {
    slots: Vec<u16>,
    mask: usize,
    span_ids: &'a [u64],
    traces: &'a [u16],
}

impl<'a> SpanSlots<'a> {
    fn build(span_ids: &'a [u64], traces: &'a [u16]) -> Self {
        let size = (span_ids.len() * 2).next_power_of_two();
        let mut slots = Self {
            slots: vec![ELSEWHERE; size],
            mask: size - 1,
            span_ids,
            traces,
        };
        for row in 0..span_ids.len() {
            // A repeated span id keeps its first row; entering it again would make one long chain.
            let slot = slots.slot(span_ids[row], traces[row]);
            if slots.slots[slot] == ELSEWHERE {
                slots.slots[slot] = row as u16;
            }
        }
        slots
    }

    /// The slot that holds the span, or the free one where it would go.
    fn slot(&self, id: u64, trace: u16) -> usize {
        let mixed = (id ^ u64::from(trace)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = (mixed >> 40) as usize & self.mask;
        loop {
            let row = usize::from(self.slots[slot]);
            if row == usize::from(ELSEWHERE)
                || (self.span_ids[row] == id && self.traces[row] == trace)
            {
                return slot;
            }
            slot = (slot + 1) & self.mask;
        }
    }

    fn find(&self, id: u64, trace: u16) -> Option<u16> {
        let row = self.slots[self.slot(id, trace)];
        (row != ELSEWHERE).then_some(row)
    }
}
