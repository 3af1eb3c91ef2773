//! The command line from outside: exit codes and what is printed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use heap::{EdgeType, NodeType, SnapshotBuilder};

fn firedrill(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedrill"));
    command.args(arguments).stdin(Stdio::null());
    // Whoever runs the tests may have set them.
    for name in [
        "FIREDRILL_DRILLS",
        "FIREDRILL_DATA",
        "FIREDRILL_PORT",
        "DISPLAY",
        "WAYLAND_DISPLAY",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs a command that must fail with this exit code and this text on standard error.
#[track_caller]
fn check_failure(arguments: &[&str], code: i32, expect: &str) {
    let output = firedrill(arguments);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(expect), "expected {expect:?} in:\n{text}");
}

/// The standard output of a command that must succeed.
#[track_caller]
fn succeed(arguments: &[&str]) -> String {
    let output = firedrill(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_teaches() {
    let help = succeed(&["--help"]);
    for part in [
        "Examples:",
        "Exit codes:",
        "firedrill simulate timeout-cascade --seed 7",
    ] {
        assert!(help.contains(part), "{help}");
    }
    assert!(succeed(&["simulate", "--help"]).contains("Example:"));
}

#[test]
fn drills_are_listed() {
    let list = succeed(&["drills"]);
    let is_listed = |line: &str| {
        let mut words = line.split_whitespace();
        words.next() == Some("timeout-cascade")
            && words.next().is_some_and(|id| id.starts_with("d-"))
    };
    assert!(list.lines().any(is_listed), "{list}");
}

#[test]
fn an_unknown_drill_is_answered_with_the_nearest_one() {
    check_failure(
        &[
            "simulate",
            "timeout-cascad",
            "--seed",
            "7",
            "--out",
            "never-made",
        ],
        2,
        "error: there is no drill `timeout-cascad`\n  next: did you mean `timeout-cascade`?",
    );
}

#[test]
fn arguments_that_cannot_be_used_are_explained() {
    let simulate = |option: &str, value: &str, expect: &str| {
        let arguments = [
            "simulate",
            "timeout-cascade",
            option,
            value,
            "--out",
            "never-made",
        ];
        check_failure(&arguments, 2, expect);
    };
    simulate(
        "--seed",
        "seven",
        "a seed is a whole number from 0 to 18446744073709551615",
    );
    simulate("--hours", "99", "hours are a number from 0.1 to 24");
    simulate(
        "--difficulty",
        "hard",
        "a level is one of junior, mid, senior, staff",
    );
    check_failure(&["system", "shop"], 2, "use one of: workflow-platform");
    check_failure(&["nonsense"], 2, "unrecognized subcommand 'nonsense'");
}

#[test]
fn drills_that_cannot_be_read_are_explained() {
    check_failure(
        &["drills", "--drills", "no/such/folder"],
        3,
        "cannot read the drills folder",
    );
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("broken")).unwrap();
    fs::write(folder.path().join("broken/drill.toml"), "title = 1\n").unwrap();
    let path = folder.path().to_str().unwrap();
    check_failure(&["drills", "--drills", path], 6, "broken/drill.toml:1: ");
}

#[test]
fn recordings_that_cannot_be_read_are_explained() {
    check_failure(&["inspect", "no/such/recording"], 4, "does not exist");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    check_failure(
        &["inspect", path],
        4,
        "is not a recording: it has no manifest.json",
    );
    fs::write(
        folder.path().join("manifest.json"),
        "{\"format\": \"other\"}",
    )
    .unwrap();
    check_failure(&["inspect", path], 4, "instead of \"firedrill-recording\"");
}

#[test]
fn a_port_that_is_taken_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    check_failure(
        &[
            "serve",
            "--port",
            &port,
            "--data",
            data,
            "--no-otlp",
            "--no-open",
        ],
        3,
        "next: another Firedrill may be running; stop it, or choose another port with --port",
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let data = file.join("data");
    check_failure(
        &[
            "--port",
            "0",
            "--data",
            data.to_str().unwrap(),
            "--no-otlp",
            "--no-open",
        ],
        3,
        "next: choose a folder that can be written with --data",
    );
}

#[test]
fn the_server_says_where_it_is_and_stops_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut child = command(&["--port", "0", "--data", data, "--no-otlp", "--no-open"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(
        line.starts_with("Firedrill is at http://127.0.0.1:"),
        "{line}"
    );
    let stopped = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(stopped.success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_same_seed_gives_the_same_hash_in_two_processes() {
    let folder = tempfile::tempdir().unwrap();
    let hash = |name: &str| {
        let out = folder.path().join(name);
        let out = out.to_str().unwrap();
        let arguments = [
            "simulate",
            "timeout-cascade",
            "--seed",
            "7",
            "--hours",
            "0.1",
            "--out",
            out,
        ];
        let text = succeed(&arguments);
        for field in ["spans: ", "logs: ", "samples: "] {
            assert!(text.lines().any(|line| line.starts_with(field)), "{text}");
        }
        text.lines()
            .find_map(|line| line.strip_prefix("hash: "))
            .unwrap()
            .to_owned()
    };
    let first = hash("a");
    assert_eq!(first, hash("b"));

    let report = succeed(&["inspect", folder.path().join("a").to_str().unwrap()]);
    assert!(report.contains(&first), "{report}");
    check_existing(&folder.path().join("a"));
    check_damaged(&folder.path().join("b"));
}

fn check_existing(recording: &Path) {
    let out = recording.to_str().unwrap();
    check_failure(
        &[
            "simulate",
            "timeout-cascade",
            "--seed",
            "7",
            "--hours",
            "0.1",
            "--out",
            out,
        ],
        3,
        "choose another folder with --out",
    );
}

fn check_damaged(recording: &Path) {
    let file = recording.join("logs.parquet");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&file, bytes).unwrap();
    check_failure(&["inspect", recording.to_str().unwrap()], 4, "is damaged");
}

/// A folder with two snapshots of one process: the first small, the second with 500 sessions more, compressed.
fn heap_snapshots() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = |sessions: u32| {
        let mut builder = SnapshotBuilder::new();
        let registry = builder.node(NodeType::Object, "Registry", 3, 64);
        builder.edge(builder.root(), EdgeType::Property, "registry", registry);
        for at in 0..sessions {
            let session = builder.node(NodeType::Object, "Session", 5 + at * 2, 1_000);
            builder.element(registry, at, session);
        }
        let mut file = Vec::new();
        builder.write(&mut file).unwrap();
        file
    };
    fs::write(folder.path().join("a.heapsnapshot"), snapshot(10)).unwrap();
    let compressed = zstd::encode_all(snapshot(510).as_slice(), 1).unwrap();
    fs::write(folder.path().join("b.heapsnapshot.zst"), compressed).unwrap();
    folder
}

#[test]
fn heap_snapshots_are_summed_up_compared_and_explained() {
    let folder = heap_snapshots();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (a, b) = (path("a.heapsnapshot"), path("b.heapsnapshot.zst"));

    let summary = succeed(&["heap", "summary", &b]);
    assert!(
        summary.contains("512 objects, 511 references, 498.1 KiB"),
        "{summary}"
    );
    assert!(
        summary.contains("510 objects of the class Session"),
        "{summary}"
    );
    let top = succeed(&["heap", "summary", &b, "--top", "1"]);
    assert!(
        top.contains("2 more classes, the largest keeps 498.0 KiB"),
        "{top}"
    );

    let diff = succeed(&["heap", "diff", &a, &b, "--json"]);
    let diff: serde_json::Value = serde_json::from_str(&diff).unwrap();
    let session = diff["classes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["class"] == "Session")
        .unwrap();
    assert_eq!(session["new"]["count"], 500);
    assert_eq!(session["freed"]["count"], 0);
    assert_eq!(diff["suspects"][0]["rule"], "growing class");
    let other = succeed(&["heap", "diff", &a, &b, "--different-processes"]);
    let row = other
        .lines()
        .find(|line| line.starts_with("Session"))
        .unwrap();
    let row: Vec<_> = row.split_whitespace().collect();
    assert_eq!(row[..6], ["Session", "10", "510", "?", "?", "+500"]);

    let paths = succeed(&["heap", "paths", &b, "--class", "Session"]);
    assert!(paths.contains("510 of them (100.0 %)"), "{paths}");
    assert!(paths.contains("    […] Session x 510"), "{paths}");
    assert!(succeed(&["heap", "paths", &a, "--node", "5"]).starts_with("1 objects"));
}

#[test]
fn heap_snapshots_that_cannot_be_used_are_explained() {
    let folder = heap_snapshots();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let a = path("a.heapsnapshot");
    check_failure(
        &["heap", "summary", "no/such/file"],
        4,
        "cannot read no/such/file",
    );
    check_failure(
        &["heap", "paths", &a, "--class", "sess"],
        2,
        "next: use one of: Session",
    );
    check_failure(
        &["heap", "paths", &a, "--node", "9999"],
        2,
        "no object @9999 is in the snapshot",
    );
    check_failure(&["heap", "diff", &a], 2, "2 values required");
    let whole = fs::read(&a).unwrap();
    fs::write(path("cut"), &whole[..whole.len() / 2]).unwrap();
    check_failure(&["heap", "summary", &path("cut")], 4, "it ends at byte");
    fs::write(path("foreign"), "{\"head\":{}}").unwrap();
    check_failure(
        &["heap", "summary", &path("foreign")],
        4,
        "not a V8 heap snapshot\n  next: Write one with",
    );
}

#[test]
fn completions_name_every_command() {
    let script = succeed(&["completions", "bash"]);
    for command in ["serve", "drills", "simulate", "inspect", "system", "heap"] {
        assert!(script.contains(command), "{command}");
    }
}
