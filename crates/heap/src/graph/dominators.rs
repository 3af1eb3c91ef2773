//! Immediate dominators by Lengauer and Tarjan (1979), with simple linking.
//!
//! A node dominates another when every way from the root to the other passes it: without it, the
//! other would be freed. The algorithm works on numbers that a depth-first walk gave, so that its
//! arrays are read near one another, and needs no recursion. It stays fast on the long chains
//! on which simpler algorithms become quadratic.
//!
//! Nodes that the root does not reach are treated as DevTools does: those that only weak edges
//! refer to hang under the root with all that they keep; what is left (nodes that refer to each
//! other) hangs under the root one by one.

use super::RetainingEdges;
use crate::snapshot::Snapshot;

const NONE: u32 = u32::MAX;

/// Who dominates whom, and an order in which a dominator always comes first.
#[derive(Debug)]
pub(crate) struct DominatorTree {
    /// The immediate dominator of each node; the root's is the root.
    pub(crate) dominator: Vec<u32>,
    /// All nodes, dominators before what they dominate.
    pub(crate) order: Vec<u32>,
}

/// Computes the dominators of every node.
pub(crate) fn dominators(snapshot: &Snapshot, edges: &RetainingEdges) -> DominatorTree {
    let walk = Walk::of(snapshot, edges);
    let dominator = {
        let predecessors = Predecessors::of(snapshot, edges, &walk);
        Solver::new(&walk.parent).solve(&predecessors)
    };
    let mut by_node = dominator.clone();
    for (number, node) in walk.order.iter().enumerate() {
        by_node[*node as usize] = walk.order[dominator[number] as usize];
    }
    DominatorTree {
        dominator: by_node,
        order: walk.order,
    }
}

/// A depth-first walk: its numbers, and the number from which each number was reached.
struct Walk {
    number: Vec<u32>,
    order: Vec<u32>,
    parent: Vec<u32>,
}

impl Walk {
    fn of(snapshot: &Snapshot, edges: &RetainingEdges) -> Self {
        let count = snapshot.kinds.len();
        let mut walk = Self {
            number: vec![NONE; count],
            order: Vec::with_capacity(count),
            parent: Vec::with_capacity(count),
        };
        walk.from(snapshot, edges, snapshot.root);
        if walk.order.len() < count {
            let held = held_nodes(snapshot, edges);
            for node in 0..snapshot.node_count() {
                if walk.number[node as usize] == NONE && !held[node as usize] {
                    walk.from(snapshot, edges, node);
                }
            }
        }
        if walk.order.len() < count {
            for node in 0..snapshot.node_count() {
                if walk.number[node as usize] == NONE {
                    walk.visit(node, 0);
                }
            }
        }
        walk
    }

    fn from(&mut self, snapshot: &Snapshot, edges: &RetainingEdges, start: u32) {
        self.visit(start, 0);
        let mut stack = vec![(start, snapshot.first_edges[start as usize])];
        while let Some((node, next)) = stack.last_mut() {
            let end = snapshot.first_edges[*node as usize + 1];
            let found = (*next..end).find(|edge| {
                edges.has(*edge as usize)
                    && self.number[snapshot.edge_targets[*edge as usize] as usize] == NONE
            });
            let Some(edge) = found else {
                stack.pop();
                continue;
            };
            *next = edge + 1;
            let parent = self.number[*node as usize];
            let child = snapshot.edge_targets[edge as usize];
            self.visit(child, parent);
            stack.push((child, snapshot.first_edges[child as usize]));
        }
    }

    fn visit(&mut self, node: u32, parent: u32) {
        self.number[node as usize] = u32::try_from(self.order.len()).unwrap_or(NONE);
        self.order.push(node);
        self.parent.push(parent);
    }
}

/// The nodes to which at least one edge leads that keeps them.
fn held_nodes(snapshot: &Snapshot, edges: &RetainingEdges) -> Vec<bool> {
    let mut held = vec![false; snapshot.kinds.len()];
    for (edge, to) in snapshot.edge_targets.iter().enumerate() {
        held[*to as usize] |= edges.has(edge);
    }
    held
}

/// By number: the numbers of those that refer to a node.
struct Predecessors {
    first: Vec<u32>,
    list: Vec<u32>,
}

impl Predecessors {
    fn of(snapshot: &Snapshot, edges: &RetainingEdges, walk: &Walk) -> Self {
        let mut first = vec![0_u32; walk.order.len() + 1];
        for (edge, to) in snapshot.edge_targets.iter().enumerate() {
            first[walk.number[*to as usize] as usize + 1] += u32::from(edges.has(edge));
        }
        for number in 1..first.len() {
            first[number] += first[number - 1];
        }
        let mut list = vec![0; first[walk.order.len()] as usize];
        // `first` moves on while the lists are filled and is then one node further.
        for (number, node) in walk.order.iter().enumerate() {
            for edge in snapshot.edge_range(*node) {
                if edges.has(edge) {
                    let to = walk.number[snapshot.edge_targets[edge] as usize] as usize;
                    list[first[to] as usize] = u32::try_from(number).unwrap_or(NONE);
                    first[to] += 1;
                }
            }
        }
        first.rotate_right(1);
        first[0] = 0;
        Self { first, list }
    }

    fn of_number(&self, number: u32) -> &[u32] {
        let at = number as usize;
        &self.list[self.first[at] as usize..self.first[at + 1] as usize]
    }
}

/// The algorithm's arrays, named as in the paper.
struct Solver<'a> {
    parent: &'a [u32],
    ancestor: Vec<u32>,
    label: Vec<u32>,
    semi: Vec<u32>,
    bucket: Vec<u32>,
    /// The next number in a bucket, and once it has left the bucket, its dominator.
    dominator: Vec<u32>,
    stack: Vec<u32>,
}

impl<'a> Solver<'a> {
    fn new(parent: &'a [u32]) -> Self {
        let numbers: Vec<u32> = (0..u32::try_from(parent.len()).unwrap_or(NONE)).collect();
        Self {
            parent,
            ancestor: parent.to_vec(),
            label: numbers.clone(),
            semi: numbers,
            bucket: vec![NONE; parent.len()],
            dominator: vec![NONE; parent.len()],
            stack: Vec::new(),
        }
    }

    fn solve(mut self, predecessors: &Predecessors) -> Vec<u32> {
        let count = u32::try_from(self.parent.len()).unwrap_or(NONE);
        for number in (1..count).rev() {
            let parent = self.parent[number as usize];
            // The walk's own edge counts too: for those that hang under the root it is the only one.
            let mut semi = parent;
            for before in predecessors.of_number(number) {
                let best = self.evaluate(*before, number + 1);
                semi = semi.min(self.semi[best as usize]);
            }
            self.semi[number as usize] = semi;
            self.dominator[number as usize] = self.bucket[semi as usize];
            self.bucket[semi as usize] = number;
            // From here on the number itself belongs to the forest.
            self.empty_bucket(parent, number);
        }
        self.dominator[0] = 0;
        for number in 1..count as usize {
            if self.dominator[number] != self.semi[number] {
                self.dominator[number] = self.dominator[self.dominator[number] as usize];
            }
        }
        self.dominator
    }

    /// Gives those in the bucket of `parent` their dominator, for now; `linked` is the lowest
    /// number that belongs to the forest.
    fn empty_bucket(&mut self, parent: u32, linked: u32) {
        let mut number = std::mem::replace(&mut self.bucket[parent as usize], NONE);
        while number != NONE {
            let next = self.dominator[number as usize];
            let best = self.evaluate(number, linked);
            let is_lower = self.semi[best as usize] < self.semi[number as usize];
            self.dominator[number as usize] = if is_lower { best } else { parent };
            number = next;
        }
    }

    /// The number with the lowest semidominator on the way up inside the forest.
    fn evaluate(&mut self, number: u32, linked: u32) -> u32 {
        if number < linked {
            return number;
        }
        let mut at = number;
        while self.ancestor[at as usize] >= linked {
            self.stack.push(at);
            at = self.ancestor[at as usize];
        }
        while let Some(below) = self.stack.pop() {
            let above = self.ancestor[below as usize] as usize;
            let (label, higher) = (self.label[below as usize], self.label[above]);
            if self.semi[higher as usize] < self.semi[label as usize] {
                self.label[below as usize] = higher;
            }
            self.ancestor[below as usize] = self.ancestor[above];
        }
        self.label[number as usize]
    }
}
