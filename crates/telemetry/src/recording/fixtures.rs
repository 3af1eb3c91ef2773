//! Telemetry for tests: a small shop, as OTLP requests, the same for the same number.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, Histogram, HistogramDataPoint, Metric, ResourceMetrics, ScopeMetrics, exemplar,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;

/// 1 January 2026, 00:00 UTC.
pub(crate) const START: u64 = 1_767_225_600_000_000_000;

pub(crate) fn text(key: &str, value: impl Into<String>) -> KeyValue {
    pair(key, Value::StringValue(value.into()))
}

pub(crate) fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn resource(service: &str) -> Option<Resource> {
    let attributes = vec![
        text("service.name", service),
        text("service.instance.id", format!("{service}-1")),
    ];
    Some(Resource {
        attributes,
        ..Resource::default()
    })
}

fn mixed(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

/// Traces `from..to`: each has a request at the api, its work in the shop, and a statement.
pub(crate) fn traces(from: u64, to: u64) -> Vec<u8> {
    let (mut api, mut shop) = (Vec::new(), Vec::new());
    for number in from..to {
        let chance = mixed(number);
        let start = START + number * 7_000_000 + chance % 5_000_000;
        let id = |position: u64| mixed(number * 8 + position).to_be_bytes().to_vec();
        let span = |position: u64, parent: Option<u64>, name: &str, attributes| Span {
            trace_id: [mixed(number).to_be_bytes(), number.to_be_bytes()].concat(),
            span_id: id(position),
            parent_span_id: parent.map(id).unwrap_or_default(),
            name: name.into(),
            kind: if parent.is_none() { 2 } else { 3 },
            start_time_unix_nano: start + position * 1_000,
            end_time_unix_nano: start + position * 1_000 + chance % 90_000_000,
            attributes,
            ..Span::default()
        };
        let failed = chance.is_multiple_of(50);
        let mut root = span(
            0,
            None,
            "GET /orders",
            vec![
                text("http.route", "/orders"),
                pair(
                    "http.response.status_code",
                    Value::IntValue(if failed { 500 } else { 200 }),
                ),
                text("user.id", format!("user-{}", chance % 997)),
                pair("cached", Value::BoolValue(chance.is_multiple_of(3))),
                pair("ratio", Value::DoubleValue((chance % 8) as f64 / 8.0)),
            ],
        );
        if failed {
            root.status = Some(Status {
                code: 2,
                message: "no stock".into(),
            });
            root.attributes.push(text("error.type", "OutOfStock"));
            root.events = vec![Event {
                time_unix_nano: start + 500,
                name: "exception".into(),
                attributes: vec![text("exception.message", format!("no stock for {number}"))],
                ..Event::default()
            }];
        }
        // One key with two types: the odd value must survive.
        let retry = if chance.is_multiple_of(11) {
            text("retry", "last")
        } else {
            pair("retry", Value::IntValue(1))
        };
        api.push(root);
        shop.push(span(1, Some(0), "orders.list", vec![retry]));
        shop.push(span(
            2,
            Some(1),
            "SELECT orders",
            vec![text("db.query.text", "SELECT 1")],
        ));
    }
    let part = |service, spans| ResourceSpans {
        resource: resource(service),
        scope_spans: vec![ScopeSpans {
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    };
    let resource_spans = vec![part("api", api), part("shop", shop)];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

/// Records `from..to`, and a database sample for every tenth.
pub(crate) fn logs(from: u64, to: u64) -> Vec<u8> {
    let mut log_records = Vec::new();
    for number in from..to {
        let time_unix_nano = START + number * 21_000_000;
        let body = Some(AnyValue {
            value: Some(Value::StringValue(format!(
                "order {number} took {} ms",
                mixed(number) % 90
            ))),
        });
        log_records.push(LogRecord {
            time_unix_nano,
            severity_number: if number % 20 == 0 { 17 } else { 9 },
            body,
            attributes: vec![text("code.file.path", "src/orders.rs")],
            trace_id: if number % 2 == 0 {
                [mixed(number).to_be_bytes(), number.to_be_bytes()].concat()
            } else {
                vec![]
            },
            ..LogRecord::default()
        });
        if number % 10 == 0 {
            log_records.push(LogRecord {
                time_unix_nano,
                event_name: "db.server.query_sample".into(),
                attributes: vec![
                    text("postgresql.state", "active"),
                    pair("postgresql.pid", Value::IntValue(number as i64 % 7 + 100)),
                ],
                ..LogRecord::default()
            });
        }
    }
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    let resource_logs = vec![ResourceLogs {
        resource: resource("api"),
        scope_logs,
        ..ResourceLogs::default()
    }];
    ExportLogsServiceRequest { resource_logs }.encode_to_vec()
}

/// The collection number `step`, fifteen seconds apart.
pub(crate) fn metrics(step: u64) -> Vec<u8> {
    let time_unix_nano = START + step * 15_000_000_000;
    let point = HistogramDataPoint {
        attributes: vec![text("http.route", "/orders")],
        time_unix_nano,
        count: step * 3,
        sum: Some(step as f64 * 0.37),
        bucket_counts: vec![step, step, step],
        explicit_bounds: vec![0.1, 1.0],
        exemplars: vec![Exemplar {
            time_unix_nano,
            value: Some(exemplar::Value::AsDouble(0.05)),
            trace_id: vec![7; 16],
            span_id: vec![9; 8],
            ..Exemplar::default()
        }],
        ..HistogramDataPoint::default()
    };
    let histogram = Histogram {
        data_points: vec![point],
        aggregation_temporality: 2,
    };
    let metric = Metric {
        name: "http.server.request.duration".into(),
        unit: "s".into(),
        data: Some(Data::Histogram(histogram)),
        ..Metric::default()
    };
    let scope_metrics = vec![ScopeMetrics {
        metrics: vec![metric],
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        resource: resource("api"),
        scope_metrics,
        ..Default::default()
    }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec()
}
