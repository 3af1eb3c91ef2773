//! Writes a `.heapsnapshot`, or makes a [`Snapshot`] without a file.
//!
//! The order of the sections and the root as the first node are what Chrome DevTools and
//! v8-heap-parser need; `memlab` wants the fields `trace_node_id` and `detachedness`, which are 0.

use std::hash::BuildHasher;
use std::io::{self, Write};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::kind::{EdgeType, NodeType};
use crate::snapshot::{Snapshot, Strings};

const NODE_FIELDS: [&str; 7] = [
    "type",
    "name",
    "id",
    "self_size",
    "edge_count",
    "trace_node_id",
    "detachedness",
];

/// Collects nodes and edges in any order.
///
/// The root exists from the start: a synthetic node without a name, with the id 1, as V8 has it.
#[derive(Debug)]
pub struct SnapshotBuilder {
    kinds: Vec<NodeType>,
    names: Vec<u32>,
    ids: Vec<u32>,
    self_sizes: Vec<u64>,
    edges: Vec<BuiltEdge>,
    strings: Interner,
}

#[derive(Clone, Copy, Debug)]
struct BuiltEdge {
    from: u32,
    kind: EdgeType,
    name: u32,
    to: u32,
}

impl Default for SnapshotBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SnapshotBuilder {
    /// A snapshot of only the root.
    #[must_use]
    pub fn new() -> Self {
        let mut builder = Self {
            kinds: Vec::new(),
            names: Vec::new(),
            ids: Vec::new(),
            self_sizes: Vec::new(),
            edges: Vec::new(),
            strings: Interner::default(),
        };
        builder.node(NodeType::Synthetic, "", 1, 0);
        builder
    }

    /// The node from which everything hangs.
    #[must_use]
    pub fn root(&self) -> u32 {
        0
    }

    /// Adds an object and gives its number in the snapshot.
    ///
    /// `id` is its identity: the same for the same object in every snapshot of one process, and
    /// odd for ordinary objects, as V8 has it. `self_bytes` is the object without what it refers to.
    ///
    /// # Panics
    /// When there are more nodes than 32 bits hold.
    pub fn node(&mut self, kind: NodeType, name: &str, id: u32, self_bytes: u64) -> u32 {
        let index = u32::try_from(self.kinds.len()).expect("a snapshot has at most 2^32 nodes");
        self.kinds.push(kind);
        let name = self.strings.intern(name);
        self.names.push(name);
        self.ids.push(id);
        self.self_sizes.push(self_bytes);
        index
    }

    /// Changes the size of an object that was added.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn set_self_bytes(&mut self, node: u32, self_bytes: u64) {
        self.self_sizes[node as usize] = self_bytes;
    }

    /// Adds a reference with a name.
    ///
    /// # Panics
    /// When `kind` is one of those that have a number, for which there is [`Self::element`].
    pub fn edge(&mut self, from: u32, kind: EdgeType, name: &str, to: u32) {
        assert!(!kind.is_indexed(), "an edge of kind {kind:?} has no name");
        let name = self.strings.intern(name);
        self.edges.push(BuiltEdge {
            from,
            kind,
            name,
            to,
        });
    }

    /// Adds a reference by place.
    pub fn element(&mut self, from: u32, index: u32, to: u32) {
        self.edges.push(BuiltEdge {
            from,
            kind: EdgeType::Element,
            name: index,
            to,
        });
    }

    /// How many nodes were added, the root included.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.kinds.len()
    }

    /// The snapshot as it would be read back.
    ///
    /// # Panics
    /// When an edge refers to a node that was not added.
    #[must_use]
    pub fn build(self) -> Snapshot {
        let first_edges = self.first_edges();
        let mut snapshot = Snapshot {
            kinds: self.kinds,
            names: self.names,
            ids: self.ids,
            self_sizes: self.self_sizes,
            edge_kinds: vec![EdgeType::Other; self.edges.len()],
            edge_names: vec![0; self.edges.len()],
            edge_targets: vec![0; self.edges.len()],
            strings: self.strings.strings,
            root: 0,
            first_edges: first_edges.clone(),
        };
        let mut next = first_edges;
        for edge in self.edges {
            assert!(
                (edge.to as usize) < snapshot.kinds.len(),
                "no node {}",
                edge.to
            );
            let at = next[edge.from as usize] as usize;
            next[edge.from as usize] += 1;
            snapshot.edge_kinds[at] = edge.kind;
            snapshot.edge_names[at] = edge.name;
            snapshot.edge_targets[at] = edge.to;
        }
        snapshot
    }

    /// Writes the file. The bytes are a function of what was added, in which order.
    ///
    /// # Errors
    /// What the writer says.
    ///
    /// # Panics
    /// When an edge refers to a node that was not added.
    pub fn write(self, writer: impl Write) -> io::Result<()> {
        self.build().write(writer)
    }

    /// Where the edges of each node begin once they are sorted by node.
    fn first_edges(&self) -> Vec<u32> {
        let mut first = vec![0_u32; self.kinds.len() + 1];
        for edge in &self.edges {
            first[edge.from as usize + 1] += 1;
        }
        for node in 0..self.kinds.len() {
            first[node + 1] += first[node];
        }
        first
    }
}

impl Snapshot {
    /// Writes the snapshot as a `.heapsnapshot`. What the file had beyond nodes, edges and strings
    /// is gone.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, mut writer: impl Write) -> io::Result<()> {
        let out = &mut writer;
        self.write_header(out)?;
        self.write_nodes(out)?;
        self.write_edges(out)?;
        out.write_all(
            b"\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n\"strings\":[",
        )?;
        for index in 0..self.strings.len() {
            out.write_all(if index == 0 { b"" } else { b",\n" })?;
            let text = self.strings.get(u32::try_from(index).unwrap_or(u32::MAX));
            serde_json::to_writer(&mut *out, text)?;
        }
        out.write_all(b"]}\n")?;
        out.flush()
    }

    fn write_header(&self, out: &mut impl Write) -> io::Result<()> {
        let kinds = |names: Vec<&str>| serde_json::Value::from(names);
        let node_kinds = NodeType::ALL.iter().chain([&NodeType::Other]);
        let node_kinds = kinds(node_kinds.map(|kind| kind.name()).collect());
        let edge_kinds = EdgeType::ALL.iter().chain([&EdgeType::Other]);
        let edge_kinds = kinds(edge_kinds.map(|kind| kind.name()).collect());
        let number = serde_json::Value::from("number");
        let mut node_types = vec![number; NODE_FIELDS.len()];
        node_types[0] = node_kinds;
        node_types[1] = "string".into();
        let header = serde_json::json!({
            "meta": {
                "node_fields": NODE_FIELDS,
                "node_types": node_types,
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [edge_kinds, "string_or_number", "node"],
                "trace_function_info_fields": ["function_id", "name", "script_name", "script_id", "line", "column"],
                "trace_node_fields": ["id", "function_info_index", "count", "size", "children"],
                "sample_fields": ["timestamp_us", "last_assigned_id"],
                "location_fields": ["object_index", "script_id", "line", "column"],
            },
            "node_count": self.node_count(),
            "edge_count": self.edge_count(),
            "trace_function_count": 0,
            "root_index": self.root as usize * NODE_FIELDS.len(),
        });
        out.write_all(b"{\"snapshot\":")?;
        serde_json::to_writer(&mut *out, &header)?;
        out.write_all(b",\n")
    }

    fn write_nodes(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"\"nodes\":[")?;
        for index in 0..self.node_count() {
            let at = index as usize;
            let separator = if index == 0 { "" } else { "," };
            writeln!(
                out,
                "{separator}{},{},{},{},{},0,0",
                self.kinds[at] as u8,
                self.names[at],
                self.ids[at],
                self.self_sizes[at],
                self.edge_range(index).len(),
            )?;
        }
        out.write_all(b"],\n")
    }

    fn write_edges(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"\"edges\":[")?;
        for at in 0..self.edge_targets.len() {
            let separator = if at == 0 { "" } else { "," };
            writeln!(
                out,
                "{separator}{},{},{}",
                self.edge_kinds[at] as u8,
                self.edge_names[at],
                u64::from(self.edge_targets[at]) * NODE_FIELDS.len() as u64,
            )?;
        }
        out.write_all(b"],\n")
    }
}

/// Each different string once.
#[derive(Debug, Default)]
struct Interner {
    strings: Strings,
    known: HashTable<u32>,
}

impl Interner {
    fn intern(&mut self, text: &str) -> u32 {
        let strings = &mut self.strings;
        let entry = self.known.entry(
            hash(text),
            |known| strings.get(*known) == text,
            |known| hash(strings.get(*known)),
        );
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                let index = u32::try_from(strings.len()).expect("at most 2^32 strings");
                strings.text.push_str(text);
                let end = u32::try_from(strings.text.len()).expect("at most 4 GiB of strings");
                strings.ends.push(end);
                vacant.insert(index);
                index
            }
        }
    }
}

fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}
