//! Every tool over a recording of known content, over HTTP.

use crate::support::http::encode;
use crate::support::stream::{START, START_MS, fails, trace_id};
use crate::support::{Response, TestServer};
use serde_json::{Value, json};

/// A server with one recording.
struct Tools {
    server: TestServer,
    recording: String,
}

impl Tools {
    fn start() -> Self {
        let server = TestServer::start();
        let (_, recording) = server.ready();
        Self { server, recording }
    }

    fn get(&self, path: &str) -> Response {
        self.server
            .get(&format!("/api/v1/recordings/{}/{path}", self.recording))
    }
}

fn range() -> String {
    format!("start_ms={START_MS}&end_ms={}", START_MS + 600_000)
}

#[test]
fn metrics_over_a_range() {
    let tools = Tools::start();
    let query = encode("http_server_request_duration_seconds_count");
    let answer = tools
        .get(&format!(
            "metrics/range?query={query}&{}&step_ms=60000",
            range()
        ))
        .ok();
    assert_eq!(
        (&answer["points"], &answer["series_total"]),
        (&json!(10), &json!(1))
    );
    let series = &answer["series"][0];
    assert_eq!(series["labels"]["service_name"], "api");
    let values = series["values"].as_array().unwrap();
    assert_eq!((&values[0], &values[9]), (&json!(1.0), &json!(541.0)));

    let query = encode("sum(rate(http_server_request_duration_seconds_count[1m]))");
    let answer = tools
        .get(&format!(
            "metrics/range?query={query}&{}&step_ms=60000",
            range()
        ))
        .ok();
    assert_eq!(answer["series"][0]["values"][5], json!(1.0));
}

#[test]
fn metrics_at_an_instant() {
    let tools = Tools::start();
    let at = START_MS + 300_000;
    let instant = |query: &str| {
        tools.get(&format!(
            "metrics/instant?query={}&time_ms={at}",
            encode(query)
        ))
    };
    let vector = instant("http_server_request_duration_seconds_count").ok();
    assert_eq!(
        (&vector["result_type"], &vector["series"][0]["value"]),
        (&json!("vector"), &json!("301"))
    );
    let scalar = instant("1 / 0").ok();
    assert_eq!(
        (&scalar["result_type"], &scalar["scalar"]),
        (&json!("scalar"), &json!("+Inf"))
    );
    instant("up[5m]").problem(400, "invalid-promql");
}

#[test]
fn a_wrong_expression_is_marked() {
    let tools = Tools::start();
    let query = encode("sum(a{b=\"größe\"}) + rate(up)");
    let answer = tools.get(&format!(
        "metrics/range?query={query}&{}&step_ms=60000",
        range()
    ));
    let problem = answer.problem(400, "invalid-promql");
    assert_eq!(
        problem["position"],
        json!({ "offset": 25, "length": 2 }),
        "{problem}"
    );
    for (start, end) in [(5, 5), (6, 5)] {
        tools
            .get(&format!(
                "metrics/range?query=up&start_ms={start}&end_ms={end}&step_ms=1"
            ))
            .problem(400, "invalid-range");
    }
    tools
        .get(&format!("metrics/range?query=up&{}&step_ms=0", range()))
        .problem(400, "invalid-range");
    tools
        .get(&format!("metrics/range?query=up&{}&step_ms=1", range()))
        .problem(400, "promql-limit");
    tools
        .get("metrics/range?query=up")
        .problem(400, "invalid-parameter");
}

#[test]
fn metric_names_labels_and_exemplars() {
    let tools = Tools::start();
    let names = tools.get("metrics/names").ok();
    let name = "http_server_request_duration_seconds";
    let metric = names["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["name"] == name)
        .unwrap();
    assert_eq!(
        (&metric["type"], &metric["unit"]),
        (&json!("histogram"), &json!("seconds"))
    );
    let labels = tools.get(&format!("metrics/labels?metric={name}")).ok();
    let route = labels["labels"]
        .as_array()
        .unwrap()
        .iter()
        .find(|label| label["name"] == "http_route");
    assert_eq!(route.unwrap()["values"], json!(["/pages/{id}"]));
    let query = encode(&format!("rate({name}_count[1m])"));
    let exemplars = tools
        .get(&format!("metrics/exemplars?query={query}&{}", range()))
        .ok();
    assert!(exemplars["total"].as_u64().unwrap() >= 30, "{exemplars}");
    assert_eq!(exemplars["exemplars"][0]["trace_id"], trace_id(0));
}

#[test]
fn traces_are_searched_page_by_page() {
    let tools = Tools::start();
    let filter = encode("service:api kind:server status:error");
    let first = tools
        .get(&format!("traces?filter={filter}&{}&limit=10", range()))
        .ok();
    assert_eq!(first["total"], 75);
    let traces = first["traces"].as_array().unwrap();
    assert_eq!(traces.len(), 10);
    assert_eq!(traces[0]["trace_id"], trace_id(596));
    assert_eq!(traces[0]["spans"], 3);
    assert_eq!(traces[0]["services"], json!(["api", "reports"]));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = tools
        .get(&format!(
            "traces?filter={filter}&{}&limit=10&cursor={cursor}",
            range()
        ))
        .ok();
    assert_eq!(second["traces"][0]["trace_id"], trace_id(556));
    let slowest = tools.get("traces?order=slowest&limit=1").ok();
    assert_eq!(slowest["traces"][0]["duration_ns"], 2_000_000_000_u64);
    tools
        .get("traces?cursor=nonsense")
        .problem(400, "unanswerable-query");
}

#[test]
fn a_filter_that_does_not_parse_is_marked() {
    let tools = Tools::start();
    for path in [
        "traces",
        "traces/scatter",
        "logs",
        "logs/histogram",
        "logs/patterns",
    ] {
        let problem = tools
            .get(&format!("{path}?filter={}", encode("service:api (")))
            .problem(400, "invalid-filter");
        assert_eq!(problem["position"]["offset"], 12, "{problem}");
    }
    tools
        .get("traces?start_ms=9&end_ms=8")
        .problem(400, "invalid-range");
}

#[test]
fn one_trace_with_all_its_spans() {
    let tools = Tools::start();
    let trace = tools.get(&format!("traces/{}", trace_id(304))).ok();
    assert!(fails(304));
    assert_eq!(
        trace["start_unix_nano"],
        (START + 304_000_000_000).to_string()
    );
    assert_eq!(trace["logs"], 1);
    let spans = trace["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 3);
    assert_eq!(
        (&spans[0]["kind"], &spans[0]["status"]),
        (&json!("server"), &json!("error"))
    );
    assert_eq!(spans[0]["parent_span_id"], Value::Null);
    assert_eq!(spans[0]["attributes"]["http.response.status_code"], 504);
    assert_eq!(spans[1]["parent_span_id"], spans[0]["span_id"]);
    assert_eq!(spans[2]["offset_ns"], 2_000_000);
    assert_eq!(trace["resources"]["api"]["service.instance.id"], "api-1");
    tools
        .get(&format!("traces/{:032x}", 1))
        .problem(404, "unknown-trace");
    tools.get("traces/xyz").problem(400, "invalid-trace-id");
}

#[test]
fn scatter_keeps_failures_when_it_is_reduced() {
    let tools = Tools::start();
    let all = tools.get(&format!("traces/scatter?{}", range())).ok();
    assert_eq!((&all["shown"], &all["total"]), (&json!(600), &json!(600)));
    assert_eq!(all["base_ms"], START_MS);
    let few = tools
        .get(&format!("traces/scatter?{}&limit=40", range()))
        .ok();
    assert_eq!((&few["shown"], &few["total"]), (&json!(40), &json!(600)));
    let errors = few["error"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|error| **error == 1)
        .count();
    assert!(errors >= 10, "{errors} failures are left");
    for column in ["offset_ms", "duration_ns", "error", "trace_ids", "names"] {
        assert_eq!(few[column].as_array().unwrap().len(), 40, "{column}");
    }
}

#[test]
fn figures_and_statistics_of_spans() {
    let tools = Tools::start();
    let q = encode("service:api kind:server | count(), p95(duration) by status");
    let figures = tools.get(&format!("spans/query?q={q}&{}", range())).ok();
    let columns: Vec<&str> = figures["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["kind"].as_str().unwrap())
        .collect();
    assert_eq!(columns, ["key", "figure", "figure"]);
    assert_eq!(figures["total"], 2);
    tools
        .get(&format!("spans/query?q={}", encode("service:api")))
        .problem(400, "missing-pipe");
    let problem = tools
        .get(&format!(
            "spans/query?q={}",
            encode("service:api | p101(duration)")
        ))
        .problem(400, "invalid-filter");
    assert!(
        problem["position"]["offset"].as_u64().unwrap() >= 14,
        "{problem}"
    );

    let name = encode("GET /pages/{id}");
    let stats = tools
        .get(&format!("spans/stats?service=api&name={name}&{}", range()))
        .ok();
    assert_eq!(stats["count"], 600);
    assert!(stats["p99_ns"].as_u64().unwrap() > 1_900_000_000);
    let odd = encode("a \"quoted\\ name");
    let none = tools
        .get(&format!("spans/stats?service=api&name={odd}"))
        .ok();
    assert_eq!((&none["count"], &none["p50_ns"]), (&json!(0), &Value::Null));
}

#[test]
fn facets_keys_and_values() {
    let tools = Tools::start();
    let facets = tools
        .get("spans/facets?filter=kind:server&keys=tenant.id,status")
        .ok();
    assert_eq!(facets["matched"], 600);
    assert_eq!(facets["facets"][0]["key"], "tenant.id");
    assert_eq!(
        facets["facets"][0]["values"][0],
        json!({ "value": "beta", "count": 400 })
    );
    let logs = tools.get("logs/facets?keys=level").ok();
    assert_eq!(
        logs["facets"][0]["values"][1],
        json!({ "value": "error", "count": 75 })
    );
    tools
        .get("spans/facets?keys=,")
        .problem(400, "invalid-keys");

    let keys = tools.get("keys?signal=spans").ok();
    let keys: Vec<&Value> = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["key"])
        .collect();
    assert!(keys.contains(&&json!("http.route")), "{keys:?}");
    let values = tools.get("values?signal=spans&key=tenant.id&prefix=a").ok();
    assert_eq!(values["values"], json!([{ "value": "acme", "count": 200 }]));
    tools
        .get("keys?signal=metrics")
        .problem(400, "invalid-parameter");
}

#[test]
fn logs_are_listed_counted_and_grouped() {
    let tools = Tools::start();
    let page = tools
        .get(&format!("logs?filter=level:error&limit=5&{}", range()))
        .ok();
    assert_eq!(page["total"], 75);
    let record = &page["logs"][0];
    assert_eq!(
        record["body"],
        "request 596 failed: timed out after 2000 ms"
    );
    assert_eq!(
        (&record["level"], &record["service"]),
        (&json!("error"), &json!("api"))
    );
    assert_eq!(record["trace_id"], trace_id(596));
    let oldest = tools.get("logs?order=oldest&limit=1").ok();
    assert_eq!(oldest["logs"][0]["body"], "request 0 served");

    let histogram = tools
        .get(&format!("logs/histogram?buckets=10&{}", range()))
        .ok();
    assert_eq!(histogram["total"], 600);
    let errors: u64 = histogram["levels"]["error"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(errors, 75);
    assert_eq!(
        histogram["levels"]["debug"].as_array().unwrap().len(),
        histogram["levels"]["error"].as_array().unwrap().len()
    );

    let patterns = tools.get("logs/patterns").ok();
    assert_eq!(patterns["total"], 2);
    assert_eq!(patterns["patterns"][0]["count"], 525);
}

#[test]
fn the_database() {
    let tools = Tools::start();
    let samples = tools.get(&format!("database/samples?{}", range())).ok();
    assert_eq!(samples["times_ms"].as_array().unwrap().len(), 60);
    let at = START_MS + 25_000;
    let sessions = tools.get(&format!("database/sessions?at_ms={at}")).ok();
    assert_eq!(sessions["time_ms"], START_MS + 20_000);
    assert_eq!(sessions["total"], 2);
    let by_pid = |pid: i64| {
        let mut all = sessions["sessions"].as_array().unwrap().iter();
        all.find(|session| session["pid"] == pid).unwrap().clone()
    };
    assert_eq!(by_pid(41)["state"], "idle in transaction");
    assert_eq!(
        (&by_pid(41)["blocks"], &by_pid(42)["blocked_by"]),
        (&json!(1), &json!([41]))
    );
    let early = tools
        .get(&format!("database/sessions?at_ms={}", START_MS - 1))
        .ok();
    assert_eq!(
        (&early["time_ms"], &early["sessions"]),
        (&Value::Null, &json!([]))
    );
    let statements = tools.get(&format!("database/statements?{}", range())).ok();
    assert_eq!(statements["statements"][0]["calls"], 600);
}

#[test]
fn many_traces_as_one_flame_graph() {
    let tools = Tools::start();
    let filter = encode("status:error");
    let flame = tools
        .get(&format!("traces/flame?filter={filter}&{}", range()))
        .ok();
    let frames: Vec<Value> = flame["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| {
            json!([
                frame["parent"],
                frame["service"],
                frame["name"],
                frame["now"]["count"]
            ])
        })
        .collect();
    assert_eq!(
        frames,
        [
            json!([null, "api", "GET /pages/{id}", 75]),
            json!([0, "api", "GET", 75]),
            json!([1, "reports", "SELECT reports", 75]),
        ]
    );
    let root = &flame["frames"][0]["now"];
    assert_eq!(
        (&root["errors"], &root["self_ns"]),
        (&json!(75), &json!(150_000_000))
    );
    let sampled = tools.get("traces/flame?limit=10").ok();
    assert_eq!(
        (&sampled["merged"]["traces"], &sampled["merged"]["taken"]),
        (&json!(600), &json!(10))
    );
    let compare = format!(
        "compare_start_ms={START_MS}&compare_end_ms={}",
        START_MS + 60_000
    );
    let compared = tools
        .get(&format!("traces/flame?{}&{compare}", range()))
        .ok();
    assert_eq!(compared["frames"][0]["before"]["count"], 60);
    tools
        .get("traces/flame?compare_end_ms=5")
        .problem(400, "invalid-range");
}

#[test]
fn what_a_trace_waited_for() {
    let tools = Tools::start();
    let trace = tools.get(&format!("traces/{}", trace_id(304))).ok();
    let stretches: Vec<Value> = trace["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| span["critical_ns"].clone())
        .collect();
    const MS: u64 = 1_000_000;
    assert_eq!(
        stretches,
        [
            json!([[0, MS], [1_999 * MS, 2_000 * MS]]),
            json!([[MS, 2 * MS], [1_998 * MS, 1_999 * MS]]),
            json!([[2 * MS, 1_998 * MS]]),
        ]
    );
}

#[test]
fn the_timeline() {
    let tools = Tools::start();
    let timeline = tools.get("timeline?points=20").ok();
    let sum = |field: &str| -> u64 {
        timeline[field]
            .as_array()
            .unwrap()
            .iter()
            .map(|count| count.as_u64().unwrap())
            .sum()
    };
    assert_eq!((sum("requests"), sum("failed")), (600, 75), "{timeline}");
    assert_eq!(timeline["annotations"], json!([]));
}

#[test]
fn unknown_recordings_are_not_found() {
    let tools = Tools::start();
    for id in ["none", "live", "..", "%2e%2e%2fdrills", "A"] {
        let answer = tools
            .server
            .get(&format!("/api/v1/recordings/{id}/metrics/names"));
        answer.problem(404, "unknown-recording");
    }
}

#[test]
fn a_damaged_recording_says_so_and_the_server_stays_up() {
    let server = TestServer::start();
    let (_, recording) = server.ready();
    let folder = server.data().join("recordings").join(&recording);
    let server = server.restart("cat \"$0\"");
    std::fs::write(
        server
            .data()
            .join("recordings")
            .join(&recording)
            .join("spans.parquet"),
        "x",
    )
    .unwrap();
    assert!(!folder.exists() || folder.join("manifest.json").exists());
    let answer = server.get(&format!("/api/v1/recordings/{recording}/traces"));
    answer.problem(409, "damaged-recording");
    server.get("/api/v1/version").ok();
}
