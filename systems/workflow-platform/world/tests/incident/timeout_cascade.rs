//! The scenario is alive: what the brief describes happens in its time, and not before.

use std::collections::BTreeSet;
use std::time::Duration;

use workflow_platform_world::describe;
use workflow_platform_world::scenarios::{
    Difficulty, IncidentSpec, Scenario, TimeoutCascade, Variant,
};

use crate::reading::{Recording, Request, record};

/// What users are promised: 95 of 100 requests of a route that calls no partner end within this time.
const OBJECTIVE: Duration = Duration::from_millis(500);

fn spec(seed: u64, hours: f64, difficulty: Difficulty) -> IncidentSpec {
    IncidentSpec {
        scenario: Scenario::TimeoutCascade,
        seed,
        window: Duration::from_secs_f64(hours * 3_600.0),
        difficulty,
        part: None,
    }
}

fn variant(spec: IncidentSpec) -> TimeoutCascade {
    match describe(spec).variant {
        Variant::TimeoutCascade(variant) => variant,
        other => panic!("another scenario: {other:?}"),
    }
}

/// Whether a request asks the validation service.
fn asks_a_partner(request: &Request) -> bool {
    let changes = [
        "POST /v1/workflows",
        "PUT /v1/workflows/{id}",
        "POST /v1/workflows/{id}/start",
    ];
    changes.contains(&request.name.as_str())
}

/// The 95th percentile of unrelated requests that ended in this minute, if there were any.
fn p95_of_minute(recording: &Recording, minute: u64) -> Option<Duration> {
    let range = Duration::from_mins(minute)..Duration::from_mins(minute + 1);
    let requests = recording
        .requests
        .iter()
        .filter(|request| !asks_a_partner(request) && range.contains(&request.at));
    let mut times: Vec<_> = requests.map(|request| request.took).collect();
    times.sort();
    times.get(times.len() * 95 / 100).copied()
}

#[test]
fn unrelated_endpoints_breach_their_objective_during_the_incident_and_not_before() {
    let spec = spec(3, 0.6, Difficulty::Senior);
    let variant = variant(spec);
    let recording = record(spec);

    let before = 0..variant.onset_seconds / 60;
    for minute in before {
        let p95 = p95_of_minute(&recording, minute).expect("requests in every minute");
        assert!(p95 < OBJECTIVE, "minute {minute}: {p95:?}");
    }
    let worst = (variant.onset_seconds / 60..variant.recovery_seconds / 60 + 1)
        .filter_map(|minute| p95_of_minute(&recording, minute))
        .max();
    assert!(worst > Some(OBJECTIVE * 10), "{worst:?}");
    let unrelated = |status| {
        let failed = recording
            .requests
            .iter()
            .filter(|request| !asks_a_partner(request) && request.status == status);
        failed.map(|request| request.at).min()
    };
    let onset = Duration::from_secs(variant.onset_seconds);
    assert!(
        unrelated(503).is_some_and(|at| at > onset),
        "database unavailable"
    );
    let after = variant.recovery_seconds / 60 + 2;
    assert!(
        p95_of_minute(&recording, after).is_some_and(|p95| p95 < OBJECTIVE),
        "recovers"
    );
    check_infrastructure(&recording);
    assert!(
        recording.completed_workflows > 8_000,
        "{}",
        recording.completed_workflows
    );
}

fn check_infrastructure(recording: &Recording) {
    let peak = |service: &str, metric: &str, state: Option<&str>| {
        let samples = recording.samples.iter().filter(|sample| {
            sample.service == service && sample.metric == metric && sample.state.as_deref() == state
        });
        samples.map(|sample| sample.value).fold(0.0, f64::max)
    };
    assert!(
        peak(
            "api",
            "db.client.connection.count",
            Some("idle_in_transaction")
        ) > 190.0,
        "the pool fills"
    );
    assert!(
        peak("api", "db.client.connection.pending_requests", None) > 20.0,
        "callers queue"
    );
    assert!(
        peak("postgres", "system.cpu.utilization", None) < 0.3,
        "the server is bored"
    );
    assert!(
        peak("postgres", "system.disk.utilization", None) < 0.5,
        "its disk too"
    );
    let refused = recording
        .samples
        .iter()
        .filter(|sample| sample.metric == "db.client.connection.timeouts");
    assert!(
        refused
            .map(|sample| (sample.at, sample.value))
            .max_by(|a, b| a.0.cmp(&b.0))
            .is_some_and(|last| last.1 > 0.0)
    );
}

#[test]
fn the_seed_draws_within_the_contract() {
    for difficulty in [
        Difficulty::Junior,
        Difficulty::Mid,
        Difficulty::Senior,
        Difficulty::Staff,
    ] {
        for seed in 1..=40 {
            let spec = spec(seed, 6.0, difficulty);
            check_variant(&variant(spec), spec.window.as_secs());
        }
    }
}

#[track_caller]
fn check_variant(variant: &TimeoutCascade, window: u64) {
    assert!(
        (window / 3..=window * 2 / 3).contains(&variant.onset_seconds),
        "{variant:?}"
    );
    let lasts = variant.recovery_seconds - variant.onset_seconds - variant.ramp_seconds;
    assert!((30 * 60..=70 * 60).contains(&lasts), "{variant:?}");
    assert!(variant.recovery_seconds + 30 * 60 < window, "{variant:?}");
    let kinds: BTreeSet<_> = variant
        .red_herrings
        .iter()
        .map(|herring| herring.id)
        .collect();
    assert!(
        kinds.len() >= 2 && kinds.len() == variant.red_herrings.len(),
        "{variant:?}"
    );
    assert!(
        variant
            .red_herrings
            .iter()
            .all(|herring| herring.at_seconds < window),
        "{variant:?}"
    );
}

#[test]
fn seeds_differ() {
    let specs = (1..=20).map(|seed| spec(seed, 6.0, Difficulty::Senior));
    let onsets: BTreeSet<_> = specs
        .clone()
        .map(|spec| describe(spec).onset_seconds)
        .collect();
    let days: BTreeSet<_> = specs.clone().map(|spec| describe(spec).start).collect();
    let restarts = specs
        .filter(|spec| variant(*spec).restart_seconds.is_some())
        .count();
    assert!(onsets.len() > 15 && days.len() > 15 && (1..20).contains(&restarts));
}
