//! The command line from outside: exit codes and what is printed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

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

#[test]
fn completions_name_every_command() {
    let script = succeed(&["completions", "bash"]);
    for command in ["serve", "drills", "simulate", "inspect", "system"] {
        assert!(script.contains(command), "{command}");
    }
}
