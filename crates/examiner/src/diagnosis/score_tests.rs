//! A table of diagnoses and what each criterion gives for them.

use catalogue::{AskedBy, Location, Tool};

use super::*;

const ANSWER: &str = r#"
[mechanism]
points = 20
accept = ["inefficient-query"]
partial = { "insufficient-capacity" = 0.25 }
because = "The statement scans the table."

[component]
points = 10
accept = ["reports", "postgres"]
because = "It builds the statement."

[location]
points = 20
[[location.accept]]
path = "src/api/reports.rs"
function = "monthly"
note = "The filter has no index."

[chain]
points = 20
steps = ["traffic-rises", "queries-slow", "database-cpu-saturates", "unrelated-requests-fail"]
optional = ["callers-queue"]

[[evidence]]
id = "statement"
title = "The slow statement"
points = 10
any = [{ tool = "database", view = "statements" }, { tool = "traces", span = "SELECT reports" }]

[ruled_out]
points = 10
guilty = ["slow-report-query"]

[[ruled_out.red_herring]]
suspect = "network"

[[ruled_out.red_herring]]
suspect = "tenant-burst"
any = [{ tool = "metrics", attribute = "tenant_id" }]
"#;

fn perfect() -> Diagnosis {
    Diagnosis {
        mechanism: Some("inefficient-query".to_owned()),
        component: Some("reports".to_owned()),
        locations: vec![place("src/api/reports.rs", None, Some("monthly"))],
        chain: strings(&[
            "traffic-rises",
            "queries-slow",
            "database-cpu-saturates",
            "unrelated-requests-fail",
        ]),
        ruled_out: strings(&["network", "tenant-burst"]),
        evidence: Vec::new(),
        text: String::new(),
    }
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn place(path: &str, line: Option<u32>, function: Option<&str>) -> Location {
    Location {
        path: path.to_owned(),
        line,
        function: function.map(str::to_owned),
    }
}

fn query(tool: Tool, view: &str, spans: &[&str]) -> TrailQuery {
    TrailQuery {
        at_ms: 1,
        tool,
        view: view.to_owned(),
        query: String::new(),
        start_ms: None,
        end_ms: None,
        asked_by: AskedBy::Person,
        spans: strings(spans),
        services: Vec::new(),
        edges: Vec::new(),
        classes: Vec::new(),
    }
}

/// A look at the traffic of each tenant.
fn tenants() -> TrailQuery {
    TrailQuery {
        query: "sum by (tenant_id) (rate(http_server_request_duration_seconds_count[5m]))"
            .to_owned(),
        ..query(Tool::Metrics, "range", &[])
    }
}

fn run(diagnosis: &Diagnosis, trail: &[TrailQuery]) -> Verdict {
    let answer: Answer = toml::from_str(ANSWER).unwrap();
    let function_at = |path: &str, line: u32| {
        (path == "src/api/reports.rs" && (10..20).contains(&line)).then(|| "monthly".to_owned())
    };
    let submission = Submission {
        diagnosis,
        trail,
        function_at: &function_at,
    };
    score(&answer, "workflow-platform", &submission)
}

/// Changes the perfect diagnosis and looks at one criterion.
#[track_caller]
fn check(change: impl FnOnce(&mut Diagnosis), id: &str, points: f64, explanation: &str) {
    let mut diagnosis = perfect();
    change(&mut diagnosis);
    let verdict = run(&diagnosis, &[tenants()]);
    let criterion = verdict
        .criteria
        .iter()
        .find(|criterion| criterion.id == id)
        .unwrap();
    assert_eq!(criterion.points, points, "{criterion:?}");
    assert_eq!(criterion.explanation, explanation);
}

#[test]
fn a_perfect_diagnosis_with_its_evidence_gets_everything() {
    let trail = [query(Tool::Database, "statements", &[]), tenants()];
    let verdict = run(&perfect(), &trail);
    assert_eq!((verdict.points, verdict.max), (90.0, 90.0));
}

#[test]
fn an_empty_diagnosis_gets_nothing() {
    let verdict = run(&Diagnosis::default(), &[]);
    assert_eq!((verdict.points, verdict.max), (0.0, 90.0));
    assert!(
        verdict
            .criteria
            .iter()
            .all(|criterion| criterion.seen == "nothing")
    );
}

#[test]
fn every_criterion_explains_itself() {
    let verdict = run(&Diagnosis::default(), &[]);
    insta::assert_snapshot!(
        verdict
            .criteria
            .iter()
            .map(|c| format!("{}: {} [{}]", c.id, c.explanation, c.expected))
            .collect::<Vec<_>>()
            .join("\n"),
        @r"
    mechanism: Nothing was picked. The statement scans the table. [Inefficient data access]
    component: Nothing was picked. It builds the statement. [Reports]
    location: No place was named. [src/api/reports.rs, monthly]
    chain: No steps were given. [The request rate rises → Database statements take longer to execute → The database server's CPU or disk saturates → Requests that do not use the slow part fail]
    ruled-out: 0 of 2 red herrings are ruled out. Left: The network, A burst of one tenant. [The network, A burst of one tenant]
    evidence.statement: No query in database or traces showed it. [The slow statement]
    "
    );
}

#[test]
fn mechanism_and_component() {
    check(
        |d| d.mechanism = Some("insufficient-capacity".to_owned()),
        "mechanism",
        5.0,
        "Partly right: it is part of what happened, but not the root. The statement scans the \
         table.",
    );
    check(
        |d| d.mechanism = Some("race-condition".to_owned()),
        "mechanism",
        0.0,
        "Not this one. The statement scans the table.",
    );
    check(
        |d| d.component = Some("postgres".to_owned()),
        "component",
        10.0,
        "Right. It builds the statement.",
    );
}

#[test]
fn location() {
    let file = "src/api/reports.rs";
    check(
        |d| d.locations = vec![place(file, None, Some("Reports::monthly()"))],
        "location",
        20.0,
        "Right file and function. The filter has no index.",
    );
    check(
        |d| d.locations = vec![place("./src/api/reports.rs", Some(12), None)],
        "location",
        20.0,
        "Right file and function. The filter has no index.",
    );
    check(
        |d| d.locations = vec![place(file, Some(99), None)],
        "location",
        10.0,
        "Right file; the function `monthly` was not named. The filter has no index.",
    );
    check(
        |d| d.locations = vec![place(file, None, Some("yearly"))],
        "location",
        10.0,
        "Right file, but `yearly` is not the function; it is `monthly`. The filter has no index.",
    );
    check(
        |d| d.locations = [vec![place("a", None, None); 3], d.locations.clone()].concat(),
        "location",
        0.0,
        "None of the places named is in a file that carries the fault. Only the first three \
         places count.",
    );
}

#[test]
fn chain() {
    check(
        |d| d.chain.insert(2, "callers-queue".to_owned()),
        "chain",
        20.0,
        "Every step is there, in the right order.",
    );
    check(
        |d| d.chain.swap(0, 1),
        "chain",
        15.0,
        "3 of 4 steps stand in the right order. The steps are right, their order is not.",
    );
    check(
        |d| drop(d.chain.remove(0)),
        "chain",
        15.0,
        "3 of 4 steps stand in the right order. Missing: “The request rate rises”.",
    );
    check(
        |d| d.chain.push("deployment".to_owned()),
        "chain",
        16.0,
        "4 of 4 steps stand in the right order. Not part of it: “A new version is deployed”.",
    );
}

#[test]
fn ruled_out() {
    check(
        |d| drop(d.ruled_out.pop()),
        "ruled-out",
        5.0,
        "1 of 2 red herrings are ruled out. Left: A burst of one tenant.",
    );
    check(
        |d| d.ruled_out.push("slow-report-query".to_owned()),
        "ruled-out",
        0.0,
        "A slow reporting query took part and must not be ruled out.",
    );
    check(
        |d| d.ruled_out.push("email-partner".to_owned()),
        "ruled-out",
        10.0,
        "Everything that looked guilty and was not is ruled out.",
    );
}

#[test]
fn evidence_is_what_was_queried_and_not_what_was_said() {
    let found = |trail: &[TrailQuery]| run(&perfect(), trail).criteria.pop().unwrap().points;
    assert_eq!(found(&[]), 0.0);
    assert_eq!(found(&[query(Tool::Database, "sessions", &[])]), 0.0);
    assert_eq!(
        found(&[query(Tool::Traces, "trace", &["SELECT reports"])]),
        10.0
    );
}

#[test]
fn what_the_page_asked_by_itself_is_no_evidence() {
    let shown = TrailQuery {
        asked_by: AskedBy::Page,
        ..query(Tool::Database, "statements", &[])
    };
    let evidence = run(&perfect(), std::slice::from_ref(&shown))
        .criteria
        .pop()
        .unwrap();
    assert_eq!(evidence.points, 0.0);
    assert_eq!(
        evidence.explanation,
        "A panel of the page showed it, but it was neither pinned nor asked for."
    );
    let asked = query(Tool::Database, "statements", &[]);
    let evidence = run(&perfect(), &[shown, asked]).criteria.pop().unwrap();
    assert_eq!(evidence.points, 10.0);
}

#[test]
fn who_has_not_looked_has_ruled_nothing_out() {
    let verdict = run(&perfect(), &[]);
    let criterion = verdict
        .criteria
        .iter()
        .find(|it| it.id == "ruled-out")
        .unwrap();
    assert_eq!(criterion.points, 5.0);
    assert_eq!(
        criterion.explanation,
        "1 of 2 red herrings are ruled out. Right, but nothing that was asked or pinned could show it: \
         A burst of one tenant."
    );
}
