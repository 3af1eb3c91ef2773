//! OTLP receivers: every protocol and encoding, limits, refusals, and survival.

use std::io::Write;

use crate::support::TestServer;
use crate::support::http::{Response, send_bytes};
use crate::support::stream::{START, resource};
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::{Value, json};
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};

fn span(id: u8) -> Span {
    Span {
        trace_id: vec![id; 16],
        span_id: vec![id; 8],
        name: "work".to_owned(),
        start_time_unix_nano: START,
        end_time_unix_nano: START + 1_000_000,
        ..Span::default()
    }
}

fn traces(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let spans = ResourceSpans {
        resource: resource("mine"),
        scope_spans,
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![spans],
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn post(server: &TestServer, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    send_bytes(server.otlp_http, "POST", path, headers, body)
}

const PROTOBUF: (&str, &str) = ("Content-Type", "application/x-protobuf");
const JSON: (&str, &str) = ("Content-Type", "application/json");

fn live_spans(server: &TestServer) -> Value {
    server.get("/api/v1/recordings/live").ok()["spans"].clone()
}

#[test]
fn http_takes_protobuf_and_json_plain_and_compressed() {
    let server = TestServer::start();
    server
        .get("/api/v1/recordings/live")
        .problem(404, "unknown-recording");
    let body = traces(vec![span(1)]).encode_to_vec();
    let answer = post(&server, "/v1/traces", &[PROTOBUF], &body);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/x-protobuf"))
    );
    let body = gzip(&traces(vec![span(2)]).encode_to_vec());
    assert_eq!(
        post(
            &server,
            "/v1/traces",
            &[PROTOBUF, ("Content-Encoding", "gzip")],
            &body
        )
        .status,
        200
    );
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "mine" } }] },
        "scopeSpans": [{ "spans": [{
            "traceId": "03030303030303030303030303030303", "spanId": "0303030303030303",
            "name": "work", "kind": 2,
            "startTimeUnixNano": START.to_string(), "endTimeUnixNano": (START + 5).to_string(),
        }] }],
    }] });
    let answer = post(&server, "/v1/traces", &[JSON], body.to_string().as_bytes());
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));

    assert_eq!(live_spans(&server), 3);
    let live = &server.get("/api/v1/recordings").ok()["recordings"][0];
    assert_eq!(
        (&live["id"], &live["state"]),
        (&json!("live"), &json!("open"))
    );
    assert_eq!(live["services"], json!(["mine"]));
    let found = server
        .get("/api/v1/recordings/live/traces?filter=service:mine")
        .ok();
    assert_eq!(found["total"], 3);
}

#[test]
fn rows_that_cannot_be_accepted_are_a_partial_success() {
    let server = TestServer::start();
    let bad = Span {
        trace_id: vec![0; 16],
        ..span(1)
    };
    let body = traces(vec![bad, span(2)]).encode_to_vec();
    let answer = send_bytes(server.otlp_http, "POST", "/v1/traces", &[PROTOBUF], &body);
    let response = ExportTraceServiceResponse::decode(answer.bytes.as_slice()).unwrap();
    let partial = response.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(!partial.error_message.is_empty());
    assert_eq!(live_spans(&server), 1);
}

#[test]
fn http_refuses_what_cannot_be_taken() {
    let server = TestServer::start();
    let status = |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        post(&server, path, headers, body).status
    };
    assert_eq!(status("/v1/traces", &[PROTOBUF], b"\xff\xff\xff"), 400);
    assert_eq!(status("/v1/traces", &[JSON], b"{"), 400);
    assert_eq!(
        status("/v1/traces", &[("Content-Type", "text/plain")], b"x"),
        415
    );
    assert_eq!(
        status(
            "/v1/traces",
            &[PROTOBUF, ("Content-Encoding", "gzip")],
            b"x"
        ),
        400
    );
    assert_eq!(
        status("/v1/traces", &[PROTOBUF, ("Content-Encoding", "br")], b"x"),
        400
    );
    assert_eq!(status("/v1/nothing", &[PROTOBUF], b""), 404);
    assert_eq!(
        status("/v1/traces", &[PROTOBUF, ("Host", "example.com")], b""),
        403
    );
    let bomb = gzip(&vec![0; 65 << 20]);
    assert_eq!(
        status("/v1/logs", &[PROTOBUF, ("Content-Encoding", "gzip")], &bomb),
        413
    );
    let message = post(&server, "/v1/traces", &[JSON], b"{").json()["message"].clone();
    assert!(message.as_str().unwrap().contains("line 1"), "{message}");
}

#[test]
fn grpc_takes_traces_and_logs() {
    let server = TestServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let channel = channel(&server).await;
        let mut client =
            TraceServiceClient::new(channel.clone()).send_compressed(CompressionEncoding::Gzip);
        let bad = Span {
            trace_id: vec![0; 16],
            ..span(1)
        };
        let answer = client
            .export(traces(vec![span(1), span(2), bad]))
            .await
            .unwrap();
        assert_eq!(
            answer.into_inner().partial_success.unwrap().rejected_spans,
            1
        );

        let record = LogRecord {
            time_unix_nano: START,
            ..LogRecord::default()
        };
        let scope_logs = vec![ScopeLogs {
            log_records: vec![record],
            ..ScopeLogs::default()
        }];
        let logs = ResourceLogs {
            resource: resource("mine"),
            scope_logs,
            ..ResourceLogs::default()
        };
        let request = ExportLogsServiceRequest {
            resource_logs: vec![logs],
        };
        LogsServiceClient::new(channel.clone())
            .export(request)
            .await
            .unwrap();

        // More than gRPC's own limit of 4 MiB, but not more than ours.
        let large = Span {
            name: "x".repeat(5 << 20),
            ..span(3)
        };
        let mut client = TraceServiceClient::new(channel);
        client.export(traces(vec![large])).await.unwrap();
        let bomb = Span {
            name: "x".repeat(65 << 20),
            ..span(4)
        };
        let refused = client.export(traces(vec![bomb])).await.unwrap_err();
        assert_ne!(refused.code(), tonic::Code::Unavailable, "{refused}");
    });
    let live = server.get("/api/v1/recordings/live").ok();
    assert_eq!((&live["spans"], &live["logs"]), (&json!(3), &json!(1)));
}

async fn channel(server: &TestServer) -> Channel {
    let address = format!("http://{}", server.otlp_grpc);
    Endpoint::from_shared(address)
        .unwrap()
        .connect()
        .await
        .unwrap()
}

#[test]
fn what_was_acknowledged_survives_a_restart_and_can_be_sealed() {
    let server = TestServer::start();
    let body = traces(vec![span(1)]).encode_to_vec();
    assert_eq!(post(&server, "/v1/traces", &[PROTOBUF], &body).status, 200);
    let server = server.restart("exit 1");
    assert_eq!(live_spans(&server), 1);
    assert_eq!(post(&server, "/v1/traces", &[PROTOBUF], &body).status, 200);
    let sealed = server
        .send("POST", "/api/v1/recordings/live/seal", None)
        .ok();
    assert_eq!(
        (&sealed["state"], &sealed["spans"]),
        (&json!("sealed"), &json!(2))
    );
    server
        .get("/api/v1/recordings/live")
        .problem(404, "unknown-recording");
    let id = sealed["id"].as_str().unwrap();
    assert_eq!(
        server.get(&format!("/api/v1/recordings/{id}/traces")).ok()["total"],
        1
    );
}
