//! A real server on a free port, a small drill, and a system that replays a prepared stream.

pub(crate) mod http;
pub(crate) mod stream;

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use catalogue::Catalogue;
use examiner::incident::SystemCommand;
use serde_json::{Value, json};
use server::{Config, Server};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(crate) use http::Response;

/// Words that stand only under `interviewer/` of the drill.
pub(crate) const SECRETS: [&str; 5] = [
    "SECRET-GUIDE",
    "SECRET-HINT",
    "SECRET-SOLUTION",
    "SECRET-BECAUSE",
    "slow-pages",
];

const DRILL: &str = r#"
title = "Pages answer late"
summary = "Every page takes ten times as long."
system = "workflow-platform"
scenario = "slow-pages"
kind = "investigate"
minutes = 45
level = "senior"
hours = 1
tools = ["metrics", "traces", "logs", "database", "code"]
start_range = { from_minute = 1, until_minute = 5 }
"#;

const ANSWER: &str = r#"
[mechanism]
points = 20
accept = ["inefficient-query"]
because = "SECRET-BECAUSE the statement scans."

[component]
points = 10
accept = ["reports"]
because = "SECRET-BECAUSE it builds it."

[location]
points = 10
[[location.accept]]
path = "src/lib.rs"
function = "monthly"
note = "SECRET-BECAUSE no index."

[chain]
points = 20
steps = ["queries-slow", "unrelated-requests-fail"]

[[evidence]]
id = "errors"
title = "SECRET-SOLUTION the failed requests"
points = 10
any = [
  { tool = "metrics", metric = "http_server_request_duration_seconds" },
  { tool = "services", edge = "api→reports" },
]

[ruled_out]
points = 10
guilty = ["slow-report-query"]
[[ruled_out.red_herring]]
suspect = "network"
"#;

/// A server with its folders; ends when dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    pub(crate) drill: String,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    /// A server whose system replays a whole incident.
    pub(crate) fn start() -> Self {
        Self::with_script("cat \"$0\"")
    }

    /// A server whose system runs this shell script; `$0` is the prepared stream.
    pub(crate) fn with_script(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_drill(&folder.path().join("drills"));
        fs::write(folder.path().join("stream"), stream::incident()).unwrap();
        Self::start_in(folder, script)
    }

    /// Stops the server and starts another one on the same data.
    pub(crate) fn restart(mut self, script: &str) -> Self {
        self.stop();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start_in(folder, script)
    }

    fn start_in(folder: TempDir, script: &str) -> Self {
        let catalogue = Catalogue::load(Some(&folder.path().join("drills"))).unwrap();
        let drill = catalogue.entries()[0].drill.id.to_string();
        let mut config = Config::new(catalogue, folder.path().join("data"));
        let stream = folder.path().join("stream");
        let arguments = [OsString::from("-c"), script.into(), stream.into()].into();
        let system = SystemCommand {
            program: "/bin/sh".into(),
            arguments,
        };
        config.systems = vec![("workflow-platform".to_owned(), system)];
        config.otlp_grpc = Some(free_port());
        config.otlp_http = Some(free_port());
        let ([address, otlp_grpc, otlp_http], stop, thread) = run(config);
        Self {
            address,
            otlp_grpc,
            otlp_http,
            drill,
            folder,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Lets a script go on that waits for the file `$0.go`.
    pub(crate) fn go(&self) {
        fs::write(self.folder.path().join("stream.go"), "").unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        http::send(self.address, "GET", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Response {
        http::send(self.address, "POST", path, &[], Some(body))
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Response {
        http::send(self.address, method, path, &[], body)
    }

    pub(crate) fn get_in(&self, session: &str, path: &str) -> Response {
        http::send(
            self.address,
            "GET",
            path,
            &[("Firedrill-Session", session)],
            None,
        )
    }

    /// Creates a session; gives its id.
    pub(crate) fn new_session(&self) -> String {
        let response = self.post(
            "/api/v1/sessions",
            &json!({ "drill_id": self.drill, "seed": 7 }),
        );
        assert_eq!(response.status, 201, "{}", response.text);
        response.json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a session is not being simulated any more.
    pub(crate) fn wait(&self, session: &str) -> Value {
        self.wait_while(session, &["preparing", "playing"])
    }

    /// Waits until a session is in none of these states.
    pub(crate) fn wait_while(&self, session: &str, states: &[&str]) -> Value {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let state = self.get(&format!("/api/v1/sessions/{session}")).json();
            if !states.contains(&state["state"].as_str().unwrap()) {
                return state;
            }
            assert!(Instant::now() < deadline, "the session stays: {state}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A ready session and its recording.
    pub(crate) fn ready(&self) -> (String, String) {
        let id = self.new_session();
        let session = self.wait(&id);
        assert_eq!(session["state"], "ready", "{session}");
        let recording = session["recording_id"].as_str().unwrap().to_owned();
        (id, recording)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn run(config: Config) -> ([SocketAddr; 3], oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let server = Server::bind(&config, "127.0.0.1:0".parse().unwrap())
                .await
                .unwrap();
            let otlp = (
                server.otlp_grpc_address().unwrap(),
                server.otlp_http_address().unwrap(),
            );
            tell.send([server.address(), otlp.0, otlp.1]).unwrap();
            let stopped = async move {
                let _ = stopped.await;
            };
            server.run(stopped).await.unwrap();
        });
    });
    (told.recv().unwrap(), stop, thread)
}

fn write_drill(root: &Path) {
    let folder = root.join("slow-pages");
    fs::create_dir_all(folder.join("interviewer")).unwrap();
    let hints = "[[hint]]\nafter_minutes = 5\ntext = \"SECRET-HINT one\"\n\
                 [[hint]]\nafter_minutes = 50\ntext = \"SECRET-HINT two\"\n";
    for (path, text) in [
        ("drill.toml", DRILL),
        ("brief.md", "# Pages answer late\n\nFind out why."),
        ("interviewer/guide.md", "SECRET-GUIDE"),
        ("interviewer/solution.md", "SECRET-SOLUTION"),
        ("interviewer/answer.toml", ANSWER),
        ("interviewer/hints.toml", hints),
        (
            "interviewer/liveness.toml",
            "[[indicator]]\ntitle = \"p95\"\nquery = \"up\"\nsymptom = 0.5\n",
        ),
    ] {
        fs::write(folder.join(path), text).unwrap();
    }
}
