//! What must not get in, and what must not get out.

use std::path::Path;

use crate::support::http::send;
use crate::support::stream::{START_MS, trace_id};
use crate::support::{Response, SECRETS, TestServer};
use serde_json::{Value, json};

fn request(server: &TestServer, method: &str, path: &str, header: (&str, &str)) -> Response {
    send(server.address, method, path, &[header], None)
}

#[test]
fn requests_for_other_hosts_are_refused() {
    let server = TestServer::start();
    for host in ["example.com", "127.0.0.1.example.com", ""] {
        let answer = request(&server, "GET", "/api/v1/drills", ("Host", host));
        answer.problem(403, "foreign-host");
        let page = request(&server, "GET", "/", ("Host", host));
        page.problem(403, "foreign-host");
    }
    assert_eq!(
        request(&server, "GET", "/api/v1/drills", ("Host", "localhost:1")).status,
        200
    );
}

#[test]
fn requests_from_other_sites_pages_are_refused() {
    let server = TestServer::start();
    let id = server.new_session();
    for origin in ["https://example.com", "null"] {
        let path = format!("/api/v1/sessions/{id}");
        request(&server, "DELETE", &path, ("Origin", origin)).problem(403, "foreign-origin");
        request(&server, "GET", &path, ("Origin", origin)).problem(403, "foreign-origin");
    }
    server.get(&format!("/api/v1/sessions/{id}")).ok();
}

#[test]
fn every_answer_carries_the_security_headers() {
    let server = TestServer::start();
    for path in ["/", "/api/v1/drills", "/api/v1/nothing", "/missing.js"] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self'; "), "{policy}");
        assert!(
            !policy.contains("script-src"),
            "scripts come from here and nowhere else: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn the_page_is_served_for_its_addresses_and_only_once() {
    let server = TestServer::start();
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<title>"), "{}", page.text);
    assert_eq!(server.get("/sessions/x/traces?filter=a.b").text, page.text);
    assert_eq!(server.get("/no/such.js").status, 404);
    assert_eq!(server.send("POST", "/", None).status, 405);
    if let Some(tag) = page.header("etag") {
        let again = request(&server, "GET", "/", ("If-None-Match", tag));
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
}

#[test]
fn the_code_tool_shows_production_code_and_nothing_else() {
    let server = TestServer::start();
    let files = server.get("/api/v1/systems/workflow-platform/files").ok();
    let paths: Vec<&str> = files["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert!(!paths.is_empty());
    for path in &paths {
        assert!(
            path.starts_with("src/") || path.starts_with("migrations/"),
            "{path}"
        );
        assert!(!path.contains("world") && !path.contains("tests"), "{path}");
    }
    let plain = server
        .get(&format!(
            "/api/v1/systems/workflow-platform/files/{}",
            paths[0]
        ))
        .ok();
    let encoded = paths[0].replace('/', "%2F");
    let encoded = server
        .get(&format!(
            "/api/v1/systems/workflow-platform/files/{encoded}"
        ))
        .ok();
    assert_eq!(plain, encoded);

    for path in [
        "../world/src/lib.rs",
        "src/../world/src/lib.rs",
        "..%2Fworld%2Fsrc%2Flib.rs",
        "%2e%2e/world/src/lib.rs",
        "/etc/passwd",
        "src",
        "src/lib.rs%00",
    ] {
        let answer = server.get(&format!("/api/v1/systems/workflow-platform/files/{path}"));
        answer.problem(404, "unknown-file");
    }
    server
        .get("/api/v1/systems/none/files")
        .problem(404, "unknown-system");
    let search = "/api/v1/systems/workflow-platform/search";
    assert!(
        server.get(&format!("{search}?q=async%20fn")).ok()["total"]
            .as_u64()
            .unwrap()
            > 10
    );
    server
        .get(&format!("{search}?q=(&regex=1"))
        .problem(400, "invalid-search");
    server
        .get(&format!("{search}?q="))
        .problem(400, "invalid-search");
}

/// Every readable address of the API for a session that is being worked on.
fn addresses(session: &str, recording: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(&server::openapi()).unwrap();
    let fill = |path: &str| {
        path.replace("{session}", session)
            .replace("{recording}", recording)
            .replace("{trace_id}", &trace_id(300))
            .replace("{system}", "workflow-platform")
            .replace("{path}", "src/lib.rs")
            .replace("{snapshot}", "1")
            .replace("{node}", "3")
            .replace("{proof}", "1")
    };
    let query = format!(
        "query=http_server_request_duration_seconds_count&start_ms={START_MS}&end_ms={}&\
         step_ms=60000&time_ms={START_MS}&at_ms={START_MS}&service=api&name=GET&q=service:api&\
         keys=service&signal=logs&key=service&class=Run&from=0&to=1",
        START_MS + 600_000
    );
    let mut addresses = vec!["/".to_owned(), "/api/openapi.json".to_owned()];
    for (path, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_some() {
            let query = match path.ends_with("spans/query") {
                true => query.replace("q=service:api", "q=service:api%20%7C%20count()"),
                false => query.clone(),
            };
            addresses.push(format!("{}?{query}", fill(path)));
        }
    }
    addresses
}

#[test]
fn nothing_of_the_interviewers_part_reaches_a_candidate() {
    let server = TestServer::start();
    let (session, recording) = server.ready();
    let hints = format!("/api/v1/sessions/{session}/hints");
    let addresses = addresses(&session, &recording);
    assert!(addresses.len() > 35, "{addresses:?}");
    let mut answered = 0;
    for address in &addresses {
        let answer = server.get_in(&session, address);
        let whole = format!("{:?} {}", answer.headers, answer.text);
        for secret in SECRETS {
            assert!(!whole.contains(secret), "{secret} in {address}:\n{whole}");
        }
        answered += usize::from(answer.status == 200);
    }
    // The result and a proof do not exist yet; everything else does.
    assert_eq!(
        answered,
        addresses.len() - 2,
        "a question was not really asked"
    );

    let retried = server.send("POST", &format!("/api/v1/sessions/{session}/retry"), None);
    let created = server.post("/api/v1/sessions", &json!({ "drill_id": server.drill }));
    let hint = server.send("POST", &hints, None);
    for secret in SECRETS.iter().filter(|secret| **secret != "SECRET-HINT") {
        for answer in [&retried, &created, &hint] {
            assert!(!answer.text.contains(secret), "{secret}: {}", answer.text);
        }
    }
    assert!(
        !hint.text.contains("SECRET-HINT two"),
        "a hint that was not asked for"
    );
}

/// The words of each embedded drill's answer that no candidate may read before handing in.
#[test]
fn the_embedded_drills_leak_nothing_into_their_briefs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../drills");
    for entry in catalogue::Catalogue::load(Some(&folder)).unwrap().entries() {
        let visible = format!("{:?}", entry.drill).to_lowercase();
        let answer = &entry.interviewer.answer;
        let mut words: Vec<String> = vec![entry.incident.slug.clone()];
        words.extend(answer.mechanism.accept.iter().cloned());
        words.extend(answer.chain.steps.iter().cloned());
        words.extend(
            answer
                .location
                .accept
                .iter()
                .map(|place| place.path.clone()),
        );
        for word in words {
            assert!(
                !visible.contains(&word.to_lowercase()),
                "{word} in the brief"
            );
        }
    }
}

#[test]
fn a_data_folder_serves_one_server_at_a_time() {
    let server = TestServer::start();
    let catalogue = catalogue::Catalogue::default();
    let config = server::Config::new(catalogue, server.data());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let address = "127.0.0.1:0".parse().unwrap();
    let error = runtime
        .block_on(server::Server::bind(&config, address))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("another Firedrill uses the data folder "),
        "{error}"
    );
}

#[test]
fn what_a_killed_process_was_writing_is_removed() {
    let server = TestServer::start();
    let left = server.data().join("recordings/.abc.writing");
    std::fs::create_dir(&left).unwrap();
    let server = server.restart("exit 1");
    assert!(!left.exists());
    assert_eq!(
        server.get("/api/v1/recordings").ok()["recordings"],
        json!([])
    );
}
