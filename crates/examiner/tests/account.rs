//! The world's account is recorded beside what a candidate can see, and nowhere in it.

#![cfg(unix)]

use catalogue::Level;
use emit::frames::FrameSink;
use emit::{Counts, Signal, Sink};
use examiner::incident::{
    Cancel, IncidentSpec, Limits, RecordingLabel, SystemCommand, account, begin, record,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use telemetry::recording::Recording;

/// 2026-01-01, in nanoseconds.
const START: u64 = 1_767_225_600_000_000_000;

fn gauge(service: &str, name: &str) -> ResourceMetrics {
    ResourceMetrics {
        resource: Some(Resource {
            attributes: vec![KeyValue {
                key: "service.name".to_owned(),
                value: Some(AnyValue {
                    value: Some(any_value::Value::StringValue(service.to_owned())),
                }),
                ..KeyValue::default()
            }],
            ..Resource::default()
        }),
        scope_metrics: vec![ScopeMetrics {
            metrics: vec![Metric {
                name: name.to_owned(),
                data: Some(metric::Data::Gauge(Gauge {
                    data_points: vec![NumberDataPoint {
                        time_unix_nano: START,
                        value: Some(number_data_point::Value::AsInt(7)),
                        ..NumberDataPoint::default()
                    }],
                })),
                ..Metric::default()
            }],
            ..ScopeMetrics::default()
        }],
        ..ResourceMetrics::default()
    }
}

fn stream(parts: Vec<ResourceMetrics>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = FrameSink::new(&mut bytes);
    let points = parts.len() as u64;
    let request = ExportMetricsServiceRequest {
        resource_metrics: parts,
    };
    sink.export(Signal::Metrics, &request.encode_to_vec());
    let counts = Counts {
        metric_points: points,
        ..Counts::default()
    };
    sink.finish(&counts).unwrap();
    bytes
}

fn metric_names(recording: &Recording) -> Vec<String> {
    let metrics = recording.metrics().unwrap();
    let mut names: Vec<String> = metrics
        .iter()
        .map(|(labels, _, _)| labels.metric_name().to_owned())
        .filter(|name| name != "target_info")
        .collect();
    names.sort();
    names
}

fn record_stream(parts: Vec<ResourceMetrics>) -> (tempfile::TempDir, Recording, Option<Recording>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream");
    std::fs::write(&file, stream(parts)).unwrap();
    let spec = IncidentSpec {
        system: SystemCommand {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "cat \"$0\"".into(), file.into()],
        },
        scenario: "slow-pages".to_owned(),
        seed: 7,
        hours: 1.0,
        difficulty: Level::Mid,
        drill: "d-000001".to_owned(),
        part: None,
        limits: Limits::default(),
    };
    let label = RecordingLabel {
        id: "r".to_owned(),
        title: "R".to_owned(),
    };
    let writer = begin(&spec, &folder.path().join("r"), label).unwrap();
    let recorded = record(&spec, writer, &mut |_| {}, &Cancel::default()).unwrap();
    (folder, recorded.recording, recorded.account)
}

#[test]
fn the_account_lies_beside_and_not_in_what_a_candidate_sees() {
    let (folder, recording, given) = record_stream(vec![
        gauge("api", "requests"),
        gauge("world", "account_requests"),
    ]);
    assert_eq!(metric_names(&recording), ["requests"]);
    assert_eq!(metric_names(&given.unwrap()), ["account_requests"]);

    let path = folder.path().join("r");
    let opened = Recording::open(&path).unwrap();
    opened.verify().unwrap();
    assert_eq!(metric_names(&opened), ["requests"]);
    let account = account(&path).unwrap().unwrap();
    account.verify().unwrap();
    assert_eq!(metric_names(&account), ["account_requests"]);
    // Nothing of the way there is left.
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_world_that_says_nothing_has_no_account() {
    let (folder, recording, given) = record_stream(vec![gauge("api", "requests")]);
    assert_eq!(metric_names(&recording), ["requests"]);
    assert!(given.is_none());
    assert!(account(&folder.path().join("r")).unwrap().is_none());
}
