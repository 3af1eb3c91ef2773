//! Small graphs as text, and the naive algorithms that the fast ones must equal.
#![expect(dead_code, reason = "each test file needs a part of it")]

use std::collections::BTreeMap;

use heap::{Analysis, EdgeType, NodeType, SnapshotBuilder};

/// A graph by lines of `label Class size: name=label, [0]=label, ~weak=label, !shortcut=label,
/// %internal=label`; the first line is `root: …`. A class in parentheses is a kind. Node ids are 3, 5, …
/// in the order of the lines, unless a label ends in `@ID`.
pub(crate) fn graph(text: &str) -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new();
    let mut labels = BTreeMap::from([("root", builder.root())]);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    for (at, line) in lines().enumerate().skip(1) {
        let head = line.split(':').next().unwrap_or(line);
        let words: Vec<_> = head.split_whitespace().collect();
        let [label, class, size] = words[..] else {
            panic!("a line is `label Class size: edges`, not {line:?}");
        };
        let id = label.split_once('@').map(|(_, id)| id.parse().unwrap());
        let id = id.unwrap_or(u32::try_from(at).unwrap() * 2 + 1);
        let (kind, name) = match class
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            Some(kind) => (NodeType::from_name(&kind.replace('_', " ")), ""),
            None => (NodeType::Object, class),
        };
        let node = builder.node(kind, name, id, size.parse().unwrap());
        labels.insert(label.split('@').next().unwrap(), node);
    }
    for line in lines() {
        let Some((head, edges)) = line.split_once(':') else {
            continue;
        };
        let from = labels[head.split([' ', '@']).next().unwrap()];
        for edge in edges.split(',').map(str::trim) {
            let (name, to) = edge.split_once('=').expect("an edge is name=label");
            let to = *labels.get(to).unwrap_or_else(|| panic!("no label {to}"));
            add_edge(&mut builder, from, name, to);
        }
    }
    builder
}

fn add_edge(builder: &mut SnapshotBuilder, from: u32, name: &str, to: u32) {
    let kinds = [
        ('~', EdgeType::Weak),
        ('!', EdgeType::Shortcut),
        ('%', EdgeType::Internal),
    ];
    if let Some(index) = name.strip_prefix('[') {
        builder.element(from, index.trim_end_matches(']').parse().unwrap(), to);
        return;
    }
    let special = kinds.iter().find(|(mark, _)| name.starts_with(*mark));
    match special {
        Some((mark, kind)) => builder.edge(from, *kind, name.trim_start_matches(*mark), to),
        None => builder.edge(from, EdgeType::Property, name, to),
    }
}

/// The graph of a text with everything computed.
pub(crate) fn analyse(text: &str) -> Analysis {
    Analysis::new(graph(text).build())
}

/// What would be freed without a node, by walking the graph without it. The root keeps everything.
pub(crate) fn retained_by_removal(analysis: &Analysis, node: u32) -> u64 {
    let snapshot = analysis.snapshot();
    if node == snapshot.root() {
        return snapshot.total_bytes();
    }
    let reached = reached_without(analysis, Some(node));
    (0..snapshot.node_count())
        .filter(|at| !reached[*at as usize])
        .map(|at| snapshot.node(at).self_bytes)
        .sum()
}

/// Which nodes the root reaches by retaining edges that do not pass `removed`. What it does not reach at all
/// hangs under it as [`Analysis`] has it.
pub(crate) fn reached_without(analysis: &Analysis, removed: Option<u32>) -> Vec<bool> {
    let nodes = 0..analysis.snapshot().node_count();
    let mut reached = vec![false; nodes.len()];
    let mut starts = vec![analysis.snapshot().root()];
    walk(analysis, &starts, None, &mut reached);
    let is_held = |node: u32| analysis.retainers(node).any(|retainer| retainer.retains);
    let only_weakly: Vec<_> = nodes
        .clone()
        .filter(|node| !reached[*node as usize] && !is_held(*node))
        .collect();
    walk(analysis, &only_weakly, None, &mut reached);
    starts.extend(only_weakly);
    starts.extend(nodes.filter(|node| !reached[*node as usize]));
    let mut without = vec![false; reached.len()];
    walk(analysis, &starts, removed, &mut without);
    without
}

fn walk(analysis: &Analysis, starts: &[u32], removed: Option<u32>, reached: &mut [bool]) {
    let mut to_visit: Vec<u32> = starts.to_vec();
    while let Some(node) = to_visit.pop() {
        if Some(node) == removed || reached[node as usize] {
            continue;
        }
        reached[node as usize] = true;
        let edges = analysis.snapshot().edges(node);
        to_visit.extend(
            edges
                .filter(|edge| analysis.retains(edge.index))
                .map(|edge| edge.to),
        );
    }
}
