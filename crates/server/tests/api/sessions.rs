//! Sessions from creation to result, over HTTP.

use crate::support::stream::{START_MS, trace_id};
use crate::support::{TestServer, http};
use serde_json::{Value, json};

#[test]
fn the_catalogue_shows_the_drill_under_a_neutral_id() {
    let server = TestServer::start();
    let drills = server.get("/api/v1/drills").ok();
    let drill = &drills["drills"][0];
    assert_eq!(drill["id"], server.drill.as_str());
    assert_eq!(drill["title"], "Pages answer late");
    assert_eq!(drill["system"]["title"], "Workflow platform");
    assert_eq!(drill["best"], Value::Null);
}

#[test]
fn a_session_becomes_ready_with_its_recording() {
    let server = TestServer::start();
    let id = server.new_session();
    let session = server.wait(&id);
    assert_eq!(session["state"], "ready");
    assert_eq!(session["seed"], "7");
    assert_eq!(session["difficulty"], "senior");
    assert_eq!(session["preparation"]["fraction"], 1.0);
    assert_eq!(session["preparation"]["spans"], 1800);
    assert_eq!(session["start_range"]["start_ms"], START_MS + 60_000);
    assert_eq!(session["start_range"]["end_ms"], START_MS + 300_000);
    assert!(session["started_at_ms"].as_i64() >= session["created_at_ms"].as_i64());
    assert_eq!(server.get("/api/v1/sessions").ok()["sessions"][0], session);

    let recording = session["recording_id"].as_str().unwrap();
    let recording = server.get(&format!("/api/v1/recordings/{recording}")).ok();
    assert_eq!(recording["session_id"], id.as_str());
    assert_eq!(recording["state"], "sealed");
    assert_eq!(
        (&recording["spans"], &recording["logs"]),
        (&json!(1800), &json!(600))
    );
}

#[test]
fn events_tell_progress_and_then_the_session() {
    let server = TestServer::with_script("cat \"$0\"; sleep 0.3");
    let id = server.new_session();
    let events = server.get(&format!("/api/v1/sessions/{id}/events"));
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    let names: Vec<&str> = events
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(
        (names.first(), names.last()),
        (Some(&"progress"), Some(&"ready")),
        "{names:?}"
    );
    let late = server.get(&format!("/api/v1/sessions/{id}/events"));
    assert!(late.text.starts_with("event: ready\n"), "{}", late.text);
}

/// Half of the stream, a second piece after the first progress was told, and the rest on demand.
const PLAY_UNTIL_GO: &str = r#"n=$(wc -c < "$0"); a=$((n / 2)); b=$((n / 5))
head -c $a "$0"; sleep 0.3; tail -c +$((a + 1)) "$0" | head -c $b
until test -e "$0.go"; do sleep 0.02; done; tail -c +$((a + b + 1)) "$0""#;

#[test]
fn an_incident_can_be_looked_at_while_it_plays() {
    let server = TestServer::with_script(PLAY_UNTIL_GO);
    let id = server.new_session();
    let session = server.wait_while(&id, &["preparing"]);
    assert_eq!(session["state"], "playing", "{session}");
    assert_eq!(session["started_at_ms"], Value::Null);
    let path = format!(
        "/api/v1/recordings/{}",
        session["recording_id"].as_str().unwrap()
    );
    let recording = server.get(&path).ok();
    let end_ms = START_MS + 600_000;
    assert_eq!(recording["state"], "open");
    assert_eq!(recording["end_ms"], end_ms);
    assert_eq!(recording["session_id"], id.as_str());
    let until_ms = recording["recorded_until_ms"].as_i64().unwrap();
    assert!(
        (START_MS + 240_000..end_ms).contains(&until_ms),
        "{recording}"
    );
    assert_eq!(
        server.get("/api/v1/recordings").ok()["recordings"][0],
        recording
    );

    // The grid is that of the whole incident, its slots are empty where nothing has been simulated.
    let chart = format!(
        "{path}/metrics/range?query=http_server_request_duration_seconds_count&start_ms={START_MS}\
         &end_ms={end_ms}&step_ms=15000"
    );
    let known = |chart: &Value| {
        let values = chart["series"][0]["values"].as_array().unwrap();
        assert_eq!(values.len(), 40);
        values.iter().rposition(|value| !value.is_null()).unwrap() as i64
    };
    let last_known = known(&server.get_in(&id, &chart).ok());
    assert!(
        (15..(until_ms - START_MS + 14_999) / 15_000).contains(&last_known),
        "{last_known}"
    );
    server
        .post(&format!("/api/v1/sessions/{id}/hand-in"), &json!({}))
        .problem(409, "wrong-state");

    server.go();
    let session = server.wait(&id);
    assert_eq!(session["state"], "ready", "{session}");
    let recording = server.get(&path).ok();
    assert_eq!(recording["state"], "sealed");
    assert_eq!(recording["recorded_until_ms"], recording["end_ms"]);
    assert_eq!(known(&server.get(&chart).ok()), 39);
}

#[test]
fn an_incident_that_fails_while_it_plays_leaves_nothing_behind() {
    let server =
        TestServer::with_script(&PLAY_UNTIL_GO.replace("done; tail", "done; exit 3; tail"));
    let id = server.new_session();
    let session = server.wait_while(&id, &["preparing"]);
    let recording = session["recording_id"].as_str().unwrap().to_owned();
    server.go();
    let session = server.wait(&id);
    assert_eq!(session["state"], "failed");
    assert_eq!(session["recording_id"], Value::Null);
    server
        .get(&format!("/api/v1/recordings/{recording}"))
        .problem(404, "unknown-recording");
}

#[test]
fn a_failed_session_says_why_and_can_be_retried() {
    let server =
        TestServer::with_script("test -e \"$0.ok\" && cat \"$0\" || { touch \"$0.ok\"; exit 3; }");
    let id = server.new_session();
    let session = server.wait(&id);
    assert_eq!(session["state"], "failed");
    let problem = &session["problem"];
    assert_eq!(problem["code"], "simulation-failed");
    assert_eq!(
        problem["detail"],
        "The incident with seed 7 could not be simulated: the system ended early (exit status: 3)."
    );
    assert!(
        problem["next_step"]
            .as_str()
            .unwrap()
            .contains(&format!("simulate {}", server.drill))
    );

    let retried = server.send("POST", &format!("/api/v1/sessions/{id}/retry"), None);
    assert_eq!(retried.ok()["problem"], Value::Null);
    assert_eq!(server.wait(&id)["state"], "ready");
    server
        .send("POST", &format!("/api/v1/sessions/{id}/retry"), None)
        .problem(409, "wrong-state");
}

#[test]
fn a_restart_keeps_what_is_ready_and_fails_what_was_interrupted() {
    let server = TestServer::start();
    let (ready, recording) = server.ready();
    let server = server.restart("exec sleep 60");
    let interrupted = server.new_session();
    let server = server.restart("cat \"$0\"");

    let session = server.wait(&interrupted);
    assert_eq!(
        session["problem"]["code"], "preparation-interrupted",
        "{session}"
    );
    assert_eq!(server.wait(&ready)["state"], "ready");
    server
        .get(&format!("/api/v1/recordings/{recording}/metrics/names"))
        .ok();
    server
        .send(
            "POST",
            &format!("/api/v1/sessions/{interrupted}/retry"),
            None,
        )
        .ok();
    assert_eq!(server.wait(&interrupted)["state"], "ready");
}

#[test]
fn a_deleted_session_takes_its_recording_with_it() {
    let server = TestServer::start();
    let (id, recording) = server.ready();
    let deleted = server.send("DELETE", &format!("/api/v1/sessions/{id}"), None);
    assert_eq!(deleted.status, 204);
    server
        .get(&format!("/api/v1/sessions/{id}"))
        .problem(404, "unknown-session");
    let folder = server.data().join("recordings").join(&recording);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while folder.exists() {
        assert!(std::time::Instant::now() < deadline, "the recording stays");
    }
    server
        .get(&format!("/api/v1/recordings/{recording}"))
        .problem(404, "unknown-recording");
}

#[test]
fn deleting_a_session_stops_its_simulation() {
    let server = TestServer::with_script("exec sleep 60");
    let id = server.new_session();
    assert_eq!(
        server
            .send("DELETE", &format!("/api/v1/sessions/{id}"), None)
            .status,
        204
    );
    let other = server.new_session();
    // The only turn is free again, so that this one starts and can be stopped as well.
    assert_eq!(
        server
            .send("DELETE", &format!("/api/v1/sessions/{other}"), None)
            .status,
        204
    );
}

#[test]
fn wrong_requests_are_answered_with_problems() {
    let server = TestServer::start();
    let new = |body: Value| server.post("/api/v1/sessions", &body);
    new(json!({ "drill_id": "d-000000" })).problem(404, "unknown-drill");
    for seed in [json!("seven"), json!(-1), json!(1.5), json!([])] {
        new(json!({ "drill_id": server.drill, "seed": seed })).problem(400, "invalid-seed");
    }
    new(json!({ "drill_id": server.drill, "sead": 1 })).problem(400, "invalid-body");
    new(json!({ "drill_id": server.drill, "difficulty": "hard" })).problem(400, "invalid-body");
    server
        .get("/api/v1/sessions/none")
        .problem(404, "unknown-session");
    server
        .get("/api/v1/nothing")
        .problem(404, "unknown-endpoint");
    let huge = json!({ "kind": "note", "text": "x".repeat(2 << 20) });
    server
        .post("/api/v1/sessions/none/notebook", &huge)
        .problem(413, "body-too-large");
}

#[test]
fn seeds_may_be_digits_and_are_drawn_when_left_out() {
    let server = TestServer::start();
    let seed = |body: Value| server.post("/api/v1/sessions", &body).json()["seed"].clone();
    let largest = "18446744073709551615";
    assert_eq!(
        seed(json!({ "drill_id": server.drill, "seed": largest })),
        largest
    );
    let drawn = seed(json!({ "drill_id": server.drill }));
    assert!(drawn.as_str().unwrap().parse::<u64>().unwrap() < 1_000_000);
}

#[test]
fn the_notebook() {
    let server = TestServer::start();
    let id = server.new_session();
    let notebook = format!("/api/v1/sessions/{id}/notebook");
    let pinned = json!({
        "kind": "evidence", "text": "look", "tool": "logs", "url": "/s/x", "query": "level:error",
        "start_ms": 1, "end_ms": 2,
    });
    let entry = server.post(&notebook, &pinned);
    assert_eq!(entry.status, 201);
    let hypothesis = server
        .post(
            &notebook,
            &json!({ "kind": "hypothesis", "text": "the pool" }),
        )
        .json();
    assert_eq!(hypothesis["status"], "open");
    let path = format!("{notebook}/{}", hypothesis["id"].as_str().unwrap());
    let change = json!({ "status": "ruled_out" });
    let changed = server.send("PATCH", &path, Some(&change)).ok();
    assert_eq!(
        (&changed["status"], &changed["text"]),
        (&json!("ruled_out"), &json!("the pool"))
    );
    let entries = server.get(&notebook).ok();
    assert_eq!(entries["entries"], json!([entry.json(), changed]));
    assert_eq!(server.send("DELETE", &path, None).status, 204);
    server
        .send("DELETE", &path, None)
        .problem(404, "unknown-entry");
    let note = format!("{notebook}/{}", entry.json()["id"].as_str().unwrap());
    server
        .send("PATCH", &note, Some(&change))
        .problem(400, "status-without-hypothesis");
}

#[test]
fn hints_come_one_by_one() {
    let server = TestServer::start();
    let (id, _) = server.ready();
    let path = format!("/api/v1/sessions/{id}/hints");
    let before = server.get(&path).ok();
    assert_eq!(
        (&before["total"], &before["shown"]),
        (&json!(2), &json!([]))
    );
    assert!(before["next"]["due_after_s"].as_u64().unwrap() > 200);
    let first = server.send("POST", &path, None).ok();
    assert_eq!(first["shown"][0]["text_md"], "SECRET-HINT one");
    assert_eq!(first["next"]["number"], 2);
    assert_eq!(server.send("POST", &path, None).ok()["next"], Value::Null);
    assert_eq!(server.get(&path).ok()["shown"].as_array().unwrap().len(), 2);
}

#[test]
fn from_the_draft_to_the_result() {
    let server = TestServer::start();
    let (id, recording) = server.ready();
    let answer = format!("/api/v1/sessions/{id}/answer");
    let sheet = server.get(&answer).ok();
    assert!(sheet["form"]["components"].as_array().unwrap().len() > 10);
    assert_eq!(sheet["draft"]["mechanism"], Value::Null);

    let diagnosis = json!({
        "mechanism": "inefficient-query",
        "component": "reports",
        "locations": [{ "path": "src/lib.rs", "function": "monthly" }],
        "chain": ["queries-slow", "unrelated-requests-fail"],
        "ruled_out": ["network"],
        "text": "It scans.",
    });
    server.send("PUT", &answer, Some(&diagnosis)).ok();
    assert_eq!(
        server.get(&answer).ok()["draft"]["chain"],
        diagnosis["chain"]
    );
    server
        .get(&format!("/api/v1/sessions/{id}/result"))
        .problem(404, "not-handed-in");

    let query = http::encode("rate(http_server_request_duration_seconds_count[1m])");
    let range = format!(
        "start_ms={START_MS}&end_ms={}&step_ms=15000",
        START_MS + 600_000
    );
    let url = format!("/api/v1/recordings/{recording}/metrics/range?query={query}&{range}");
    server.get_in(&id, &url).ok();

    let result = server
        .post(&format!("/api/v1/sessions/{id}/hand-in"), &diagnosis)
        .ok();
    assert_eq!(
        (&result["points"], &result["max"]),
        (&json!(80.0), &json!(80.0)),
        "{result}"
    );
    assert_eq!(result["solution_md"], "SECRET-SOLUTION");
    assert_eq!(
        server.get(&format!("/api/v1/sessions/{id}/result")).ok(),
        result
    );
    server
        .post(&format!("/api/v1/sessions/{id}/hand-in"), &diagnosis)
        .problem(409, "wrong-state");
    server
        .send("PUT", &answer, Some(&diagnosis))
        .problem(409, "wrong-state");
    let drills = server.get("/api/v1/drills").ok();
    assert_eq!(
        drills["drills"][0]["best"],
        json!({ "points": 80.0, "max": 80.0 })
    );
    assert_eq!(trace_id(0).len(), 32);
}

#[test]
fn a_diagnosis_with_unknown_terms_is_refused() {
    let server = TestServer::start();
    let id = server.new_session();
    let answer = format!("/api/v1/sessions/{id}/answer");
    let save = |body: Value| server.send("PUT", &answer, Some(&body));
    save(json!({ "mechanism": "magic" })).problem(400, "unknown-term");
    save(json!({ "chain": ["magic"] })).problem(400, "unknown-term");
    let places = vec![json!({ "path": "src/a.rs" }); 6];
    save(json!({ "locations": places })).problem(400, "diagnosis-too-large");
}

#[test]
fn a_query_that_was_not_answered_is_no_evidence() {
    let server = TestServer::start();
    let (id, recording) = server.ready();
    let tool = |query: &str| {
        let range = format!(
            "start_ms={START_MS}&end_ms={}&step_ms=15000",
            START_MS + 600_000
        );
        let query = http::encode(query);
        server.get_in(
            &id,
            &format!("/api/v1/recordings/{recording}/metrics/range?query={query}&{range}"),
        )
    };
    tool("rate(http_server_request_duration_seconds_count)").problem(400, "invalid-promql");
    let result = server
        .post(&format!("/api/v1/sessions/{id}/hand-in"), &json!({}))
        .ok();
    let evidence = result["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .find(|criterion| criterion["id"] == "evidence.errors")
        .unwrap();
    assert_eq!(
        (&evidence["points"], &evidence["seen"]),
        (&json!(0.0), &json!("nothing"))
    );
}

/// Asks a metric as the page does for its panels, does something more, hands in, and gives the points of the
/// evidence that the metric is.
fn evidence_points(then: impl FnOnce(&TestServer, &str, &str)) -> Value {
    const QUERY: &str = "http_server_request_duration_seconds_count";
    let server = TestServer::start();
    let (id, recording) = server.ready();
    let range = format!("start_ms={START_MS}&end_ms={}", START_MS + 600_000);
    let chart =
        format!("/api/v1/recordings/{recording}/metrics/range?query={QUERY}&{range}&step_ms=15000");
    server.get_in(&id, &format!("{chart}&asked_by=page")).ok();
    then(&server, &id, &chart);
    let hand_in = format!("/api/v1/sessions/{id}/hand-in");
    let result = server.post(&hand_in, &json!({})).ok();
    let criteria = result["criteria"].as_array().unwrap();
    let evidence = criteria
        .iter()
        .find(|criterion| criterion["id"] == "evidence.errors")
        .unwrap();
    evidence["points"].clone()
}

#[test]
fn what_the_page_asks_by_itself_is_evidence_once_it_is_pinned_or_asked_for() {
    let pin = |server: &TestServer, id: &str, query: &str| {
        let entry = json!({ "kind": "evidence", "text": "pinned", "tool": "database", "query": format!("vector(1)\n{query}") });
        let response = server.post(&format!("/api/v1/sessions/{id}/notebook"), &entry);
        assert_eq!(response.status, 201, "{}", response.text);
    };
    assert_eq!(evidence_points(|_, _, _| ()), 0.0);
    assert_eq!(evidence_points(|server, id, _| pin(server, id, "up")), 0.0);
    assert_eq!(
        evidence_points(|server, id, _| pin(
            server,
            id,
            "http_server_request_duration_seconds_count"
        )),
        10.0
    );
    assert_eq!(
        evidence_points(|server, id, chart| drop(server.get_in(id, chart).ok())),
        10.0
    );
}
