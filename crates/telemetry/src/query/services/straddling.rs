//! Traces that lie in more than one segment and have a parent outside its child's segment. Only these need more than
//! the rows of one segment to say who called whom; there are few, where segments end.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::query::parallel;
use crate::query::rows::RowRef;
use crate::table::View;

/// The straddling traces of a table.
pub(super) struct Straddling {
    /// Per segment and local code of a trace whether it straddles; empty for a segment without.
    codes: Vec<Vec<bool>>,
    /// Their rows in all segments, in order of time.
    pub(super) rows: Vec<RowRef>,
}

impl Straddling {
    pub(super) fn find(view: &View<'_>) -> Self {
        let escaping = escaping_traces(view);
        if escaping.is_empty() {
            return Self {
                codes: vec![Vec::new(); view.segment_count()],
                rows: Vec::new(),
            };
        }
        let mut segments_of: HashMap<u128, u32, FixedState> = HashMap::default();
        for segment in 0..view.segment_count() {
            for id in &view.segment(segment).traces().ids {
                if escaping.contains(id) {
                    *segments_of.entry(*id).or_default() += 1;
                }
            }
        }
        // A parent that was never received makes no trace straddle.
        let straddles = |id: &u128| segments_of.get(id).is_some_and(|count| *count > 1);
        let parts = parallel::map(view.segment_count(), |segment| {
            let traces = view.segment(segment).traces();
            let codes: Vec<bool> = traces.ids.iter().map(straddles).collect();
            if !codes.contains(&true) {
                return (Vec::new(), Vec::new());
            }
            let rows = traces.codes.iter().enumerate();
            let rows: Vec<RowRef> = rows
                .filter(|(_, code)| codes[usize::from(**code)])
                .map(|(row, _)| RowRef { segment, row })
                .collect();
            (codes, rows)
        });
        let mut straddling = Self {
            codes: Vec::with_capacity(parts.len()),
            rows: Vec::new(),
        };
        for (codes, rows) in parts {
            straddling.codes.push(codes);
            straddling.rows.extend(rows);
        }
        let time = |at: &RowRef| view.segment(at.segment).times()[at.row];
        straddling.rows.sort_by_key(time);
        straddling
    }

    /// Whether the trace of this code in the segment straddles.
    pub(super) fn has(&self, segment: usize, code: u16) -> bool {
        let codes = &self.codes[segment];
        !codes.is_empty() && codes[usize::from(code)]
    }
}

/// Traces with a span whose parent is not in its segment.
fn escaping_traces(view: &View<'_>) -> HashSet<u128, FixedState> {
    let of_segment = |segment| {
        let part = view.segment(segment);
        let escapes = part.identities().parents.escapes();
        escapes
            .iter()
            .map(|(row, _)| part.traces().trace_id(usize::from(*row)))
            .collect::<Vec<u128>>()
    };
    (0..view.segment_count()).flat_map(of_segment).collect()
}
