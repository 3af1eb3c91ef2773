//! Small graphs with the figures that a person can work out.

mod common;

use common::analyse;
use heap::{Analysis, Snapshot, SnapshotBuilder, WeakMapValues};

/// Each node as `id<-dominator retained distance`.
fn figures(analysis: &Analysis) -> String {
    let nodes = 1..analysis.snapshot().node_count();
    let lines = nodes.map(|node| {
        let dominator = analysis.node(analysis.dominator(node)).id;
        let distance = analysis.distance(node);
        let distance = distance.map_or("-".to_owned(), |distance| distance.to_string());
        let (id, bytes) = (analysis.node(node).id, analysis.retained_bytes(node));
        format!("{id}<-{dominator} {bytes} {distance}")
    });
    lines.collect::<Vec<_>>().join(", ")
}

fn check(text: &str, expected: &str) {
    assert_eq!(figures(&analyse(text)), expected, "{text}");
}

#[test]
fn what_two_hold_is_kept_by_what_holds_both() {
    check(
        "root: top=top
         top A 1: left=left, right=right
         left B 10: shared=shared
         right C 100: shared=shared
         shared D 1000: below=below
         below E 10000",
        "3<-1 11111 1, 5<-3 10 2, 7<-3 100 2, 9<-3 11000 3, 11<-9 10000 4",
    );
}

#[test]
fn a_cycle_is_kept_by_where_it_is_entered() {
    check(
        "root: a=a
         a A 1: b=b
         b B 10: c=c
         c C 100: a=a, b=b",
        "3<-1 111 1, 5<-3 110 2, 7<-5 100 3",
    );
}

#[test]
fn weak_references_and_shortcuts_keep_nothing() {
    check(
        "root: a=a, b=b
         a A 1: ~cached=c, !jump=d
         b B 10: c=c, d=d
         c C 100
         d D 1000",
        "3<-1 1 1, 5<-1 1110 1, 7<-5 100 2, 9<-5 1000 2",
    );
}

#[test]
fn a_reference_to_oneself_changes_nothing() {
    check(
        "root: a=a\n a A 1: me=a, b=b\n b B 10: b=b",
        "3<-1 11 1, 5<-3 10 2",
    );
}

#[test]
fn what_only_weak_references_reach_hangs_under_the_root_with_what_it_keeps() {
    check(
        "root: a=a
         a A 1: ~b=b
         b B 10: c=c
         c C 100",
        "3<-1 1 1, 5<-1 110 -, 7<-5 100 -",
    );
}

#[test]
fn what_nothing_reaches_hangs_under_the_root_one_by_one() {
    check(
        "root: a=a
         a A 1
         b B 10: c=c
         c C 100: b=b",
        "3<-1 1 1, 5<-1 10 -, 7<-1 100 -",
    );
}

#[test]
fn what_the_program_owns_is_not_kept_by_what_only_the_engine_holds() {
    // `engine` also refers to `data`, but the program reaches `data` from its global object.
    check(
        "root: !global=window, [1]=gc
         window Window 1: data=data
         gc (synthetic) 0: [0]=engine
         engine (hidden) 10: %seen=data
         data Data 100",
        "3<-1 101 1, 5<-1 10 100000001, 7<-5 10 100000002, 9<-3 100 2",
    );
}

const WEAK_MAP: &str = "root: table=table, keys=keys
     table@77 WeakMap 1: %1_/_part_of_key_(Key_@7)_->_value_(Value_@9)_pair_in_WeakMap_(table_@77)=value
     keys (array) 10: [0]=key
     key Key 100: %1_/_part_of_key_(Key_@7)_->_value_(Value_@9)_pair_in_WeakMap_(table_@77)=value
     value Value 1000";

fn weak_map(values: WeakMapValues) -> Analysis {
    // The textual form has no spaces in names.
    let mut file = Vec::new();
    common::graph(WEAK_MAP).write(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let names = file.replace(
        "1_/_part_of_key_(Key_@7)_->_value_(Value_@9)_pair_in_WeakMap_(table_@77)",
        "1 / part of key (Key @7) -> value (Value @9) pair in WeakMap (table @77)",
    );
    let snapshot = Snapshot::read(names.as_bytes(), &heap::Limits::default()).unwrap();
    Analysis::with_weak_map_values(snapshot, values)
}

#[test]
fn a_value_in_a_weak_map_counts_for_its_key() {
    assert_eq!(
        figures(&weak_map(WeakMapValues::OfTheKey)),
        "77<-1 1 1, 5<-1 1110 1, 7<-5 1100 2, 9<-7 1000 3",
    );
    assert_eq!(
        figures(&weak_map(WeakMapValues::Shared)),
        "77<-1 1 1, 5<-1 110 1, 7<-5 100 2, 9<-1 1000 3",
    );
}

#[test]
fn a_class_counts_what_is_nested_once() {
    let analysis = analyse(
        "root: a=a, other=other
         a List 1: next=b
         b List 10: next=c, text=text
         c List 100
         text (string) 1000
         other List 10000",
    );
    let rows: Vec<_> = analysis
        .summary()
        .iter()
        .map(|row| {
            (
                row.class.as_str(),
                row.count,
                row.self_bytes,
                row.retained_bytes,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("List", 4, 10111, 11111),
            ("(string)", 1, 1000, 1000),
            ("(synthetic)", 1, 0, 0),
        ]
    );
}

#[test]
fn elements_of_a_page_are_one_class_per_tag() {
    let mut builder = SnapshotBuilder::new();
    for (at, name) in ["<div id=\"a\">", "<div>", "Detached <p class=\"x\">"]
        .iter()
        .enumerate()
    {
        let id = u32::try_from(at).unwrap() * 2 + 3;
        let node = builder.node(heap::NodeType::Native, name, id, 10);
        builder.element(builder.root(), 0, node);
    }
    let analysis = Analysis::new(builder.build());
    let classes: Vec<_> = analysis
        .summary()
        .iter()
        .map(|row| (&row.class[..], row.count))
        .collect();
    assert_eq!(
        classes,
        [("<div>", 2), ("Detached <p>", 1), ("(synthetic)", 1)]
    );
}

#[test]
fn retainers_say_who_and_how_and_whether_it_counts() {
    let analysis = analyse("root: a=a, b=b\n a A 1: c=c\n b B 1: ~seen=c\n c C 1");
    let c = analysis.snapshot().find(7).unwrap();
    let retainers: Vec<_> = analysis
        .retainers(c)
        .map(|each| {
            (
                analysis.class(each.node),
                each.edge.name.to_string(),
                each.retains,
            )
        })
        .collect();
    assert_eq!(
        retainers,
        [("A", "c".to_owned(), true), ("B", "seen".to_owned(), false)]
    );
    assert_eq!(analysis.dominated(analysis.snapshot().root()).len(), 2);
}
