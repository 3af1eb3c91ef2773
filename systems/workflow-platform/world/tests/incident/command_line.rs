//! The command line, as the product uses it.

use std::process::{Command, Output};

const SCENARIOS: [&str; 6] = [
    "hourly-freeze",
    "timeout-cascade",
    "failing-webhooks",
    "slow-customer",
    "crashing-service",
    "stalling-pages",
];

fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_workflow-platform");
    Command::new(program)
        .args(arguments)
        .output()
        .expect("the program runs")
}

/// Every scenario, around the time at which its incident begins.
#[test]
fn two_processes_write_the_same_bytes_for_the_same_seed() {
    for scenario in SCENARIOS {
        let simulate = |seed: &str| {
            let onset = describe(scenario, seed)["onset_seconds"]
                .as_u64()
                .expect("seconds");
            let (from, until) = ((onset - 120).to_string(), (onset + 180).to_string());
            let part = ["--from-seconds", &from, "--until-seconds", &until];
            let arguments = ["simulate", "--scenario", scenario, "--seed", seed];
            let output = run(&[&arguments[..], &part[..]].concat());
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{scenario}: {said}");
            output.stdout
        };
        let (first, second, other) = (simulate("7"), simulate("7"), simulate("8"));
        assert!(first.len() > 200_000, "{scenario}: {} bytes", first.len());
        assert!(first == second, "{scenario}: two runs of seed 7 differ");
        assert!(first != other, "{scenario}: seeds 7 and 8 do not differ");
    }
}

fn describe(scenario: &str, seed: &str) -> serde_json::Value {
    let output = run(&["scenarios", "--describe", scenario, "--seed", seed]);
    serde_json::from_slice(&output.stdout).expect("an object")
}

#[test]
fn scenarios_are_listed_and_described_as_json() {
    let list: Vec<String> = serde_json::from_slice(&run(&["scenarios"]).stdout).expect("a list");
    assert_eq!(list, SCENARIOS);
    for scenario in SCENARIOS {
        let description = describe(scenario, "7");
        assert_eq!(description["seed"], serde_json::json!(7));
        let seconds = |value: &serde_json::Value| value.as_u64().expect("seconds");
        let proof = &description["proof"];
        let onset = seconds(&description["onset_seconds"]);
        assert!(seconds(&proof["from_seconds"]) < onset, "{description}");
        assert!(onset < seconds(&proof["until_seconds"]), "{description}");
    }
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
        "choose one of: hourly-freeze, timeout-cascade",
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
    let part = [
        "simulate",
        "--scenario",
        "timeout-cascade",
        "--seed",
        "1",
        "--from-seconds",
        "600",
    ];
    check(&part, "--until-seconds");
}
