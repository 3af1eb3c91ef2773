//! The command line, as the product uses it.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_workflow-platform");
    Command::new(program)
        .args(arguments)
        .output()
        .expect("the program runs")
}

#[test]
fn two_processes_write_the_same_bytes_for_the_same_seed() {
    let simulate = |seed: &str| {
        let arguments = [
            "simulate",
            "--scenario",
            "timeout-cascade",
            "--hours",
            "0.1",
            "--seed",
            seed,
        ];
        let output = run(&arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let (first, second, other) = (simulate("7"), simulate("7"), simulate("8"));
    assert!(first.len() > 1_000_000, "{} bytes", first.len());
    assert!(first == second, "two runs of seed 7 differ");
    assert!(first != other, "seeds 7 and 8 do not differ");
}

#[test]
fn scenarios_are_listed_and_described_as_json() {
    let list: Vec<String> = serde_json::from_slice(&run(&["scenarios"]).stdout).expect("a list");
    assert_eq!(list, ["timeout-cascade"]);
    let description = run(&["scenarios", "--describe", "timeout-cascade", "--seed", "7"]);
    let description: serde_json::Value =
        serde_json::from_slice(&description.stdout).expect("an object");
    assert_eq!(description["seed"], serde_json::json!(7));
    assert!(
        description["variant"]["onset_seconds"].is_u64(),
        "{description}"
    );
}

#[test]
fn mistakes_are_explained() {
    let check = |arguments: &[&str], expect: &str| {
        let output = run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expect), "{said}");
    };
    check(
        &["simulate", "--scenario", "nope", "--seed", "1"],
        "choose one of: timeout-cascade",
    );
    check(
        &["simulate", "--scenario", "timeout-cascade", "--seed", "x"],
        "invalid value 'x'",
    );
    let hours = [
        "simulate",
        "--scenario",
        "timeout-cascade",
        "--seed",
        "1",
        "--hours",
        "900",
    ];
    check(&hours, "between 0.1 and 24");
    let level = [
        "simulate",
        "--scenario",
        "timeout-cascade",
        "--seed",
        "1",
        "--difficulty",
        "wizard",
    ];
    check(&level, "junior, mid, senior or staff");
}
