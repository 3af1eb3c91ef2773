//! Everything that is computed once per snapshot, and the questions about single nodes.

use std::ops::Range;
use std::sync::OnceLock;

use crate::classes::Classes;
use crate::graph::{Distances, RetainingEdges, UNREACHED, WeakMapValues, dominators};
use crate::snapshot::{Edge, Node, Snapshot};
use crate::summary::{self, ClassSummary};

/// Where the distances of what only V8 itself reaches begin.
pub const SYSTEM_DISTANCE: u32 = 100_000_000;

/// A snapshot with its dominators and retained sizes.
///
/// The rules by which a reference keeps something alive are those of Chrome DevTools: weak edges
/// and edges to oneself do not; shortcuts only at the root; what the program reaches from its
/// global objects is not kept by what only V8 holds; a value in a `WeakMap` counts for its key.
///
/// 24 bytes a node beside the snapshot. What needs more (distances, retainers) is computed when it
/// is first asked for. All answers are deterministic.
pub struct Analysis {
    snapshot: Snapshot,
    classes: Classes,
    retaining: RetainingEdges,
    dominator: Vec<u32>,
    retained: Vec<u64>,
    dominated: Grouped,
    distances: OnceLock<Distances>,
    retainers: OnceLock<Grouped>,
    summary: OnceLock<Vec<ClassSummary>>,
}

/// One reference to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retainer<'a> {
    /// Who refers.
    pub node: u32,
    /// How.
    pub edge: Edge<'a>,
    /// Whether the reference keeps the node alive, by the rules of [`Analysis`].
    pub retains: bool,
}

impl Analysis {
    /// Computes dominators, retained sizes and classes.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self::with_weak_map_values(snapshot, WeakMapValues::default())
    }

    /// As [`Self::new`], with a say in who keeps the values in a `WeakMap`.
    #[must_use]
    pub fn with_weak_map_values(snapshot: Snapshot, values: WeakMapValues) -> Self {
        let retaining = RetainingEdges::of(&snapshot, values);
        let tree = dominators(&snapshot, &retaining);
        let mut retained = snapshot.self_sizes.clone();
        for node in tree.order.iter().skip(1).rev() {
            let dominator = tree.dominator[*node as usize];
            let bytes = retained[*node as usize];
            retained[dominator as usize] = retained[dominator as usize].saturating_add(bytes);
        }
        drop(tree.order);
        let root = snapshot.root;
        let others = tree.dominator.iter().enumerate();
        let others = others.filter(|(node, _)| *node != root as usize);
        let dominated = Grouped::new(tree.dominator.len(), others.map(|(node, by)| (*by, node)));
        Self {
            classes: Classes::of(&snapshot),
            retaining,
            dominator: tree.dominator,
            retained,
            dominated,
            distances: OnceLock::new(),
            retainers: OnceLock::new(),
            summary: OnceLock::new(),
            snapshot,
        }
    }

    /// The nodes and edges.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The node of this number, see [`Snapshot::node`].
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn node(&self, node: u32) -> Node<'_> {
        self.snapshot.node(node)
    }

    /// The class of a node: its constructor, or its kind in parentheses.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn class(&self, node: u32) -> &str {
        self.classes.name(self.classes.of_node(node))
    }

    /// Bytes that would be freed with the node: its own and those of all that it dominates.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn retained_bytes(&self, node: u32) -> u64 {
        self.retained[node as usize]
    }

    /// Bytes of everything.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.retained_bytes(self.snapshot.root)
    }

    /// The node without which this one would be freed, nearest first; the root's is the root.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn dominator(&self, node: u32) -> u32 {
        self.dominator[node as usize]
    }

    /// The nodes of which this one is the immediate dominator, in the order of the file.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn dominated(&self, node: u32) -> &[u32] {
        self.dominated.of(node)
    }

    /// How many references the node is away from the program's roots; from [`SYSTEM_DISTANCE`] on
    /// only V8 reaches it; nothing when no reference but weak ones leads to it.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn distance(&self, node: u32) -> Option<u32> {
        let distance = self.distances().distance[node as usize];
        (distance != UNREACHED).then_some(distance)
    }

    /// Whether an edge keeps alive what it leads to, by the rules of [`Analysis`].
    ///
    /// # Panics
    /// When there is no such edge.
    #[must_use]
    pub fn retains(&self, edge: u32) -> bool {
        self.retaining.has(edge as usize)
    }

    /// Who refers to a node, in the order of the file.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn retainers(&self, node: u32) -> impl ExactSizeIterator<Item = Retainer<'_>> {
        let all = self.retainers.get_or_init(|| {
            let targets = self.snapshot.edge_targets.iter().enumerate();
            let nodes = self.snapshot.kinds.len();
            Grouped::new(nodes, targets.map(|(edge, to)| (*to, edge)))
        });
        all.of(node).iter().map(|edge| Retainer {
            node: self.snapshot.edge_source(*edge),
            edge: self.snapshot.edge_at(*edge as usize),
            retains: self.retains(*edge),
        })
    }

    /// The classes with what they keep, the one that keeps most first.
    pub fn summary(&self) -> &[ClassSummary] {
        self.summary.get_or_init(|| summary::summarize(self))
    }

    /// The nodes of a class, in the order of the file; none when there is no such class.
    pub fn members(&self, class: &str) -> impl Iterator<Item = u32> {
        let class = self.classes.find(class);
        class
            .into_iter()
            .flat_map(|class| self.classes.members(class))
    }

    pub(crate) fn classes(&self) -> &Classes {
        &self.classes
    }

    pub(crate) fn distances(&self) -> &Distances {
        self.distances.get_or_init(|| Distances::of(&self.snapshot))
    }
}

impl std::fmt::Debug for Analysis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analysis")
            .field("nodes", &self.snapshot.node_count())
            .field("edges", &self.snapshot.edge_count())
            .field("bytes", &self.total_bytes())
            .finish_non_exhaustive()
    }
}

/// Lists by node, end to end.
struct Grouped {
    first: Vec<u32>,
    list: Vec<u32>,
}

impl Grouped {
    /// Groups members by node; within a group they keep their order.
    fn new(groups: usize, members: impl Iterator<Item = (u32, usize)> + Clone) -> Self {
        let mut first = vec![0_u32; groups + 1];
        for (group, _) in members.clone() {
            first[group as usize + 1] += 1;
        }
        for group in 0..groups {
            first[group + 1] += first[group];
        }
        let mut list = vec![0; first[groups] as usize];
        for (group, member) in members {
            let at = &mut first[group as usize];
            list[*at as usize] = u32::try_from(member).unwrap_or(u32::MAX);
            *at += 1;
        }
        // While the lists were filled, each beginning moved to its end.
        first.rotate_right(1);
        first[0] = 0;
        Self { first, list }
    }

    fn range(&self, group: u32) -> Range<usize> {
        self.first[group as usize] as usize..self.first[group as usize + 1] as usize
    }

    fn of(&self, group: u32) -> &[u32] {
        &self.list[self.range(group)]
    }
}
