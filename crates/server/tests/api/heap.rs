//! The heap tool over a recording with two snapshots, over HTTP.

use serde_json::{Value, json};

use crate::support::stream::START_MS;
use crate::support::{Response, TestServer};

struct Heap {
    server: TestServer,
    session: String,
    recording: String,
}

impl Heap {
    fn start() -> Self {
        let server = TestServer::start();
        let (session, recording) = server.ready();
        Self {
            server,
            session,
            recording,
        }
    }

    fn get(&self, path: &str) -> Response {
        let path = format!("/api/v1/recordings/{}/heap{path}", self.recording);
        self.server.get_in(&self.session, &path)
    }
}

fn class<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let mut classes = answer["classes"].as_array().unwrap().iter();
    classes.find(|row| row["class"] == name).unwrap()
}

#[test]
fn snapshots_are_listed_summed_up_and_compared() {
    let heap = Heap::start();
    let list = heap.get("").ok();
    let snapshots = list["snapshots"].as_array().unwrap();
    assert_eq!(snapshots.len(), 2, "the note is no heap");
    assert_eq!(snapshots[0]["at_ms"], START_MS + 60_000);
    assert_eq!(snapshots[1]["nodes"], 412);
    assert_eq!(snapshots[1]["instance"], "api-1");

    let summary = heap.get("/1/summary?limit=1").ok();
    assert_eq!(summary["bytes"], 410_064);
    assert_eq!(
        (
            &summary["total"],
            summary["classes"].as_array().unwrap().len()
        ),
        (&json!(3), 1)
    );
    assert_eq!(summary["classes"][0]["class"], "Registry");
    assert_eq!(summary["suspects"][0]["class"], "Run");
    assert_eq!(summary["suspects"][0]["rule"], "one_owner");

    let diff = heap.get("/diff?from=0&to=1").ok();
    let run = class(&diff, "Run");
    assert_eq!(
        (
            &run["from_count"],
            &run["to_count"],
            &run["new"],
            &run["freed"]
        ),
        (&json!(10), &json!(410), &json!(400), &json!(0))
    );
    assert_eq!(diff["suspects"][0]["rule"], "growing_class");
    let other = heap.get("/diff?from=0&to=1&same_process=false").ok();
    assert_eq!(class(&other, "Run")["new"], Value::Null);
}

#[test]
fn paths_and_single_objects() {
    let heap = Heap::start();
    let paths = heap.get("/1/paths?class=Run").ok();
    assert_eq!(
        (&paths["objects"], paths["groups"].as_array().unwrap().len()),
        (&json!(410), 1)
    );
    let steps = paths["groups"][0]["steps"].as_array().unwrap();
    let way: Vec<_> = steps
        .iter()
        .map(|step| {
            (
                step["edge"].as_str().unwrap(),
                step["class"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(way, [("registry", "Registry"), ("[…]", "Run")]);
    let one = heap.get("/1/paths?class=Run&node=7").ok();
    assert_eq!(one["objects"], 1);

    let registry = heap.get("/1/nodes/3?dominated_offset=400&limit=20").ok();
    assert_eq!(registry["dominated_total"], 410);
    assert_eq!(
        registry["dominated"].as_array().unwrap().len(),
        10,
        "the last page"
    );
    assert_eq!(registry["dominated_classes"][0]["count"], 410);
    assert_eq!(registry["retainers"][0]["edge"], "registry");
    assert_eq!(registry["dominator"]["id"], 1);
    let run = heap.get("/1/nodes/5").ok();
    assert_eq!(run["retainers"][0]["from"]["class"], "Registry");
    assert_eq!(run["node"]["distance"], 2);
}

#[test]
fn owners_are_grouped_by_class() {
    let heap = Heap::start();
    let answer = heap.get("/1/owners").ok();
    let owners = answer["owners"].as_array().unwrap();
    let rows: Vec<_> = owners
        .iter()
        .map(|owner| (&owner["depth"], &owner["class"], &owner["objects"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!(1), &json!("Registry"), &json!(1)),
            (&json!(2), &json!("Run"), &json!(410)),
        ]
    );
    assert_eq!(owners[0]["edge"], "registry");
    assert_eq!(answer["left_out"], 0);
    let shallow = heap.get("/1/owners?depth=1").ok();
    assert_eq!(shallow["owners"].as_array().unwrap().len(), 1);
    assert_eq!(shallow["left_out"], 1);
}

#[test]
fn what_is_not_there_is_not_found() {
    let heap = Heap::start();
    // Number 2 is the note.
    for number in ["2", "9"] {
        heap.get(&format!("/{number}/summary"))
            .problem(404, "unknown-snapshot");
    }
    heap.get("/0/nodes/999999").problem(404, "unknown-object");
    let empty = heap.get("/0/paths?class=Nothing").ok();
    assert_eq!(empty["objects"], 0);
}
