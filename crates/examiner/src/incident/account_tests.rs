//! Requests by hand: who said it decides where it goes.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, ResourceMetrics, ScopeMetrics, metric,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use super::*;

fn of_service(name: &str, metric: &str) -> ResourceMetrics {
    let attribute = |key: &str, value: &str| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    };
    ResourceMetrics {
        resource: Some(Resource {
            attributes: vec![
                attribute("host.name", "world"),
                attribute("service.name", name),
            ],
            ..Resource::default()
        }),
        scope_metrics: vec![ScopeMetrics {
            metrics: vec![Metric {
                name: metric.to_owned(),
                data: Some(metric::Data::Gauge(Gauge::default())),
                ..Metric::default()
            }],
            ..ScopeMetrics::default()
        }],
        ..ResourceMetrics::default()
    }
}

fn request(parts: &[ResourceMetrics]) -> Vec<u8> {
    ExportMetricsServiceRequest {
        resource_metrics: parts.to_vec(),
    }
    .encode_to_vec()
}

#[test]
fn only_the_world_is_kept_apart() {
    let (api, world) = (
        of_service("api", "a"),
        of_service("world", "account_requests"),
    );
    let mixed = request(&[api.clone(), world.clone(), api.clone()]);
    let parts = split(&mixed).unwrap();
    assert_eq!(parts.visible, request(&[api.clone(), api.clone()]));
    assert_eq!(parts.account, request(std::slice::from_ref(&world)));

    let plain = request(std::slice::from_ref(&api));
    let parts = split(&plain).unwrap();
    assert!(matches!(parts.visible, Cow::Borrowed(_)));
    assert_eq!((&*parts.visible, parts.account.len()), (&*plain, 0));

    let only = request(&[world]);
    let parts = split(&only).unwrap();
    assert_eq!((parts.visible.len(), parts.account), (0, only.clone()));
}

#[test]
fn names_are_compared_whole() {
    for name in ["world-2", "worl", "", "WORLD"] {
        let request = request(&[of_service(name, "a")]);
        assert!(split(&request).unwrap().account.is_empty(), "{name}");
    }
}

#[test]
fn a_resource_in_two_parts_is_one() {
    let split_in_two = |first: &ResourceMetrics, second: &ResourceMetrics| {
        let mut inner = first.encode_to_vec();
        inner.extend(second.encode_to_vec());
        let mut request = vec![0x0a];
        prost::encode_length_delimiter(inner.len(), &mut request).unwrap();
        request.extend(inner);
        request
    };
    let mixed = split_in_two(&of_service("api", "a"), &of_service("world", "b"));
    assert_eq!(split(&mixed).unwrap().account, mixed);
}

#[test]
fn what_is_no_message_is_refused_and_nothing_panics() {
    assert_eq!(split(&[0xff; 12]).unwrap_err(), Malformed(0));
    assert_eq!(split(&[0x0a, 0x7f, 1]).unwrap_err(), Malformed(0));
    let whole = request(&[of_service("world", "a"), of_service("api", "b")]);
    for end in 0..whole.len() {
        // A request that was cut is refused or is a shorter one; it never shows what is the world's.
        if let Ok(parts) = split(&whole[..end]) {
            assert!(!parts.visible.windows(5).any(|it| it == b"world") || parts.visible.len() < 5);
        }
    }
}
