//! The service graph over HTTP, and what of it is evidence.

use crate::support::http::encode;
use crate::support::stream::START_MS;
use crate::support::{Response, TestServer};
use serde_json::{Value, json};

struct Services {
    server: TestServer,
    session: String,
    recording: String,
}

impl Services {
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
        let path = format!("/api/v1/recordings/{}/services{path}", self.recording);
        self.server.get_in(&self.session, &path)
    }

    /// Hands in and gives the points of the evidence that the edge is.
    fn evidence_points(&self) -> Value {
        let path = format!("/api/v1/sessions/{}/hand-in", self.session);
        let result = self.server.post(&path, &json!({})).ok();
        let criteria = result["criteria"].as_array().unwrap();
        let is_evidence = |criterion: &&Value| criterion["id"] == "evidence.errors";
        criteria.iter().find(is_evidence).unwrap()["points"].clone()
    }
}

/// The minutes `from..until` of the recording.
fn minutes(from: i64, until: i64) -> String {
    let at = |minute: i64| START_MS + minute * 60_000;
    format!("start_ms={}&end_ms={}", at(from), at(until))
}

#[test]
fn the_graph_has_every_call_once() {
    let services = Services::start();
    let graph = services.get("").ok();
    let edges: Vec<Value> = graph["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            let calls = &edge["calls"];
            json!([
                edge["from"],
                edge["to"],
                edge["to_kind"],
                calls["count"],
                calls["errors"]
            ])
        })
        .collect();
    assert_eq!(
        edges,
        [
            json!(["clients", "api", "service", 600, 75]),
            json!(["api", "reports", "service", 600, 0]),
            json!(["reports", "postgresql", "database", 600, 0]),
        ]
    );
    assert_eq!(
        graph["edges"][1]["filter"],
        "service:api kind:(client OR producer) peer.service:reports"
    );
    assert_eq!(graph["counted"]["spans"], 1800);
    assert_eq!(graph["counted_before"], Value::Null);
    assert_eq!(graph["edges"][1]["calls_before"], Value::Null);
}

#[test]
fn before_and_after_come_in_one_answer() {
    let services = Services::start();
    let compare = minutes(0, 5)
        .replace("start_ms", "compare_start_ms")
        .replace("end_ms", "compare_end_ms");
    let graph = services.get(&format!("?{}&{compare}", minutes(5, 10))).ok();
    let requests = &graph["edges"][0];
    assert_eq!(
        (
            &requests["calls"]["errors"],
            &requests["calls_before"]["errors"]
        ),
        (&json!(75), &json!(0))
    );
    assert_eq!(requests["calls"]["p95_ns"], 2_000_000_000_u64);
    assert_eq!(graph["counted_before"]["seconds"], 300.0);
    // The filter selects traces, in both ranges.
    let filter = encode("status:error");
    let graph = services
        .get(&format!("?{}&{compare}&filter={filter}", minutes(5, 10)))
        .ok();
    let calls = &graph["edges"][1];
    assert_eq!(
        (&calls["calls"]["count"], &calls["calls_before"]["count"]),
        (&json!(75), &json!(0))
    );
    services
        .get(&format!("?{}&compare_start_ms=5", minutes(5, 10)))
        .problem(400, "invalid-range");
    services
        .get(&format!("?filter={}", encode("a (")))
        .problem(400, "invalid-filter");
}

#[test]
fn an_edge_over_time() {
    let services = Services::start();
    let history = services
        .get(&format!(
            "/history?from=api&to=reports&points=10&{}",
            minutes(0, 10)
        ))
        .ok();
    assert_eq!(history["calls"], json!(vec![60; 10]));
    assert_eq!(history["step_ms"], 60_000.0);
    let p95 = history["p95_ns"].as_array().unwrap();
    assert_eq!(
        (&p95[0], &p95[9]),
        (&json!(47_000_000), &json!(1_998_000_000))
    );
    let database = services
        .get("/history?to=postgresql&to_kind=database&points=10")
        .ok();
    assert_eq!(database["total"], 600);
    let nobody = services.get("/history?from=reports&to=api").ok();
    assert_eq!(nobody["total"], 0);
}

#[test]
fn an_edge_that_was_looked_at_is_evidence() {
    let services = Services::start();
    services.get("?asked_by=page").ok();
    services
        .get("/history?from=reports&to=postgresql&to_kind=database")
        .ok();
    assert_eq!(services.evidence_points(), 0.0);
    let services = Services::start();
    services.get("/history?from=api&to=reports").ok();
    assert_eq!(services.evidence_points(), 10.0);
}
