//! The same seed gives the same bytes, in one process and in two.

mod common;

#[path = "common/world.rs"]
mod world;

use std::process::Command;

use common::record;

const SECONDS: u64 = 180;

fn bytes(seed: u64) -> Vec<u8> {
    record(seed, world::main(SECONDS)).bytes()
}

#[test]
fn same_seed_same_bytes_other_seed_others() {
    let first = bytes(1);
    assert!(
        first.len() > 1_000_000,
        "{} bytes are hardly a world",
        first.len()
    );
    assert!(first == bytes(1), "two runs of seed 1 differ");
    assert!(first != bytes(2), "seeds 1 and 2 give the same");
}

#[test]
fn the_world_is_worth_comparing() {
    let recording = record(1, world::main(SECONDS));
    let count = |service: &str| {
        recording
            .spans()
            .iter()
            .filter(|(owner, _)| owner == service)
            .count()
    };
    assert!(count("api") > 5_000, "{} spans", count("api"));
    let restarts = recording
        .logs()
        .iter()
        .filter(|(_, log)| log.event_name == "process.restarted")
        .count();
    assert!(restarts >= 2, "{restarts} restarts");
    let failures = recording
        .logs()
        .iter()
        .filter(|(_, log)| log.severity_text == "WARN")
        .count();
    assert!(failures > 100, "{failures} failed payments");
    assert!(!recording.samples("api", "requests").is_empty());
}

/// Variable that makes the test below the child: it writes its bytes to the file that the variable names.
const CHILD: &str = "SIM_DETERMINISM_CHILD";

#[test]
fn two_processes_give_the_same_bytes() {
    if let Ok(path) = std::env::var(CHILD) {
        std::fs::write(path, bytes(3)).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let runs: Vec<_> = ["first", "second"]
        .map(|name| {
            let path = folder.path().join(name);
            let program = std::env::current_exe().unwrap();
            let child = Command::new(program)
                .args(["--exact", "two_processes_give_the_same_bytes"])
                .env(CHILD, &path)
                .spawn()
                .unwrap();
            (child, path)
        })
        .into_iter()
        .map(|(mut child, path)| {
            assert!(child.wait().unwrap().success());
            std::fs::read(path).unwrap()
        })
        .collect();
    assert!(!runs[0].is_empty());
    assert!(runs[0] == runs[1], "two processes with seed 3 differ");
}
