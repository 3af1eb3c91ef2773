//! Ten minutes of a small system as frames: requests, calls, statements, logs, samples, metrics.
//!
//! A request comes every second. From minute five on every fourth one is slow and fails.

use emit::frames::FrameSink;
use emit::{Attachment, Counts, Signal, Sink};
use heap::{EdgeType, NodeType, SnapshotBuilder};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Histogram, HistogramDataPoint, Metric, ResourceMetrics,
    ScopeMetrics, exemplar, metric,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;

/// Start of the incident, ns since the epoch (2026-03-02 09:00 UTC).
pub(crate) const START: u64 = 1_772_442_000_000_000_000;
/// The same in milliseconds.
pub(crate) const START_MS: i64 = (START / 1_000_000) as i64;
/// Seconds that the incident lasts; there is one request in each.
pub(crate) const SECONDS: u64 = 600;

const SECOND: u64 = 1_000_000_000;
const MS: u64 = 1_000_000;

/// Whether the request in this second fails.
pub(crate) fn fails(second: u64) -> bool {
    second >= 300 && second.is_multiple_of(4)
}

/// The trace of the request in this second.
pub(crate) fn trace_id(second: u64) -> String {
    format!("{:032x}", trace(second))
}

fn trace(second: u64) -> u128 {
    0xabc0_0000_0000_0000_0000_0000_0000_0000 + u128::from(second)
}

/// The whole stream.
pub(crate) fn incident() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = FrameSink::new(&mut bytes);
    let mut counts = Counts::default();
    for minute in 0..SECONDS / 60 {
        sink.progress(minute * 60 * SECOND, SECONDS * SECOND)
            .unwrap();
        let seconds = minute * 60..(minute + 1) * 60;
        let spans: Vec<(&str, Vec<Span>)> = vec![
            ("api", seconds.clone().flat_map(api_spans).collect()),
            ("reports", seconds.clone().map(report_span).collect()),
        ];
        counts.spans += spans
            .iter()
            .map(|(_, spans)| spans.len() as u64)
            .sum::<u64>();
        sink.export(Signal::Traces, &traces(spans));
        let logs: Vec<LogRecord> = seconds.clone().flat_map(logs).collect();
        let samples: Vec<LogRecord> = seconds.clone().step_by(10).flat_map(samples).collect();
        counts.logs += (logs.len() + samples.len()) as u64;
        sink.export(Signal::Logs, &log_request("api", logs));
        sink.export(Signal::Logs, &log_request("postgres", samples));
        for second in seconds.step_by(15) {
            counts.metric_points += 1;
            sink.export(Signal::Metrics, &metrics(second));
        }
    }
    for (second, runs) in HEAPS {
        sink.attach(&heap(second, runs));
    }
    sink.attach(&Attachment {
        name: "notes".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: b"not a heap".to_vec(),
        ..Attachment::default()
    });
    sink.progress(SECONDS * SECOND, SECONDS * SECOND).unwrap();
    sink.finish(&counts).unwrap();
    bytes
}

/// Heap snapshots: the second in which each was taken, and how many runs the registry held.
pub(crate) const HEAPS: [(u64, u32); 2] = [(60, 10), (480, 410)];

fn heap(second: u64, runs: u32) -> Attachment {
    let mut builder = SnapshotBuilder::new();
    let registry = builder.node(NodeType::Object, "Registry", 3, 64);
    builder.edge(builder.root(), EdgeType::Property, "registry", registry);
    for at in 0..runs {
        let run = builder.node(NodeType::Object, "Run", 5 + at * 2, 1_000);
        builder.element(registry, at, run);
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes).unwrap();
    Attachment {
        name: "heap".to_owned(),
        media_type: heap::MEDIA_TYPE.to_owned(),
        time_unix_nano: START + second * SECOND,
        service: "api".to_owned(),
        instance: "api-1".to_owned(),
        bytes,
    }
}

pub(crate) fn attribute(key: &str, value: impl Into<Attribute>) -> KeyValue {
    let value = Some(AnyValue {
        value: Some(value.into().0),
    });
    KeyValue {
        key: key.to_owned(),
        value,
        ..KeyValue::default()
    }
}

/// An attribute's value.
pub(crate) struct Attribute(Value);

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self(Value::StringValue(text.to_owned()))
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self(Value::IntValue(number))
    }
}

impl From<f64> for Attribute {
    fn from(number: f64) -> Self {
        Self(Value::DoubleValue(number))
    }
}

pub(crate) fn resource(service: &str) -> Option<Resource> {
    let attributes = vec![
        attribute("service.name", service),
        attribute("service.instance.id", format!("{service}-1").as_str()),
    ];
    Some(Resource {
        attributes,
        ..Resource::default()
    })
}

fn traces(services: Vec<(&str, Vec<Span>)>) -> Vec<u8> {
    let resource_spans = services.into_iter().map(|(service, spans)| ResourceSpans {
        resource: resource(service),
        scope_spans: vec![ScopeSpans {
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
    .encode_to_vec()
}

fn duration(second: u64) -> u64 {
    if fails(second) {
        2_000 * MS
    } else {
        40 * MS + second % 10 * MS
    }
}

/// The server span and its call of the reports service.
fn api_spans(second: u64) -> Vec<Span> {
    let start = START + second * SECOND;
    let failed = fails(second);
    let status = Status {
        code: if failed { 2 } else { 0 },
        message: if failed {
            "timed out".to_owned()
        } else {
            String::new()
        },
    };
    let server = Span {
        trace_id: trace(second).to_be_bytes().to_vec(),
        span_id: (second * 10 + 1).to_be_bytes().to_vec(),
        name: "GET /pages/{id}".to_owned(),
        kind: 2,
        start_time_unix_nano: start,
        end_time_unix_nano: start + duration(second),
        attributes: vec![
            attribute("http.request.method", "GET"),
            attribute("http.route", "/pages/{id}"),
            attribute(
                "http.response.status_code",
                if failed { 504_i64 } else { 200 },
            ),
            attribute(
                "tenant.id",
                if second.is_multiple_of(3) {
                    "acme"
                } else {
                    "beta"
                },
            ),
        ],
        status: Some(status),
        ..Span::default()
    };
    let call = Span {
        span_id: (second * 10 + 2).to_be_bytes().to_vec(),
        parent_span_id: server.span_id.clone(),
        name: "GET".to_owned(),
        kind: 3,
        start_time_unix_nano: start + MS,
        end_time_unix_nano: start + duration(second) - MS,
        attributes: vec![attribute("peer.service", "reports")],
        status: None,
        ..server.clone()
    };
    vec![server, call]
}

fn report_span(second: u64) -> Span {
    let start = START + second * SECOND + 2 * MS;
    Span {
        trace_id: trace(second).to_be_bytes().to_vec(),
        span_id: (second * 10 + 3).to_be_bytes().to_vec(),
        parent_span_id: (second * 10 + 2).to_be_bytes().to_vec(),
        name: "SELECT reports".to_owned(),
        kind: 3,
        start_time_unix_nano: start,
        end_time_unix_nano: start + duration(second) - 4 * MS,
        attributes: vec![attribute("db.system.name", "postgresql")],
        ..Span::default()
    }
}

fn logs(second: u64) -> Vec<LogRecord> {
    let (number, text, body) = if fails(second) {
        (
            17,
            "ERROR",
            format!("request {second} failed: timed out after 2000 ms"),
        )
    } else {
        (9, "INFO", format!("request {second} served"))
    };
    vec![LogRecord {
        time_unix_nano: START + second * SECOND + duration(second),
        severity_number: number,
        severity_text: text.to_owned(),
        body: Some(AnyValue {
            value: Some(Value::StringValue(body)),
        }),
        trace_id: trace(second).to_be_bytes().to_vec(),
        span_id: (second * 10 + 1).to_be_bytes().to_vec(),
        attributes: vec![attribute("http.route", "/pages/{id}")],
        ..LogRecord::default()
    }]
}

/// Two sessions; the second one waits for the first. Every minute, what the statements took.
fn samples(second: u64) -> Vec<LogRecord> {
    let time = START + second * SECOND;
    let session = |pid: i64, state: &str, blocking: &str| LogRecord {
        time_unix_nano: time,
        event_name: "db.server.query_sample".to_owned(),
        trace_id: trace(second).to_be_bytes().to_vec(),
        span_id: (second * 10 + 3).to_be_bytes().to_vec(),
        attributes: vec![
            attribute("db.system.name", "postgresql"),
            attribute("postgresql.pid", pid),
            attribute("postgresql.state", state),
            attribute("postgresql.application_name", "reports"),
            attribute("user.name", "reports"),
            attribute("db.query.text", "SELECT * FROM reports WHERE month = $1"),
            attribute("postgresql.blocking_pids", blocking),
        ],
        ..LogRecord::default()
    };
    let mut records = vec![
        session(41, "idle in transaction", ""),
        session(42, "active", "41"),
    ];
    if second.is_multiple_of(60) {
        records.push(LogRecord {
            time_unix_nano: time,
            event_name: "db.server.top_query".to_owned(),
            attributes: vec![
                attribute("db.system.name", "postgresql"),
                attribute("db.query.text", "SELECT * FROM reports WHERE month = $1"),
                attribute("postgresql.queryid", "77"),
                attribute("postgresql.calls", 60_i64),
                attribute("postgresql.total_exec_time", 1.5),
                attribute("postgresql.rows", 600_i64),
                attribute("postgresql.shared_blks_hit", 90_i64),
                attribute("postgresql.shared_blks_read", 10_i64),
            ],
            ..LogRecord::default()
        });
    }
    records
}

fn log_request(service: &str, log_records: Vec<LogRecord>) -> Vec<u8> {
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    let logs = ResourceLogs {
        resource: resource(service),
        scope_logs,
        ..ResourceLogs::default()
    };
    ExportLogsServiceRequest {
        resource_logs: vec![logs],
    }
    .encode_to_vec()
}

/// The cumulative duration histogram up to this second, with one exemplar.
fn metrics(second: u64) -> Vec<u8> {
    let failed = (0..=second).filter(|second| fails(*second)).count() as u64;
    let served = second + 1 - failed;
    let point = HistogramDataPoint {
        attributes: vec![attribute("http.route", "/pages/{id}")],
        start_time_unix_nano: START,
        time_unix_nano: START + second * SECOND,
        count: served + failed,
        sum: Some(served as f64 * 0.045 + failed as f64 * 2.0),
        explicit_bounds: vec![0.1, 1.0],
        bucket_counts: vec![served, 0, failed],
        exemplars: vec![Exemplar {
            time_unix_nano: START + second * SECOND,
            trace_id: trace(second).to_be_bytes().to_vec(),
            value: Some(exemplar::Value::AsDouble(
                duration(second) as f64 / SECOND as f64,
            )),
            ..Exemplar::default()
        }],
        ..HistogramDataPoint::default()
    };
    let histogram = Histogram {
        data_points: vec![point],
        aggregation_temporality: AggregationTemporality::Cumulative.into(),
    };
    let metric = Metric {
        name: "http.server.request.duration".to_owned(),
        unit: "s".to_owned(),
        description: "How long requests take".to_owned(),
        data: Some(metric::Data::Histogram(histogram)),
        ..Metric::default()
    };
    let scope_metrics = vec![ScopeMetrics {
        metrics: vec![metric],
        ..ScopeMetrics::default()
    }];
    let resource_metrics = ResourceMetrics {
        resource: resource("api"),
        scope_metrics,
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![resource_metrics],
    }
    .encode_to_vec()
}
