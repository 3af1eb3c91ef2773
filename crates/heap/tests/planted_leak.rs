//! A snapshot that Node.js writes of a process with a planted leak of 250,000 objects: the suspect is named,
//! and v8-heap-parser says the same about every node and class.

mod common;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use common::retained_by_removal;
use heap::{
    Analysis, Evidence, Identity, Limits, Snapshot, WeakMapValues, compare, growing, suspects,
};

const OBJECTS: u64 = 250_000;

fn write_with_node(folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/planted_leak.js");
    let node = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
    let status = Command::new(&node)
        .arg(script)
        .arg(folder.join("before.heapsnapshot"))
        .arg(folder.join("after.heapsnapshot"))
        .arg(OBJECTS.to_string())
        .status();
    let status = status.unwrap_or_else(|error| {
        panic!("cannot start {node} ({error}): install Node.js 20 or newer, or say where it is with NODE")
    });
    assert!(status.success(), "node ended with {status}");
}

fn read(folder: &Path, name: &str) -> Snapshot {
    let file = File::open(folder.join(name)).unwrap();
    Snapshot::read(file, &Limits::default()).unwrap()
}

#[test]
fn the_leak_is_named_and_the_oracle_agrees() {
    let folder = tempfile::tempdir().unwrap();
    write_with_node(folder.path());
    let before = Analysis::new(read(folder.path(), "before.heapsnapshot"));
    let after = Analysis::new(read(folder.path(), "after.heapsnapshot"));

    let first = &suspects(&after)[0];
    assert_eq!(first.class, "Session", "{first}");
    assert!(first.share > 0.5, "{first}");
    let Evidence::OneOwner { full_of, .. } = &first.evidence else {
        panic!("{first}");
    };
    assert_eq!(*full_of, Some(OBJECTS), "{first}");

    let comparison = compare(&[&before, &after], Identity::SameProcess);
    let session = comparison
        .classes
        .iter()
        .find(|row| row.class == "Session")
        .unwrap();
    assert_eq!(session.new.unwrap().count, OBJECTS);
    assert_eq!(session.freed.unwrap().count, 0);
    assert!(
        growing(&comparison)
            .iter()
            .any(|suspect| suspect.class == "Session")
    );
    let kept = comparison
        .classes
        .iter()
        .find(|row| row.class == "CacheEntry")
        .unwrap();
    assert_eq!(
        (kept.new.unwrap().count, kept.freed.unwrap().count),
        (0, 0),
        "ids are stable"
    );

    let paths = after.paths_of_class("Session", 5);
    let way: Vec<_> = paths.groups[0]
        .steps
        .iter()
        .map(|step| step.edge.as_str())
        .collect();
    assert_eq!(paths.groups[0].objects, OBJECTS);
    assert!(
        way.contains(&"registry") && way.contains(&"open"),
        "{way:?}"
    );

    let file = std::fs::read(folder.path().join("after.heapsnapshot")).unwrap();
    let shared = read(folder.path(), "after.heapsnapshot");
    agree_with_oracle(
        &Analysis::with_weak_map_values(shared, WeakMapValues::Shared),
        &v8_heap_parser::decode_slice(&file).unwrap(),
    );
}

fn agree_with_oracle(here: &Analysis, there: &v8_heap_parser::Graph) {
    assert_eq!(here.snapshot().node_count() as usize, there.nodes().len());
    let mut wrong_there = 0;
    for index in 0..here.snapshot().node_count() {
        let (node, other) = (here.node(index), there.get_node(index as usize).unwrap());
        assert_eq!(
            (node.id, node.self_bytes, node.name),
            (other.id, other.self_size, other.name())
        );
        let theirs = there.retained_size(index as usize);
        if here.retained_bytes(index) != theirs {
            // It does not always find the dominator of nodes in circles; removing the node decides.
            assert_eq!(
                here.retained_bytes(index),
                retained_by_removal(here, index),
                "{node:?}"
            );
            wrong_there += 1;
            assert!(
                wrong_there < 50,
                "the two disagree about more than a handful of nodes"
            );
        }
    }
    let mut classes: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for group in there.get_class_groups(false) {
        let class = match there.get_node(group.index).unwrap().class_name() {
            "(closure)" => "Function",
            "(regexp)" => "RegExp",
            same => same,
        };
        let row = classes.entry(class).or_default();
        row.0 += group.nodes.len() as u64;
        row.1 += group.self_size;
        let ours = here.summary().iter().find(|row| row.class == class);
        if wrong_there == 0 && class != "(unknown)" {
            assert_eq!(ours.unwrap().retained_bytes, group.retained_size, "{class}");
        }
    }
    for class in here.summary() {
        // Kinds that are newer than the oracle are one class there.
        if !["(symbol)", "(object shape)"].contains(&class.class.as_str()) {
            let ours = (class.count, class.self_bytes);
            assert_eq!(
                classes.get(class.class.as_str()),
                Some(&ours),
                "{}",
                class.class
            );
        }
    }
}
