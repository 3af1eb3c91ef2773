//! What people ask of snapshots: paths, comparisons, suspects.

mod common;

use std::fmt::Write as _;

use common::{analyse, graph};
use heap::{Analysis, Identity, OwnerLimits, Paths, compare, growing, suspects};

fn print(paths: &Paths) -> String {
    let mut text = format!("{} objects, {} unreached\n", paths.objects, paths.unreached);
    for group in &paths.groups {
        let _ = writeln!(
            text,
            "{} keep {}, as @{}",
            group.objects, group.retained_bytes, group.example_id
        );
        for step in &group.steps {
            let many = if step.repeats { "+" } else { "" };
            let _ = writeln!(
                text,
                "  {}{many} {} x{} {}",
                step.edge, step.class, step.objects, step.retained_bytes
            );
        }
    }
    let _ = write!(
        text,
        "left out: {} groups, {} objects",
        paths.groups_left_out, paths.objects_left_out
    );
    text
}

/// A bus whose handlers are never removed, one of them also held elsewhere.
const BUS: &str = "root: bus=bus, scheduler=scheduler
    bus EventBus 16: handlers=list
    list (array) 64: [0]=h1, [1]=h2, [2]=h3
    h1 Handler 8: captures=c1
    h2 Handler 8: captures=c2
    h3 Handler 8: captures=c3
    c1 Capture 100: run=r1
    c2 Capture 100: run=r2
    c3 Capture 100
    scheduler Scheduler 32: running=c3
    r1 Run 1000
    r2 Run 1000
    lost Capture 7: me=lost";

#[test]
fn paths_of_the_same_shape_are_one() {
    insta::assert_snapshot!(print(&analyse(BUS).paths_of_class("Capture", 10)), @r"
    4 objects, 1 unreached
    2 keep 2200, as @13
      bus EventBus x1 2304
      handlers (array) x1 2288
      […] Handler x2 2216
      captures Capture x2 2200
    1 keep 100, as @17
      scheduler Scheduler x1 32
      running Capture x1 100
    left out: 0 groups, 0 objects
    ");
}

#[test]
fn what_is_left_out_is_counted() {
    let paths = analyse(BUS).paths_of_class("Capture", 1);
    assert_eq!(
        (
            paths.groups.len(),
            paths.groups_left_out,
            paths.objects_left_out
        ),
        (1, 1, 1)
    );
    assert_eq!(analyse(BUS).paths_of_class("Nothing", 1).objects, 0);
}

#[test]
fn a_chain_reads_as_one_link() {
    let mut text = "root: head=n0\n".to_owned();
    for at in 0..50 {
        let _ = writeln!(text, "n{at} Node 10: next=n{}", at + 1);
    }
    text.push_str("n50 Node 10: tail=end\nend Tail 1");
    insta::assert_snapshot!(print(&analyse(&text).paths_of_class("Tail", 10)), @r"
    1 objects, 0 unreached
    1 keep 1, as @105
      head Node x1 511
      next+ Node x50 501
      tail Tail x1 1
    left out: 0 groups, 0 objects
    ");
    let all = analyse(&text).paths_of_class("Node", 10);
    assert_eq!(
        all.groups[0].retained_bytes, 501,
        "nested links are counted once"
    );
}

#[test]
fn the_keys_of_a_dictionary_are_not_part_of_a_shape() {
    let mut text = "root: sessions=map\nmap Sessions 1: ".to_owned();
    let keys: Vec<_> = (0..100).map(|at| format!("user{at}=s{at}")).collect();
    text.push_str(&keys.join(", "));
    for at in 0..100 {
        let _ = write!(text, "\ns{at} Session 10");
    }
    let paths = analyse(&text).paths_of_class("Session", 10);
    assert_eq!(paths.groups.len(), 1);
    assert_eq!(paths.groups[0].steps[1].edge, "[…]");
    assert_eq!(paths.groups[0].retained_bytes, 1000);
}

fn at(text: &str) -> Analysis {
    Analysis::new(graph(text).build())
}

#[test]
fn comparison_goes_by_id() {
    let before = at("root: a=a, b=b\n a@11 A 10\n b@13 B 5");
    let between = at("root: a=a, b=b\n a@11 A 10\n b@13 B 5\n c@15 A 10");
    let after = at("root: a=a, c=c\n a@11 A 12\n c@15 A 10: d=d\n d@17 C 100");
    let comparison = compare(&[&before, &between, &after], Identity::SameProcess);
    let rows: Vec<_> = comparison
        .classes
        .iter()
        .map(|row| {
            let flow = |flow: Option<heap::Flow>| flow.map(|flow| (flow.count, flow.self_bytes));
            format!(
                "{} {:?} {:?} new {:?} freed {:?} {:+} {:+} {:+}",
                row.class,
                row.counts,
                row.retained_bytes,
                flow(row.new),
                flow(row.freed),
                row.count_change(),
                row.self_bytes_change(),
                row.retained_bytes_change(),
            )
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    A [1, 2, 2] [10, 20, 122] new Some((1, 10)) freed Some((0, 0)) +1 +12 +112
    C [0, 0, 1] [0, 0, 100] new Some((1, 100)) freed Some((0, 0)) +1 +100 +100
    (synthetic) [1, 1, 1] [0, 0, 0] new Some((0, 0)) freed Some((0, 0)) +0 +0 +0
    B [1, 1, 0] [5, 5, 0] new Some((0, 0)) freed Some((1, 5)) -1 -5 -5
    ");
    let other = compare(&[&before, &after], Identity::DifferentProcesses);
    assert!(
        other
            .classes
            .iter()
            .all(|row| row.new.is_none() && row.freed.is_none())
    );
}

/// `count` sessions of 100 bytes in a registry, beside 5,000 bytes of other things.
fn registry(count: usize) -> Analysis {
    let mut text = "root: registry=registry, other=other, config=config\nother Cache 4000\nconfig Config 1000\nregistry Registry 16: sessions=list\nlist (array) 64: [0]=s0".to_owned();
    for at in 1..count {
        let _ = write!(text, ", [{at}]=s{at}");
    }
    for at in 0..count {
        let _ = write!(text, "\ns{at} Session 100");
    }
    at(&text)
}

#[test]
fn the_suspect_is_what_piles_up_under_one_owner() {
    let found = suspects(&registry(200));
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    one (array) (@9) keeps 20064 bytes; 200 objects of the class Session in it keep 20000 of them, 79.7 % of the heap
    one Cache (@3) keeps 4000 bytes, 15.9 % of the heap
    ");
}

#[test]
fn the_suspect_is_what_only_grows() {
    let snapshots = [registry(10), registry(100), registry(300)];
    let comparison = compare(&snapshots.each_ref(), Identity::SameProcess);
    let told: Vec<_> = growing(&comparison)
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"Session grew from snapshot to snapshot (10, 100, 300 objects) and keeps 29000 bytes more, 100.0 % of what the heap gained");
    let shrunk = compare(&[&registry(300), &registry(100)], Identity::SameProcess);
    assert!(growing(&shrunk).is_empty());
    let wavy = compare(
        &[&registry(100), &registry(10), &registry(300)],
        Identity::SameProcess,
    );
    assert!(growing(&wavy).is_empty());
}

fn print_owners(min_bytes: u64, max_depth: u32) -> String {
    let owners = analyse(BUS).owners(OwnerLimits {
        min_bytes,
        max_depth,
    });
    let mut text = String::new();
    for owner in &owners.groups {
        let _ = writeln!(
            text,
            "{:indent$}{} {} x{} {}/{} @{}",
            "",
            owner.edge.as_deref().unwrap_or("-"),
            owner.class,
            owner.objects,
            owner.self_bytes,
            owner.retained_bytes,
            owner.largest_id,
            indent = owner.depth as usize * 2 - 2,
        );
    }
    let _ = write!(text, "left out: {}", owners.left_out);
    text
}

#[test]
fn owners_of_one_class_are_one_group() {
    insta::assert_snapshot!(print_owners(0, 9), @r"
    bus EventBus x1 16/2304 @3
      handlers (array) x1 64/2288 @5
        - Handler x3 24/2224 @7
          - Capture x2 200/2200 @13
            - Run x2 2000/2000 @21
    - Capture x2 107/107 @17
    scheduler Scheduler x1 32/32 @19
    left out: 0
    ");
}

#[test]
fn small_and_deep_owners_are_counted() {
    insta::assert_snapshot!(print_owners(50, 2), @r"
    bus EventBus x1 16/2304 @3
      handlers (array) x1 64/2288 @5
    - Capture x2 107/107 @17
    left out: 2
    ");
}
