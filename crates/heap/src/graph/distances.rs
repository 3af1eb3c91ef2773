//! How far every node is from the roots, and by which edge one comes nearest to it.
//!
//! As in Chrome DevTools: the program's own roots (what the root refers to and is not synthetic)
//! have the distance 1; what only V8 itself reaches begins at [`crate::SYSTEM_DISTANCE`].
//! Weak edges lead nowhere, and a value in a `WeakMap` is as far as the farther one of key and table.

use hashbrown::HashSet;

use super::WeakMapNames;
use super::retaining::is_document_trees;
use crate::analysis::SYSTEM_DISTANCE;
use crate::kind::{EdgeType, NodeType};
use crate::snapshot::{EdgeName, Snapshot};

/// The distance of what nothing leads to, and the edge by which it is reached.
pub(crate) const UNREACHED: u32 = u32::MAX;

/// Distance and way, by node.
pub(crate) struct Distances {
    pub(crate) distance: Vec<u32>,
    /// The edge that leads nearest to each node; [`UNREACHED`] for the root.
    pub(crate) reached_by: Vec<u32>,
}

impl Distances {
    /// Walks the graph in breadth, from the program's roots and then from V8's.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let count = snapshot.kinds.len();
        let mut search = Search {
            snapshot,
            names: WeakMapNames::new(snapshot),
            pairs_seen: HashSet::new(),
            queue: Vec::with_capacity(count),
            found: Self {
                distance: vec![UNREACHED; count],
                reached_by: vec![UNREACHED; count],
            },
        };
        let root = snapshot.root;
        for edge in snapshot.edge_range(root) {
            let to = snapshot.edge_targets[edge];
            if is_user_root(snapshot, to) {
                search.reach(edge, to, 1);
            }
        }
        let has_user_roots = !search.queue.is_empty();
        search.run(0);
        let start = search.queue.len();
        search.found.distance[root as usize] = if has_user_roots { SYSTEM_DISTANCE } else { 0 };
        search.queue.push(root);
        search.run(start);
        search.found
    }
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    names: WeakMapNames<'a>,
    /// Names of pairs in a `WeakMap` of which one of the two edges was met.
    pairs_seen: HashSet<u32>,
    queue: Vec<u32>,
    found: Distances,
}

impl Search<'_> {
    fn run(&mut self, start: usize) {
        let mut at = start;
        while at < self.queue.len() {
            let node = self.queue[at];
            at += 1;
            let distance = self.found.distance[node as usize] + 1;
            for edge in self.snapshot.edge_range(node) {
                let to = self.snapshot.edge_targets[edge];
                if self.snapshot.edge_kinds[edge] != EdgeType::Weak
                    && self.found.distance[to as usize] == UNREACHED
                    && self.leads(node, edge)
                {
                    self.reach(edge, to, distance);
                }
            }
        }
    }

    fn reach(&mut self, edge: usize, to: u32, distance: u32) {
        // A way back to the root is no way to anything, and would make the ways a circle.
        if self.found.distance[to as usize] == UNREACHED && to != self.snapshot.root {
            self.found.distance[to as usize] = distance;
            self.found.reached_by[to as usize] = u32::try_from(edge).unwrap_or(UNREACHED);
            self.queue.push(to);
        }
    }

    /// Whether an edge is a way that a person would take.
    fn leads(&mut self, node: u32, edge: usize) -> bool {
        if self.names.table_of(edge).is_some() {
            // The first of the two edges does not count, the second is the farther one.
            return !self.pairs_seen.insert(self.snapshot.edge_names[edge]);
        }
        match self.snapshot.kinds[node as usize] {
            NodeType::Hidden => {
                self.snapshot.node(node).name != "system / NativeContext"
                    || self.snapshot.edge_at(edge).name != EdgeName::Text("sloppy_function_map")
            }
            // Descriptors are shared between shapes; not every one of their entries is valid for all.
            NodeType::Array if self.snapshot.node(node).name == "(map descriptors)" => {
                match self.snapshot.edge_at(edge).name {
                    EdgeName::Index(index) => index < 2 || index % 3 != 1,
                    EdgeName::Text(_) => false,
                }
            }
            _ => true,
        }
    }
}

fn is_user_root(snapshot: &Snapshot, node: u32) -> bool {
    snapshot.kinds[node as usize] != NodeType::Synthetic || is_document_trees(snapshot, node)
}
