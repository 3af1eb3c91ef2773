//! Which edges keep something alive: a bit per edge.
//!
//! The rules are those of Chrome DevTools, so that its figures and these agree:
//!
//! - a weak edge keeps nothing, an edge to the node itself neither;
//! - a shortcut only says again what other edges say, except at the root, where it marks a global
//!   object;
//! - what the page or the program can reach from its global objects is not kept by what only V8
//!   or the debugger holds;
//! - a value in a `WeakMap` counts for its key, not for the table, unless asked otherwise
//!   ([`WeakMapValues`]).

use super::WeakMapNames;
use crate::kind::{EdgeType, NodeType};
use crate::snapshot::Snapshot;

/// Who keeps the values in a `WeakMap`, which are there as long as both key and table are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeakMapValues {
    /// The key alone, as Chrome DevTools has it: the value is among what is freed with the key.
    #[default]
    OfTheKey,
    /// Key and table as if they were two owners, as v8-heap-parser has it: the value is freed with
    /// what dominates both.
    Shared,
}

/// A set of edges.
pub(crate) struct RetainingEdges {
    bits: Vec<u64>,
}

impl RetainingEdges {
    /// Decides on every edge.
    pub(crate) fn of(snapshot: &Snapshot, values: WeakMapValues) -> Self {
        let reachable_from_globals = reachable_from_globals(snapshot);
        let mut names = WeakMapNames::new(snapshot);
        let mut bits = vec![0_u64; snapshot.edge_targets.len().div_ceil(64)];
        for from in 0..snapshot.node_count() {
            let program_owned = reachable_from_globals[from as usize];
            for edge in snapshot.edge_range(from) {
                let to = snapshot.edge_targets[edge];
                let at_root = from == snapshot.root;
                let kept_by_the_program =
                    at_root || program_owned || !reachable_from_globals[to as usize];
                let retains = match snapshot.edge_kinds[edge] {
                    EdgeType::Weak => false,
                    EdgeType::Shortcut => at_root,
                    _ => kept_by_the_program,
                };
                let of_the_table = values == WeakMapValues::OfTheKey
                    && names.table_of(edge) == Some(snapshot.ids[from as usize]);
                let retains = retains && from != to && !of_the_table;
                bits[edge / 64] |= u64::from(retains) << (edge % 64);
            }
        }
        Self { bits }
    }

    #[inline]
    pub(crate) fn has(&self, edge: usize) -> bool {
        self.bits[edge / 64] >> (edge % 64) & 1 != 0
    }
}

/// What can be reached from global objects and document trees without weak edges.
fn reachable_from_globals(snapshot: &Snapshot) -> Vec<bool> {
    let mut marked = vec![false; snapshot.kinds.len()];
    let mut to_visit = Vec::new();
    for edge in snapshot.edge_range(snapshot.root) {
        let to = snapshot.edge_targets[edge];
        let is_global = match snapshot.edge_kinds[edge] {
            EdgeType::Shortcut => true,
            EdgeType::Element => is_document_trees(snapshot, to),
            _ => false,
        };
        if is_global && !marked[to as usize] {
            marked[to as usize] = true;
            to_visit.push(to);
        }
    }
    while let Some(node) = to_visit.pop() {
        for edge in snapshot.edge_range(node) {
            let to = snapshot.edge_targets[edge];
            if !marked[to as usize] && snapshot.edge_kinds[edge] != EdgeType::Weak {
                marked[to as usize] = true;
                to_visit.push(to);
            }
        }
    }
    marked
}

/// Whether this is the node under which V8 hangs the documents of a page.
pub(crate) fn is_document_trees(snapshot: &Snapshot, node: u32) -> bool {
    snapshot.kinds[node as usize] == NodeType::Synthetic
        && snapshot.node(node).name == "(Document DOM trees)"
}
