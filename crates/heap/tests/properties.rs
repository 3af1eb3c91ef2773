//! Random graphs: the fast algorithms say what the naive ones say, and what is written is read back.

mod common;

use common::{reached_without, retained_by_removal};
use heap::{Analysis, EdgeType, Limits, NodeType, Snapshot, SnapshotBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const CLASSES: [&str; 4] = ["A", "B", "\u{1F525} \"quoted\" \\ \n", ""];

#[derive(Clone, Debug)]
struct Graph {
    nodes: Vec<(NodeType, &'static str, u64)>,
    edges: Vec<(usize, EdgeType, u32, usize)>,
}

fn graphs() -> impl Strategy<Value = Graph> {
    let nodes = vec(
        (select(NodeType::ALL), select(&CLASSES[..]), 0..50_u64),
        1..30,
    );
    nodes.prop_flat_map(|nodes| {
        let count = nodes.len();
        let edge = (0..count, select(EdgeType::ALL), 0..5_u32, 0..count);
        vec(edge, 0..80).prop_map(move |edges| Graph {
            nodes: nodes.clone(),
            edges,
        })
    })
}

fn build(graph: &Graph) -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new();
    for (at, (kind, name, bytes)) in graph.nodes.iter().enumerate().skip(1) {
        builder.node(*kind, name, u32::try_from(at).unwrap() * 2 + 1, *bytes);
    }
    for (from, kind, name, to) in &graph.edges {
        let (from, to) = (u32::try_from(*from).unwrap(), u32::try_from(*to).unwrap());
        match kind {
            EdgeType::Element | EdgeType::Hidden => builder.element(from, *name, to),
            named => builder.edge(from, *named, &format!("field{name}"), to),
        }
    }
    builder
}

/// Everything that a snapshot says, through its public surface.
fn contents(snapshot: &Snapshot) -> Vec<String> {
    (0..snapshot.node_count())
        .map(|node| {
            let edges: Vec<_> = snapshot.edges(node).collect();
            format!("{:?} {edges:?}", snapshot.node(node))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_node_retains_what_is_unreachable_without_it(graph in graphs()) {
        let analysis = Analysis::new(build(&graph).build());
        for node in 0..analysis.snapshot().node_count() {
            prop_assert_eq!(analysis.retained_bytes(node), retained_by_removal(&analysis, node), "node {}", node);
        }
        prop_assert_eq!(analysis.total_bytes(), analysis.snapshot().total_bytes());
    }

    #[test]
    fn a_dominator_is_on_every_way_and_the_nearest_of_them(graph in graphs()) {
        let analysis = Analysis::new(build(&graph).build());
        for node in 1..analysis.snapshot().node_count() {
            let dominators: Vec<u32> = (0..analysis.snapshot().node_count())
                .filter(|by| *by != node)
                .filter(|by| *by == 0 || !reached_without(&analysis, Some(*by))[node as usize])
                .collect();
            // Of all dominators, the immediate one is dominated by every other.
            let mut chain = vec![analysis.dominator(node)];
            while let Some(last) = chain.last().copied().filter(|last| *last != 0) {
                chain.push(analysis.dominator(last));
            }
            chain.sort_unstable();
            prop_assert_eq!(chain, dominators, "node {}", node);
        }
    }

    #[test]
    fn what_is_written_is_read_back(graph in graphs()) {
        let mut file = Vec::new();
        build(&graph).write(&mut file).unwrap();
        let read = Snapshot::read(file.as_slice(), &Limits::default()).unwrap();
        prop_assert_eq!(contents(&read), contents(&build(&graph).build()));
        let mut again = Vec::new();
        read.write(&mut again).unwrap();
        prop_assert_eq!(again, file);
    }

    #[test]
    fn no_damage_makes_it_panic(graph in graphs(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut file = Vec::new();
        build(&graph).write(&mut file).unwrap();
        let at = at.index(file.len());
        if cut {
            file.truncate(at);
        } else {
            file[at] = byte;
        }
        if let Ok(snapshot) = Snapshot::read(file.as_slice(), &Limits::default()) {
            let analysis = Analysis::new(snapshot);
            let paths = analysis.paths(0..analysis.snapshot().node_count(), 10);
            std::hint::black_box((analysis.summary(), heap::suspects(&analysis), paths));
        }
    }
}
