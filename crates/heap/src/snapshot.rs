//! A snapshot as flat columns.
//!
//! 21 bytes a node, 9 bytes an edge, and the strings end to end in one text: a file of 300 MB with
//! 4 million nodes stays below 200 MB. There is no structure per node; [`Node`] and [`Edge`] are
//! views that are made when they are asked for.

use std::io::Read;
use std::ops::Range;

use crate::kind::{EdgeType, NodeType};
use crate::read::{self, Limits, ReadError};

/// A heap snapshot. Nodes are numbered from 0 in the order of the file.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub(crate) kinds: Vec<NodeType>,
    pub(crate) names: Vec<u32>,
    pub(crate) ids: Vec<u32>,
    pub(crate) self_sizes: Vec<u64>,
    /// Where the edges of a node begin; one more entry than nodes.
    pub(crate) first_edges: Vec<u32>,
    pub(crate) edge_kinds: Vec<EdgeType>,
    /// A string of the name, or the number of an indexed edge.
    pub(crate) edge_names: Vec<u32>,
    pub(crate) edge_targets: Vec<u32>,
    pub(crate) strings: Strings,
    pub(crate) root: u32,
}

/// One node, as a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// Its number in this snapshot.
    pub index: u32,
    /// Its identity: the same object has the same id in every snapshot of one process.
    pub id: u32,
    /// What kind of object it is.
    pub kind: NodeType,
    /// A constructor's name, a string's text, a function's name: it depends on the kind.
    pub name: &'a str,
    /// Bytes of the object itself.
    pub self_bytes: u64,
}

/// One reference, as a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge<'a> {
    /// Its number in this snapshot.
    pub index: u32,
    /// How it refers.
    pub kind: EdgeType,
    /// The field, variable or element.
    pub name: EdgeName<'a>,
    /// The number of the node that it leads to.
    pub to: u32,
}

/// What a reference is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeName<'a> {
    /// A field or a variable.
    Text(&'a str),
    /// A place in an array.
    Index(u32),
}

impl std::fmt::Display for EdgeName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(name) => f.write_str(name),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl Snapshot {
    /// Reads a `.heapsnapshot` as a stream.
    ///
    /// # Errors
    /// Where the file ends too early, is not a heap snapshot, contradicts itself, or is beyond a
    /// limit. [`ReadError::offset`] says where, [`ReadError::next_step`] what to do.
    pub fn read(reader: impl Read, limits: &Limits) -> Result<Self, ReadError> {
        read::read(reader, limits)
    }

    /// How many nodes and edges a file states that it has, from its first bytes.
    ///
    /// # Errors
    /// As for [`Self::read`], as far as the first bytes show it.
    pub fn read_counts(reader: impl Read) -> Result<(u64, u64), ReadError> {
        read::read_counts(reader)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> u32 {
        // The reader and the builder refuse more than `u32` holds.
        u32::try_from(self.kinds.len()).unwrap_or(u32::MAX)
    }

    /// How many edges there are.
    #[must_use]
    pub fn edge_count(&self) -> u32 {
        u32::try_from(self.edge_targets.len()).unwrap_or(u32::MAX)
    }

    /// The node from which everything that is alive can be reached.
    #[must_use]
    pub fn root(&self) -> u32 {
        self.root
    }

    /// The node of this number.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn node(&self, index: u32) -> Node<'_> {
        let at = index as usize;
        Node {
            index,
            id: self.ids[at],
            kind: self.kinds[at],
            name: self.strings.get(self.names[at]),
            self_bytes: self.self_sizes[at],
        }
    }

    /// The number of the node with this identity.
    #[must_use]
    pub fn find(&self, id: u32) -> Option<u32> {
        let at = self.ids.iter().position(|have| *have == id)?;
        u32::try_from(at).ok()
    }

    /// The references that a node has to others, in the order of the file.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn edges(&self, node: u32) -> impl ExactSizeIterator<Item = Edge<'_>> {
        self.edge_range(node).map(|at| self.edge_at(at))
    }

    /// The sum of all nodes' sizes, in bytes.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.self_sizes.iter().sum()
    }

    /// The bytes that the columns take in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.kinds.capacity()
            + 4 * (self.names.capacity() + self.ids.capacity() + self.first_edges.capacity())
            + 8 * self.self_sizes.capacity()
            + self.edge_kinds.capacity()
            + 4 * (self.edge_names.capacity() + self.edge_targets.capacity())
            + self.strings.text.capacity()
            + 4 * self.strings.ends.capacity()
    }

    pub(crate) fn edge_range(&self, node: u32) -> Range<usize> {
        self.first_edges[node as usize] as usize..self.first_edges[node as usize + 1] as usize
    }

    pub(crate) fn edge_at(&self, at: usize) -> Edge<'_> {
        let kind = self.edge_kinds[at];
        let name = self.edge_names[at];
        Edge {
            index: u32::try_from(at).unwrap_or(u32::MAX),
            kind,
            name: if kind.is_indexed() {
                EdgeName::Index(name)
            } else {
                EdgeName::Text(self.strings.get(name))
            },
            to: self.edge_targets[at],
        }
    }

    /// The node that has this edge.
    pub(crate) fn edge_source(&self, edge: u32) -> u32 {
        let after = self.first_edges.partition_point(|first| *first <= edge);
        u32::try_from(after - 1).unwrap_or(u32::MAX)
    }
}

/// Strings end to end.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    pub(crate) text: String,
    pub(crate) ends: Vec<u32>,
}

impl Strings {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The string of this number; nothing for one that does not exist, which the reader refuses.
    pub(crate) fn get(&self, index: u32) -> &str {
        let at = index as usize;
        let Some(end) = self.ends.get(at).copied() else {
            return "";
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..end as usize]
    }
}
