//! What is written is what other tools read.

mod common;

use common::graph;
use heap::Analysis;

const BUS: &str = "root: bus=bus, config=config
    bus Bus 64: handlers=list, ~last=handler2
    list (array) 32: [0]=handler1, [1]=handler2
    handler1 Handler 100: text=text1
    handler2 Handler 100: text=text2
    text1 (string) 1000
    text2 (string) 2000
    config Config 10: text=text2";

#[test]
fn v8_heap_parser_reads_it_and_says_the_same() {
    let mut file = Vec::new();
    graph(BUS).write(&mut file).unwrap();
    let there = v8_heap_parser::decode_slice(&file).unwrap();
    let here = Analysis::new(graph(BUS).build());
    for node in 0..here.snapshot().node_count() {
        let other = there.get_node(node as usize).unwrap();
        assert_eq!(
            (here.node(node).name, here.node(node).id),
            (other.name(), other.id)
        );
        assert_eq!(
            here.retained_bytes(node),
            there.retained_size(node as usize),
            "node {node}"
        );
    }
    for group in there.get_class_groups(false) {
        let class = there.get_node(group.index).unwrap().class_name();
        let ours = here
            .summary()
            .iter()
            .find(|row| row.class == class)
            .unwrap();
        assert_eq!(
            (ours.count, ours.self_bytes, ours.retained_bytes),
            (
                group.nodes.len() as u64,
                group.self_size,
                group.retained_size
            ),
            "{class}"
        );
    }
}
