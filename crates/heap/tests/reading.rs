//! Files as V8 writes them, of other versions, cut, damaged and foreign.

use heap::{EdgeName, Limits, NodeType, ReadError, Snapshot};

/// A file with fields in another order than V8 of today has them, and one that does not exist yet.
const SHUFFLED: &str = r#"{"snapshot":{"meta":{
  "node_fields":["id","edge_count","name","future","self_size","type"],
  "node_types":["number","number","string","number","number",["object","synthetic","of the future"]],
  "edge_fields":["to_node","type","name_or_index"],
  "edge_types":["node",["property","element"],"string_or_number"]},
  "node_count":3,"edge_count":2,"extra":{"a":["]}"]}},
"nodes":[1,1,0,9,0,1
,3,1,1,9,5000000000,0,
5,0,2,9,24,2],
"locations":[1,2,3],
"edges":[6,0,3,
12,1,7],
"trace_tree":[0,[1,"]"]],
"strings":["","Bus","x \"y\" \u00e9\ud83d\ude00\ud800z","bus"]}
"#;

fn read(text: &[u8]) -> Result<Snapshot, ReadError> {
    Snapshot::read(text, &Limits::default())
}

#[test]
fn fields_are_found_by_their_names() {
    let snapshot = read(SHUFFLED.as_bytes()).unwrap();
    let bus = snapshot.node(1);
    assert_eq!(
        (bus.name, bus.id, bus.self_bytes),
        ("Bus", 3, 5_000_000_000)
    );
    assert_eq!(snapshot.node(2).kind, NodeType::Other);
    assert_eq!(snapshot.node(2).name, "x \"y\" é😀\u{fffd}z");
    let names: Vec<_> = (0..2)
        .flat_map(|node| snapshot.edges(node))
        .map(|edge| (edge.name, edge.to))
        .collect();
    assert_eq!(names, [(EdgeName::Text("bus"), 1), (EdgeName::Index(7), 2)]);
    assert_eq!(snapshot.find(5), Some(2));
}

#[test]
fn counts_need_no_more_than_the_beginning() {
    let beginning = &SHUFFLED.as_bytes()[..SHUFFLED.find("\"nodes\"").unwrap()];
    assert_eq!(Snapshot::read_counts(beginning).unwrap(), (3, 2));
    assert!(Snapshot::read_counts(&b"{\"head\":1}"[..]).is_err());
}

/// A reader that hands out one byte at a time.
struct Trickle<'a>(&'a [u8]);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else {
            return Ok(0);
        };
        buffer[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn where_the_buffer_ends_does_not_matter() {
    let whole = read(SHUFFLED.as_bytes()).unwrap();
    let trickled = Snapshot::read(Trickle(SHUFFLED.as_bytes()), &Limits::default()).unwrap();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    whole.write(&mut a).unwrap();
    trickled.write(&mut b).unwrap();
    assert_eq!(a, b);
}

#[test]
fn every_cut_is_told_with_its_place() {
    let text = SHUFFLED.trim_end();
    for length in 0..text.len() {
        match read(&text.as_bytes()[..length]) {
            Err(ReadError::Truncated { offset, .. }) => assert_eq!(offset, length as u64),
            Err(ReadError::Damaged { offset, .. }) if offset == length as u64 => {}
            other => panic!("cut at {length}: {other:?}"),
        }
    }
}

/// What a person is told about a file that was changed in one place.
fn complaint(from: &str, to: &str) -> String {
    assert!(SHUFFLED.contains(from), "{from}");
    let error = read(SHUFFLED.replacen(from, to, 1).as_bytes()).unwrap_err();
    format!("{error}\n{}", error.next_step())
}

#[test]
fn what_is_wrong_is_said_with_place_and_next_step() {
    let cases = [
        ("\"nodes\":[1,1", "\"nodes\":[-1,1"),
        ("\"nodes\":[1,1", "\"nodes\":[1 1,1"),
        ("\"nodes\":[1,1", "\"nodes\":[1,,1"),
        ("24,2],", "24,2,],"),
        ("24,2],", "24,9],"),
        ("24,2],", "24,2,7],"),
        ("5,0,2,9", "5,1,2,9"),
        ("5,0,2,9", "5,0,4,9"),
        ("5,0,2,9", "4294967296,0,2,9"),
        ("5000000000", "50000000000000000000"),
        ("12,1,7", "13,1,7"),
        ("12,1,7", "18,1,7"),
        ("\"edges\":[6,0,3", "\"edges\":[6,0,4"),
        ("\"node_count\":3", "\"node_count\":4"),
        ("\"node_count\":3", "\"node_count\":200000000"),
        ("\"future\"", "\"id\""),
        ("\"self_size\"", "\"size\""),
        ("\\u00e9", "\\u00g9"),
        ("\"strings\"", "\"texts\""),
        ("]}\n", "]} {"),
    ];
    let told: Vec<_> = cases
        .iter()
        .map(|(from, to)| format!("{from} -> {to}\n{}", complaint(from, to)))
        .collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn foreign_files_are_recognised() {
    let cases: [&[u8]; 8] = [
        b"",
        b"\x28\xb5\x2f\xfd rest",
        b"\x1f\x8b\x08",
        b"JAVA PROFILE 1.0.2\0",
        b"hello",
        b"[1,2]",
        b"{\"head\":{}}",
        b"{\"nodes\":[{\"id\":1}]}",
    ];
    let told: Vec<_> = cases
        .iter()
        .map(|bytes| read(bytes).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn limits_hold_also_where_the_file_lies_about_its_counts() {
    let limits = |nodes, edges, string_bytes| Limits {
        nodes,
        edges,
        string_bytes,
    };
    for (limits, what) in [
        (limits(2, 9, 99), "nodes"),
        (limits(9, 1, 99), "edges"),
        (limits(9, 9, 5), "strings"),
    ] {
        let error = Snapshot::read(SHUFFLED.as_bytes(), &limits).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
    let lying = SHUFFLED.replace("\"node_count\":3", "\"node_count\":1");
    let error = Snapshot::read(lying.as_bytes(), &limits(2, 9, 99)).unwrap_err();
    assert!(
        error.to_string().contains("more nodes than the limit of 2"),
        "{error}"
    );
}
