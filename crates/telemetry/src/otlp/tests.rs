//! Checks the decoder against `opentelemetry-proto`, and against bytes that mean nothing.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::prelude::*;
use prost::Message;

use super::{LogsRequest, MetricKind, Signal, TraceRequest, Value, to_protobuf, visit_points};

fn wrap(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn pair(key: &str, value: Any) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(wrap(value)),
        ..KeyValue::default()
    }
}

fn resource(service: &str) -> Option<Resource> {
    let attributes = vec![
        pair("service.name", Any::StringValue(service.into())),
        pair("host.name", Any::StringValue("host-1".into())),
    ];
    Some(Resource {
        attributes,
        ..Resource::default()
    })
}

fn traces(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope = Some(InstrumentationScope {
        name: "http".into(),
        ..Default::default()
    });
    let scope_spans = vec![ScopeSpans {
        scope,
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        resource: resource("api"),
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }
}

fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    let resource_logs = vec![ResourceLogs {
        resource: resource("api"),
        scope_logs,
        ..ResourceLogs::default()
    }];
    ExportLogsServiceRequest { resource_logs }
}

fn span(name: &str) -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        name: name.into(),
        kind: 2,
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 1_500,
        ..Span::default()
    }
}

fn shown(attributes: &[super::Attribute<'_>]) -> Vec<String> {
    attributes
        .iter()
        .map(|it| format!("{}={}", it.key, it.value.to_text()))
        .collect()
}

#[test]
fn a_span_comes_with_everything_that_was_sent() {
    let mut sent = span("POST /orders");
    sent.parent_span_id = vec![3; 8];
    sent.trace_state = "vendor=1".into();
    sent.status = Some(Status {
        code: 2,
        message: "no stock".into(),
    });
    sent.dropped_attributes_count = 4;
    sent.attributes = vec![
        pair("text", Any::StringValue("ü".into())),
        pair("integer", Any::IntValue(-3)),
        pair("double", Any::DoubleValue(0.5)),
        pair("boolean", Any::BoolValue(true)),
        pair("bytes", Any::BytesValue(vec![1, 2, 255])),
        pair(
            "array",
            Any::ArrayValue(ArrayValue {
                values: vec![
                    wrap(Any::StringValue("a\"b".into())),
                    wrap(Any::DoubleValue(f64::NAN)),
                ],
            }),
        ),
        pair(
            "map",
            Any::KvlistValue(KeyValueList {
                values: vec![pair("k", Any::IntValue(1))],
            }),
        ),
        KeyValue {
            key: "empty".into(),
            ..KeyValue::default()
        },
    ];
    sent.links = vec![Link {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        attributes: vec![pair("why", Any::StringValue("retry".into()))],
        ..Link::default()
    }];
    sent.events = vec![Event {
        time_unix_nano: 1_200,
        name: "exception".into(),
        attributes: vec![pair("exception.message", Any::StringValue("boom".into()))],
        ..Event::default()
    }];
    let bytes = traces(vec![sent]).encode_to_vec();

    let request = TraceRequest::decode(&bytes).unwrap();
    let [span] = request.spans.as_slice() else {
        panic!("one span, got {:?}", request.spans)
    };
    assert_eq!(span.trace_id, u128::from_be_bytes([1; 16]));
    assert_eq!(
        (span.span_id, span.parent_span_id),
        (0x0202_0202_0202_0202, 0x0303_0303_0303_0303)
    );
    assert_eq!((span.start_unix_nano, span.duration_nano), (1_000, 500));
    assert_eq!(
        (span.kind, span.status, span.status_message),
        (2, 2, "no stock")
    );
    insta::assert_debug_snapshot!(shown(request.attributes(span)), @r#"
    [
        "text=ü",
        "integer=-3",
        "double=0.5",
        "boolean=true",
        "bytes=AQL/",
        "array=[\"a\\\"b\",\"NaN\"]",
        "map={\"k\":1}",
        "empty=",
        "w3c.tracestate=vendor=1",
        "otel.links=[{\"trace_id\":\"abababababababababababababababab\",\"span_id\":\"cdcdcdcdcdcdcdcd\",\"attributes\":{\"why\":\"retry\"}}]",
        "otel.dropped_attributes_count=4",
    ]
    "#);
    let origin = &request.origins[span.origin];
    assert_eq!(origin.service, "api");
    assert_eq!(shown(&origin.scope), ["otel.scope.name=http"]);
    assert_eq!(shown(&origin.resource), ["host.name=host-1"]);

    let [event] = request.events.as_slice() else {
        panic!("one event, got {:?}", request.events)
    };
    assert_eq!(
        (event.trace_id, event.span_id),
        (span.trace_id, span.span_id)
    );
    assert_eq!(
        (event.time_unix_nano, event.severity, &*event.body),
        (1_200, 17, "boom")
    );
    assert_eq!(event.event_name, "exception");
}

#[test]
fn rows_that_cannot_be_kept_are_counted_and_the_first_is_explained() {
    fn check(change: impl Fn(&mut Span), reason: &str) {
        let mut bad = span("bad");
        change(&mut bad);
        let bytes = traces(vec![bad.clone(), span("good"), bad]).encode_to_vec();
        let request = TraceRequest::decode(&bytes).unwrap();
        assert_eq!(request.spans.len(), 1);
        assert_eq!(request.rejected.count, 2);
        assert_eq!(request.rejected.message, format!("span \"bad\": {reason}"));
    }
    check(
        |span| span.trace_id = vec![],
        "its trace id is not 16 bytes, or is zero",
    );
    check(
        |span| span.trace_id = vec![0; 16],
        "its trace id is not 16 bytes, or is zero",
    );
    check(
        |span| span.span_id = vec![1; 7],
        "its span id is not 8 bytes, or is zero",
    );
    check(
        |span| span.parent_span_id = vec![1; 4],
        "its parent span id is not 8 bytes",
    );
    check(
        |span| span.start_time_unix_nano = 0,
        "its start time is missing or after the year 2262",
    );
    check(
        |span| span.attributes = vec![pair("k", Any::IntValue(1)); 1_100],
        "it has 1102 attributes; 1024 are accepted",
    );
}

#[test]
fn a_log_record_takes_the_best_time_and_level_that_it_has() {
    fn check(record: LogRecord, expect: (i64, u8, &str, &[&str])) {
        let bytes = logs(vec![record]).encode_to_vec();
        let request = LogsRequest::decode(&bytes).unwrap();
        let record = request.records.first().unwrap();
        let attributes = shown(request.attributes(record));
        assert_eq!(
            (record.time_unix_nano, record.severity, &*record.body),
            (expect.0, expect.1, expect.2)
        );
        assert_eq!(attributes, expect.3);
    }
    let text = |text: &str| Some(wrap(Any::StringValue(text.into())));
    let record = LogRecord {
        time_unix_nano: 7,
        observed_time_unix_nano: 9,
        body: text("hi"),
        ..Default::default()
    };
    check(record.clone(), (7, 0, "hi", &[]));
    check(
        LogRecord {
            time_unix_nano: 0,
            ..record.clone()
        },
        (9, 0, "hi", &[]),
    );
    check(
        LogRecord {
            severity_text: "Warning".into(),
            ..record.clone()
        },
        (7, 13, "hi", &["severity_text=Warning"]),
    );
    check(
        LogRecord {
            severity_number: 9,
            severity_text: "info".into(),
            ..record.clone()
        },
        (7, 9, "hi", &[]),
    );
    let map = Any::KvlistValue(KeyValueList {
        values: vec![pair("a", Any::BoolValue(false))],
    });
    check(
        LogRecord {
            body: Some(wrap(map)),
            ..record
        },
        (7, 0, "{\"a\":false}", &[]),
    );
}

#[test]
fn points_keep_their_kind_and_their_buckets() {
    let number = NumberDataPoint {
        attributes: vec![pair("state", Any::StringValue("idle".into()))],
        time_unix_nano: 5,
        value: Some(number_data_point::Value::AsInt(-4)),
        ..NumberDataPoint::default()
    };
    let histogram = HistogramDataPoint {
        time_unix_nano: 6,
        count: 3,
        sum: Some(1.5),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![0.5],
        ..HistogramDataPoint::default()
    };
    let metrics = vec![
        Metric {
            name: "pool.connections".into(),
            data: Some(Data::Sum(Sum {
                data_points: vec![number],
                aggregation_temporality: 2,
                is_monotonic: false,
            })),
            ..Metric::default()
        },
        Metric {
            name: "latency".into(),
            unit: "s".into(),
            data: Some(Data::Histogram(Histogram {
                data_points: vec![histogram],
                aggregation_temporality: 1,
            })),
            ..Metric::default()
        },
    ];
    let scope_metrics = vec![ScopeMetrics {
        metrics,
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        resource: resource("api"),
        scope_metrics,
        ..Default::default()
    }];
    let bytes = ExportMetricsServiceRequest { resource_metrics }.encode_to_vec();

    let mut seen = Vec::new();
    visit_points(&bytes, |origin, metric, point| {
        assert_eq!(origin.service, "api");
        seen.push((
            metric.name.to_owned(),
            metric.kind,
            point.value,
            shown(&point.attributes()?),
        ));
        if metric.name == "latency" {
            assert_eq!((point.count, point.sum), (3, Some(1.5)));
            assert_eq!(
                (point.bounds.as_slice(), point.buckets.as_slice()),
                (&[0.5][..], &[1, 2][..])
            );
        }
        Ok(())
    })
    .unwrap();
    let sum = MetricKind::Sum {
        monotonic: false,
        delta: false,
    };
    assert_eq!(
        seen[0],
        (
            "pool.connections".into(),
            sum,
            -4.0,
            vec!["state=idle".into()]
        )
    );
    assert_eq!(seen[1].1, MetricKind::Histogram { delta: true });
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_fault_is_named_with_its_place() {
    fn check(change: impl Fn(&mut Vec<u8>), expect: &str) {
        let mut bytes = traces(vec![span("GET")]).encode_to_vec();
        change(&mut bytes);
        assert_eq!(
            TraceRequest::decode(&bytes).unwrap_err().to_string(),
            expect
        );
    }
    check(
        |bytes| bytes.truncate(bytes.len() - 1),
        "malformed OTLP request at byte 2, in ExportTraceServiceRequest: a length of 113 runs past \
         the end of its message, which has 112 bytes left",
    );
    check(
        |bytes| {
            let name = bytes
                .windows(3)
                .position(|window| window == b"GET")
                .unwrap();
            bytes[name] = 0xff;
        },
        "malformed OTLP request at byte 92, in Span: field 5 is not valid UTF-8",
    );
    check(
        |bytes| bytes.extend([0x0b]),
        "malformed OTLP request at byte 116, in ExportTraceServiceRequest: field 1 has the unknown \
         wire type 3",
    );
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let mut value = wrap(Any::IntValue(1));
    for _ in 0..80 {
        value = wrap(Any::ArrayValue(ArrayValue {
            values: vec![value],
        }));
    }
    let mut deep = span("deep");
    deep.attributes = vec![KeyValue {
        key: "k".into(),
        value: Some(value),
        ..Default::default()
    }];
    let error = TraceRequest::decode(&traces(vec![deep]).encode_to_vec()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("values are nested more than 32 deep"),
        "{error}"
    );
}

#[test]
fn json_becomes_the_same_rows() {
    let json = br#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},
        "scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
        "name":"json","kind":2,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",
        "attributes":[{"key":"n","value":{"intValue":"3"}}]}]}]}]}"#;
    let bytes = to_protobuf(Signal::Traces, json).unwrap();
    let request = TraceRequest::decode(&bytes).unwrap();
    let span = request.spans.first().unwrap();
    assert_eq!(
        (span.span_id, span.duration_nano),
        (0xEEE1_9B7E_C3C1_B174, 1_000_000_000)
    );
    assert_eq!(request.attributes(span)[0].value, Value::Int(3));

    let error = to_protobuf(Signal::Logs, b"{\"resourceLogs\": [}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "malformed OTLP/JSON request at line 1, column 19: expected value"
    );
}

fn any_values() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        ".*".prop_map(|text| wrap(Any::StringValue(text))),
        any::<i64>().prop_map(|number| wrap(Any::IntValue(number))),
        any::<f64>().prop_map(|number| wrap(Any::DoubleValue(number))),
        any::<bool>().prop_map(|value| wrap(Any::BoolValue(value))),
        any::<Vec<u8>>().prop_map(|bytes| wrap(Any::BytesValue(bytes))),
        Just(AnyValue::default()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|values| wrap(Any::ArrayValue(ArrayValue { values }))),
            prop::collection::vec((".*", inner), 0..4).prop_map(|entries| {
                let values = entries
                    .into_iter()
                    .map(|(key, value)| KeyValue {
                        key,
                        value: Some(value),
                        ..Default::default()
                    })
                    .collect();
                wrap(Any::KvlistValue(KeyValueList { values }))
            }),
        ]
    })
}

prop_compose! {
    fn spans()(
        trace_id in prop::array::uniform16(1u8..), span_id in prop::array::uniform8(1u8..),
        parent in prop::option::of(prop::array::uniform8(1u8..)), name in ".*", kind in 0i32..6,
        start in 1u64..i64::MAX as u64, length in 0u64..1 << 40, code in 0i32..3, message in ".*",
        attributes in prop::collection::vec((".+", any_values()), 0..6),
    ) -> Span {
        Span {
            trace_id: trace_id.into(), span_id: span_id.into(),
            parent_span_id: parent.map_or_else(Vec::new, Vec::from), name, kind,
            start_time_unix_nano: start,
            end_time_unix_nano: start.saturating_add(length).min(i64::MAX as u64),
            status: Some(Status { code, message }),
            attributes: attributes.into_iter()
                .map(|(key, value)| KeyValue { key, value: Some(value), ..Default::default() })
                .collect(),
            ..Span::default()
        }
    }
}

/// What a scalar should become; nested values are only checked to be valid JSON.
fn assert_same(sent: &AnyValue, got: &Value<'_>) {
    match (&sent.value, got) {
        (None, Value::Str("")) => {}
        (Some(Any::StringValue(sent)), Value::Str(got)) => assert_eq!(sent, got),
        (Some(Any::IntValue(sent)), Value::Int(got)) => assert_eq!(sent, got),
        (Some(Any::BoolValue(sent)), Value::Bool(got)) => assert_eq!(sent, got),
        (Some(Any::DoubleValue(sent)), Value::Double(got)) => {
            assert_eq!(sent.to_bits(), got.to_bits());
        }
        (Some(Any::BytesValue(_)), Value::Text(_)) => {}
        (Some(Any::ArrayValue(sent)), Value::Text(got)) => {
            let read: serde_json::Value = serde_json::from_str(got).unwrap();
            assert_eq!(read.as_array().unwrap().len(), sent.values.len());
        }
        (Some(Any::KvlistValue(_)), Value::Text(got)) => {
            let read: serde_json::Value = serde_json::from_str(got).unwrap();
            assert!(read.is_object());
        }
        (sent, got) => panic!("{sent:?} became {got:?}"),
    }
}

proptest! {
    #[test]
    fn every_span_that_prost_writes_comes_back(sent in prop::collection::vec(spans(), 0..5)) {
        let bytes = traces(sent.clone()).encode_to_vec();
        let request = TraceRequest::decode(&bytes).unwrap();
        prop_assert_eq!(request.spans.len(), sent.len());
        for (sent, got) in sent.iter().zip(&request.spans) {
            prop_assert_eq!(&got.trace_id.to_be_bytes()[..], &sent.trace_id[..]);
            prop_assert_eq!(&got.span_id.to_be_bytes()[..], &sent.span_id[..]);
            let parent = if sent.parent_span_id.is_empty() { vec![0; 8] } else { sent.parent_span_id.clone() };
            prop_assert_eq!(&got.parent_span_id.to_be_bytes()[..], &parent[..]);
            prop_assert_eq!(got.name, &sent.name);
            prop_assert_eq!(got.start_unix_nano as u64, sent.start_time_unix_nano);
            prop_assert_eq!((got.start_unix_nano + got.duration_nano) as u64, sent.end_time_unix_nano);
            let status = sent.status.as_ref().unwrap();
            prop_assert_eq!((i32::from(got.status), got.status_message), (status.code, status.message.as_str()));
            let attributes = request.attributes(got);
            prop_assert_eq!(attributes.len(), sent.attributes.len());
            for (sent, got) in sent.attributes.iter().zip(attributes) {
                prop_assert_eq!(&sent.key, got.key);
                assert_same(sent.value.as_ref().unwrap(), &got.value);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = TraceRequest::decode(&bytes);
        let _ = LogsRequest::decode(&bytes);
        let _ = visit_points(&bytes, |_, _, point| point.attributes().map(drop));
    }

    /// Arbitrary bytes rarely get past the first tag; flipped bits in a real request do.
    #[test]
    fn damaged_requests_never_panic(
        sent in prop::collection::vec(spans(), 1..3),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = traces(sent).encode_to_vec();
        for (place, value) in flips {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = TraceRequest::decode(&bytes);
        let _ = LogsRequest::decode(&bytes);
        let _ = visit_points(&bytes, |_, _, point| point.attributes().map(drop));
    }
}
