//! Which rows of a segment belong to which trace.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// The trace ids of a segment, sorted, and per row its position among them.
///
/// A lookup is a binary search; a segment without the trace costs sixteen comparisons.
#[derive(Clone, Debug, Default)]
pub struct TraceIndex {
    /// Distinct trace ids, ascending. 0 stands for "no trace" (logs).
    pub ids: Vec<u128>,
    /// Per row the position of its trace in `ids`.
    pub codes: Vec<u16>,
}

impl TraceIndex {
    /// Indexes the trace ids of a segment's rows (at most 65,535 of them).
    #[must_use]
    pub fn build(traces: &[u128]) -> Self {
        let mut seen: HashMap<u128, u16, FixedState> = HashMap::default();
        let mut found: Vec<u128> = Vec::new();
        let mut last: Option<(u128, u16)> = None;
        let first: Vec<u16> = traces
            .iter()
            .map(|trace| match last {
                Some((id, code)) if id == *trace => code,
                _ => {
                    let code = *seen.entry(*trace).or_insert_with(|| {
                        found.push(*trace);
                        (found.len() - 1) as u16
                    });
                    last = Some((*trace, code));
                    code
                }
            })
            .collect();
        let mut order: Vec<u16> = (0..found.len()).map(|index| index as u16).collect();
        order.sort_unstable_by_key(|index| found[usize::from(*index)]);
        let mut rank = vec![0u16; found.len()];
        for (position, index) in order.iter().enumerate() {
            rank[usize::from(*index)] = position as u16;
        }
        Self {
            ids: order
                .iter()
                .map(|index| found[usize::from(*index)])
                .collect(),
            codes: first.iter().map(|code| rank[usize::from(*code)]).collect(),
        }
    }

    /// The trace id of a row.
    #[must_use]
    #[inline]
    pub fn trace_id(&self, row: usize) -> u128 {
        self.ids[usize::from(self.codes[row])]
    }

    /// The rows of a trace, in time order.
    #[must_use]
    pub fn rows_of(&self, trace_id: u128) -> Vec<u16> {
        let Ok(code) = self.ids.binary_search(&trace_id) else {
            return Vec::new();
        };
        let code = code as u16;
        self.codes
            .iter()
            .enumerate()
            .filter(|(_, other)| **other == code)
            .map(|(row, _)| row as u16)
            .collect()
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ids.len() * 16 + self.codes.len() * 2
    }
}
