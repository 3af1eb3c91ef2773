//! Measures the way from OTLP to disk and back:
//! `cargo run --release -p telemetry --example measure -- [--json] [THOUSAND_SPANS]`. With `--json` it prints one
//! object a line, `{"name": …, "value": …, "unit": …}`, for the benchmark table.
//!
//! Requests are made before the clock starts, so memory for them is needed (about 350 bytes a span).

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use telemetry::live::{LiveError, LiveOptions, LiveRecording};
use telemetry::otlp::{Signal, TraceRequest};
use telemetry::recording::{Recording, RecordingInfo, RecordingWriter};
use telemetry::table::KeyId;

const START: u64 = 1_767_225_600_000_000_000;
/// Spans of one trace; see [`trace`].
const SPANS_PER_TRACE: u64 = 9;
/// Traces of one request.
const BATCH: u64 = 57;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let thousands: u64 = arguments
        .iter()
        .find(|argument| *argument != "--json")
        .map_or(Ok(2_000), |text| text.parse())?;
    let print = Print { json };
    let traces = thousands * 1_000 / SPANS_PER_TRACE;
    let requests: Vec<Vec<u8>> = (0..traces / BATCH)
        .map(|batch| request(batch * BATCH, (batch + 1) * BATCH))
        .collect();
    let spans = (traces / BATCH * BATCH * SPANS_PER_TRACE) as f64;
    let bytes: usize = requests.iter().map(Vec::len).sum();
    print.figure("spans", spans, "spans");
    print.figure("OTLP", bytes as f64 / spans, "B/span");

    let watch = Watch::start();
    for bytes in &requests {
        let request = TraceRequest::decode(bytes)?;
        assert!(!request.spans.is_empty());
    }
    watch.show(print, "decode only", spans);

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("recording");
    let watch = Watch::start();
    let mut writer = RecordingWriter::new(&path, RecordingInfo::default())?;
    for request in &requests {
        writer.append_traces(request)?;
    }
    watch.show(print, "append, while another thread writes", spans);
    let written = writer.seal()?;
    watch.show(print, "append and seal, durable", spans);
    live(&folder.path().join("live"), &requests, spans, print)?;
    drop(requests);
    let manifest = written.manifest();
    let on_disk = manifest.bytes_on_disk() as f64 / spans;
    print.figure("on disk", on_disk, "B/span");
    let memory = match &*written.tables().spans() {
        telemetry::table::Stored::Sealed(table) => table.memory(),
        telemetry::table::Stored::Open(_) => return Err("the table is still open".into()),
    };
    print.figure("in memory", memory.total() as f64 / spans, "B/span");
    drop(written);

    for _ in 0..3 {
        let watch = Watch::start();
        let recording = Recording::open(&path)?;
        let opened = watch.wall();
        let errors = errors(&recording)?;
        let answered = watch.wall();
        recording.load_all()?;
        assert!(errors > 0, "the recording holds failed spans");
        print.figure("open", milliseconds(opened), "ms");
        print.figure("open and answer", milliseconds(answered), "ms");
        print.figure("open and load all", milliseconds(watch.wall()), "ms");
    }
    Ok(())
}

/// Live: every request is on disk before it is acknowledged.
fn live(path: &Path, requests: &[Vec<u8>], spans: f64, print: Print) -> Result<(), Box<dyn Error>> {
    const THREADS: usize = 8;
    let options = LiveOptions {
        max_memory: usize::MAX,
        ..LiveOptions::default()
    };
    let recording = LiveRecording::create(path, RecordingInfo::default(), options)?;
    let watch = Watch::start();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let send = || -> Result<(), LiveError> {
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                recording.append(Signal::Traces, request)?;
            }
            Ok(())
        };
        let senders: Vec<_> = (0..THREADS).map(|_| scope.spawn(send)).collect();
        senders
            .into_iter()
            .try_for_each(|sender| sender.join().unwrap_or(Err(LiveError::Sealed)))
    })?;
    watch.show(print, "live, 8 senders, acknowledged on disk", spans);
    drop(recording);
    let watch = Watch::start();
    let recording = LiveRecording::open(path, options)?;
    watch.show(print, "live, opened after a crash", spans);
    let watch = Watch::start();
    recording.seal()?;
    watch.show(print, "live, sealed", spans);
    Ok(())
}

/// Spans whose status is error: reads two columns.
fn errors(recording: &Recording) -> Result<usize, Box<dyn Error>> {
    let stored = recording.tables().spans();
    let view = stored.view();
    view.load_keys([KeyId::STATUS, KeyId::SERVICE])?;
    let Some(code) = view.dictionary(KeyId::STATUS).find("error") else {
        return Ok(0);
    };
    let mut count = 0;
    for segment in 0..view.segment_count() {
        if let Some(telemetry::column::Column::Text(column)) = view.column(segment, KeyId::STATUS) {
            let wanted = column.ids.binary_search(&code).ok();
            count += column
                .iter()
                .filter(|(_, code)| Some(usize::from(*code)) == wanted)
                .count();
        }
    }
    Ok(count)
}

struct Watch {
    wall: Instant,
    cpu: Duration,
}

impl Watch {
    fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu(),
        }
    }

    fn wall(&self) -> Duration {
        self.wall.elapsed()
    }

    /// The rate since the start, by the wall's clock and by the CPU time of all threads.
    fn show(&self, print: Print, what: &str, spans: f64) {
        let (wall, cpu) = (self.wall().as_secs_f64(), (cpu() - self.cpu).as_secs_f64());
        print.figure(
            &format!("{what}, per second"),
            spans / wall / 1e3,
            "k spans/s",
        );
        print.figure(
            &format!("{what}, per CPU second"),
            spans / cpu / 1e3,
            "k spans/s",
        );
    }
}

/// Where figures go.
#[derive(Clone, Copy)]
struct Print {
    json: bool,
}

impl Print {
    fn figure(self, name: &str, value: f64, unit: &str) {
        if self.json {
            println!(
                "{}",
                serde_json::json!({ "name": name, "value": value, "unit": unit })
            );
        } else {
            println!("{name:<60} {value:>12.1} {unit}");
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// CPU time of all threads so far; zero where there is no `/proc`.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn request(from: u64, to: u64) -> Vec<u8> {
    let mut by_service: [Vec<Span>; 3] = Default::default();
    (from..to).for_each(|number| trace(number, &mut by_service));
    let names = ["api", "workflow-service", "postgres"];
    let resource_spans = by_service.into_iter().zip(names).map(|(spans, name)| {
        let attributes = vec![
            text("service.name", name),
            text("service.instance.id", format!("{name}-1")),
            text("service.version", "2026.1.4"),
            text("host.name", format!("{name}-host-1")),
        ];
        ResourceSpans {
            resource: Some(Resource {
                attributes,
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
    .encode_to_vec()
}

/// A request: server span, pool wait, transaction, statements, a call to another service.
fn trace(number: u64, by_service: &mut [Vec<Span>; 3]) {
    let draw = |position: u64| mixed(number * 64 + position);
    let start = START + number * 56_000_000 + draw(0) % 40_000_000;
    let route = [
        "/workflows",
        "/workflows/{id}",
        "/users/{id}",
        "/reports",
        "/data/import",
    ][(draw(1) % 5) as usize];
    let tenant = format!("tenant-{}", draw(2) % 40);
    let user = format!("{:08x}-user", draw(3) % 20_000);
    let failed = draw(4).is_multiple_of(60);
    let names = [
        "",
        "pool.acquire",
        "transaction",
        "SELECT workflows",
        "UPDATE workflows",
        "POST",
        "POST /steps",
        "step.execute",
        "GET",
    ];
    for (position, name) in (0..SPANS_PER_TRACE).zip(names) {
        let offset = position * 300_000 + draw(10 + position) % 200_000;
        let mut attributes = vec![
            text(
                "code.file.path",
                [
                    "src/api/workflows.rs",
                    "src/infra/pool.rs",
                    "src/services/engine.rs",
                ][(position % 3) as usize],
            ),
            integer("code.line.number", 40 + position as i64 * 13),
        ];
        match position {
            0 | 6 => attributes.extend([
                text("http.request.method", "POST"),
                text("http.route", route),
                text("url.path", format!("{route}/{}", draw(5) % 50_000)),
                integer("http.response.status_code", if failed { 504 } else { 200 }),
                text("tenant.id", tenant.as_str()),
                text("user.id", user.as_str()),
            ]),
            3 | 4 | 8 => attributes.extend([
                text("db.system.name", if position == 8 { "redis" } else { "postgresql" }),
                text("db.query.text", "SELECT id, name, status, definition FROM workflows WHERE tenant_id = $1 AND id = $2"),
                text("db.operation.name", "SELECT"),
                text("db.collection.name", "workflows"),
                integer("db.response.returned_rows", (draw(6) % 20) as i64),
            ]),
            5 => attributes.extend([
                text("server.address", "workflow-service"),
                text("peer.service", "workflow-service"),
                integer("http.response.status_code", 200),
            ]),
            _ => attributes.push(text("workflow.id", format!("{:016x}", draw(7) % 200_000))),
        }
        let service = usize::from(position >= 6);
        by_service[service].push(Span {
            trace_id: [draw(8), draw(9)].map(u64::to_be_bytes).concat(),
            span_id: draw(20 + position).to_be_bytes().to_vec(),
            parent_span_id: if position == 0 {
                Vec::new()
            } else {
                draw(20 + (position - 1) / 2).to_be_bytes().to_vec()
            },
            name: if position == 0 {
                format!("POST {route}")
            } else {
                name.to_owned()
            },
            kind: [2, 1, 1, 3, 3, 3, 2, 1, 3][position as usize],
            start_time_unix_nano: start + offset,
            end_time_unix_nano: start
                + offset
                + 100_000
                + draw(40 + position) % (9_000_000 / (position + 1)),
            attributes,
            status: (failed && position == 0).then(|| {
                opentelemetry_proto::tonic::trace::v1::Status {
                    code: 2,
                    message: String::new(),
                }
            }),
            ..Span::default()
        });
    }
}

fn text(key: &str, value: impl Into<String>) -> KeyValue {
    pair(key, Value::StringValue(value.into()))
}

fn integer(key: &str, value: i64) -> KeyValue {
    pair(key, Value::IntValue(value))
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn mixed(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}
