//! Numbers of `nodes` and `edges` into columns, and the columns into a snapshot.

use std::io::Read;

use super::Limits;
use super::error::ReadError;
use super::header::{EdgeField, Header, NodeField};
use super::numbers;
use super::source::Source;
use crate::kind::{EdgeType, NodeType};
use crate::snapshot::{Snapshot, Strings};

/// The columns of the nodes.
#[derive(Default)]
pub(super) struct Nodes {
    kinds: Vec<NodeType>,
    names: Vec<u32>,
    ids: Vec<u32>,
    self_sizes: Vec<u64>,
    /// The edges of all nodes before, then of all.
    first_edges: Vec<u32>,
}

/// The columns of the edges.
#[derive(Default)]
pub(super) struct Edges {
    kinds: Vec<EdgeType>,
    names: Vec<u32>,
    targets: Vec<u32>,
}

impl Nodes {
    pub(super) fn read(
        source: &mut Source<impl Read>,
        header: &Header,
        limits: &Limits,
    ) -> Result<Self, ReadError> {
        let mut nodes = Self::default();
        let count = header.node_count;
        reserve(&mut nodes.kinds, count, "nodes")?;
        reserve(&mut nodes.names, count, "nodes")?;
        reserve(&mut nodes.ids, count, "nodes")?;
        reserve(&mut nodes.self_sizes, count, "nodes")?;
        reserve(&mut nodes.first_edges, count + 1, "nodes")?;
        nodes.first_edges.push(0);
        let mut at = 0;
        numbers::read(source, "nodes", |number| {
            nodes.number(header, at, number)?;
            at += 1;
            if at == header.node_fields.len() {
                at = 0;
                within("nodes", nodes.kinds.len(), limits.nodes)?;
            }
            Ok(())
        })?;
        counted(source, "nodes", at, nodes.kinds.len(), header.node_count)?;
        Ok(nodes)
    }

    #[inline]
    fn number(&mut self, header: &Header, field: usize, number: u64) -> Result<(), String> {
        match header.node_fields[field] {
            NodeField::Kind => self.kinds.push(kind(&header.node_kinds, number, "node")?),
            NodeField::Name => self.names.push(small(number, "a name")?),
            NodeField::Id => self.ids.push(small(number, "an id")?),
            NodeField::SelfSize => self.self_sizes.push(number),
            NodeField::EdgeCount => {
                let before = self.first_edges.last().copied().unwrap_or(0);
                let edges = u64::from(before).saturating_add(number);
                self.first_edges.push(small(edges, "the number of edges")?);
            }
            NodeField::Unused => {}
        }
        Ok(())
    }
}

impl Edges {
    pub(super) fn read(
        source: &mut Source<impl Read>,
        header: &Header,
        limits: &Limits,
    ) -> Result<Self, ReadError> {
        let mut edges = Self::default();
        let count = header.edge_count;
        reserve(&mut edges.kinds, count, "edges")?;
        reserve(&mut edges.names, count, "edges")?;
        reserve(&mut edges.targets, count, "edges")?;
        let node_fields = header.node_fields.len() as u64;
        let mut at = 0;
        numbers::read(source, "edges", |number| {
            match header.edge_fields[at] {
                EdgeField::Kind => edges.kinds.push(kind(&header.edge_kinds, number, "edge")?),
                EdgeField::NameOrIndex => edges.names.push(small(number, "a name")?),
                EdgeField::ToNode if !number.is_multiple_of(node_fields) => {
                    return Err(format!("to_node {number} is inside a node"));
                }
                EdgeField::ToNode => edges.targets.push(small(number / node_fields, "to_node")?),
                EdgeField::Unused => {}
            }
            at += 1;
            if at == header.edge_fields.len() {
                at = 0;
                within("edges", edges.kinds.len(), limits.edges)?;
            }
            Ok(())
        })?;
        counted(source, "edges", at, edges.kinds.len(), header.edge_count)?;
        Ok(edges)
    }
}

/// Puts the columns together once every reference is known to lead somewhere.
pub(super) fn join(
    header: Header,
    nodes: Nodes,
    edges: Edges,
    strings: Strings,
) -> Result<Snapshot, (&'static str, String)> {
    let count = nodes.kinds.len();
    if header.root >= count as u64 {
        return Err((
            "snapshot",
            format!("the root is node {}, of {count}", header.root),
        ));
    }
    let claimed = nodes.first_edges.last().copied().unwrap_or(0) as usize;
    if claimed != edges.targets.len() {
        let have = edges.targets.len();
        return Err((
            "nodes",
            format!("nodes have {claimed} edges, the file {have}"),
        ));
    }
    let too_far = |limit: usize| move |number: &&u32| **number as usize >= limit;
    if let Some(name) = nodes.names.iter().find(too_far(strings.len())) {
        return Err(("nodes", no_string(*name, strings.len())));
    }
    if let Some(to) = edges.targets.iter().find(too_far(count)) {
        return Err(("edges", format!("an edge leads to node {to}, of {count}")));
    }
    let named = edges.kinds.iter().zip(&edges.names);
    let mut named = named
        .filter(|(kind, _)| !kind.is_indexed())
        .map(|(_, name)| name);
    if let Some(name) = named.find(too_far(strings.len())) {
        return Err(("edges", no_string(*name, strings.len())));
    }
    Ok(Snapshot {
        kinds: nodes.kinds,
        names: nodes.names,
        ids: nodes.ids,
        self_sizes: nodes.self_sizes,
        first_edges: nodes.first_edges,
        edge_kinds: edges.kinds,
        edge_names: edges.names,
        edge_targets: edges.targets,
        strings,
        root: u32::try_from(header.root).unwrap_or(u32::MAX),
    })
}

fn no_string(name: u32, strings: usize) -> String {
    format!("a name is string {name}, of {strings}")
}

fn kind<K: Copy>(kinds: &[K], number: u64, of: &str) -> Result<K, String> {
    let kind = usize::try_from(number).ok().and_then(|at| kinds.get(at));
    kind.copied().ok_or_else(|| {
        format!(
            "{of} kind {number} is not in meta, which lists {}",
            kinds.len()
        )
    })
}

fn small(number: u64, what: &str) -> Result<u32, String> {
    u32::try_from(number).map_err(|_| format!("{what} is {number}, more than 32 bits hold"))
}

fn within(what: &str, found: usize, limit: u32) -> Result<(), String> {
    if found > limit as usize {
        return Err(format!("there are more {what} than the limit of {limit}"));
    }
    Ok(())
}

fn counted(
    source: &Source<impl Read>,
    section: &'static str,
    rest: usize,
    found: usize,
    stated: u64,
) -> Result<(), ReadError> {
    if rest != 0 {
        let what = format!("the last of them ends after {rest} numbers");
        return Err(source.damaged(section, what));
    }
    if found as u64 != stated {
        let what = format!("there are {found}, and \"snapshot\" says {stated}");
        return Err(source.damaged(section, what));
    }
    Ok(())
}

/// Makes room at once; the count is within the limits, but the memory may not be there.
fn reserve<T>(column: &mut Vec<T>, count: u64, what: &'static str) -> Result<(), ReadError> {
    let no_memory = ReadError::OutOfMemory { what, count };
    match usize::try_from(count) {
        Ok(exact) => column.try_reserve_exact(exact).map_err(|_| no_memory),
        Err(_) => Err(no_memory),
    }
}
