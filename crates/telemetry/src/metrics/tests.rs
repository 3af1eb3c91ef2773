//! The store from OTLP bytes to selected samples.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use regex::Regex;

use super::{MatchOp, Matcher, MetricLimits, MetricStore, STALE};

fn pair(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue {
        value: Some(Value::StringValue(value.into())),
    });
    KeyValue {
        key: key.into(),
        value,
        ..KeyValue::default()
    }
}

fn request(metrics: Vec<Metric>) -> Vec<u8> {
    let attributes = vec![
        pair("service.name", "api"),
        pair("service.instance.id", "api-1"),
        pair("host.name", "h"),
    ];
    let resource = Some(Resource {
        attributes,
        ..Resource::default()
    });
    let scope_metrics = vec![ScopeMetrics {
        metrics,
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        resource,
        scope_metrics,
        ..Default::default()
    }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec()
}

fn number(time_ms: u64, value: f64, attributes: Vec<KeyValue>) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        time_unix_nano: time_ms * 1_000_000,
        value: Some(number_data_point::Value::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

fn gauge(name: &str, points: Vec<NumberDataPoint>) -> Metric {
    let data = Some(Data::Gauge(Gauge {
        data_points: points,
    }));
    Metric {
        name: name.into(),
        data,
        ..Metric::default()
    }
}

fn counter(name: &str, temporality: i32, points: Vec<NumberDataPoint>) -> Metric {
    let sum = Sum {
        data_points: points,
        aggregation_temporality: temporality,
        is_monotonic: true,
    };
    Metric {
        name: name.into(),
        data: Some(Data::Sum(sum)),
        ..Metric::default()
    }
}

/// Series and samples as text, stale marks as `stale`.
fn select(store: &MetricStore, matchers: &[Matcher], start_ms: i64, end_ms: i64) -> Vec<String> {
    let selected = store
        .select(matchers, start_ms, end_ms, 100, 1_000)
        .unwrap();
    let line = |series: &super::SelectedSeries| {
        let labels: Vec<String> = series
            .labels
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let samples: Vec<String> = series
            .times_ms
            .iter()
            .zip(&series.values)
            .map(|(time, value)| match value.to_bits() == STALE.to_bits() {
                true => format!("{time}:stale"),
                false => format!("{time}:{value}"),
            })
            .collect();
        format!("{{{}}} {}", labels.join(","), samples.join(" "))
    };
    selected.iter().map(line).collect()
}

fn named(name: &str) -> Vec<Matcher> {
    vec![Matcher::equal("__name__", name)]
}

#[test]
fn a_histogram_becomes_cumulative_buckets_with_sum_and_count() {
    let point = HistogramDataPoint {
        attributes: vec![pair("http.route", "/a")],
        time_unix_nano: 15_000_000_000,
        count: 6,
        sum: Some(2.5),
        bucket_counts: vec![1, 2, 3],
        explicit_bounds: vec![0.5, 1.0],
        exemplars: vec![Exemplar {
            time_unix_nano: 14_000_000_000,
            value: Some(exemplar::Value::AsDouble(0.7)),
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            ..Exemplar::default()
        }],
        ..HistogramDataPoint::default()
    };
    let metric = Metric {
        name: "http.server.request.duration".into(),
        unit: "s".into(),
        description: "How long requests take".into(),
        data: Some(Data::Histogram(Histogram {
            data_points: vec![point],
            aggregation_temporality: 2,
        })),
        ..Metric::default()
    };
    let mut store = MetricStore::default();
    let outcome = store.ingest(&request(vec![metric])).unwrap();
    assert_eq!((outcome.points, outcome.rejected.count), (1, 0));
    let all = [Matcher {
        name: "__name__".into(),
        op: MatchOp::Regex(Regex::new("^(?:.*)$").unwrap()),
        value: String::new(),
    }];
    insta::assert_snapshot!(select(&store, &all, 0, 20_000).join("\n"), @r"
    {__name__=http_server_request_duration_seconds_bucket,http_route=/a,instance=api-1,le=+Inf,service_name=api} 15000:6
    {__name__=http_server_request_duration_seconds_bucket,http_route=/a,instance=api-1,le=0.5,service_name=api} 15000:1
    {__name__=http_server_request_duration_seconds_bucket,http_route=/a,instance=api-1,le=1,service_name=api} 15000:3
    {__name__=http_server_request_duration_seconds_count,http_route=/a,instance=api-1,service_name=api} 15000:6
    {__name__=http_server_request_duration_seconds_sum,http_route=/a,instance=api-1,service_name=api} 15000:2.5
    {__name__=target_info,host_name=h,instance=api-1,service_name=api} 15000:1
    ");

    let names: Vec<_> = store
        .metric_names()
        .into_iter()
        .map(|it| (it.name, it.series))
        .collect();
    assert_eq!(
        names,
        [
            ("http_server_request_duration_seconds".into(), 5),
            ("target_info".into(), 1)
        ]
    );
    let metadata = store
        .metadata("http_server_request_duration_seconds")
        .unwrap();
    assert_eq!(
        (metadata.unit.as_str(), metadata.help.as_str()),
        ("seconds", "How long requests take")
    );

    let exemplars = store.exemplars(
        &named("http_server_request_duration_seconds_bucket"),
        0,
        20_000,
    );
    let [found] = exemplars.as_slice() else {
        panic!("one exemplar, got {exemplars:?}")
    };
    assert_eq!(
        (
            found.labels.value("le"),
            found.exemplar.time_ms,
            found.exemplar.value
        ),
        ("1", 14_000, 0.7)
    );
    assert_eq!(found.exemplar.trace_id, u128::from_be_bytes([1; 16]));
}

#[test]
fn delta_sums_are_added_up() {
    let mut store = MetricStore::default();
    for (time, value) in [(1_000, 2.0), (2_000, 3.0), (3_000, 0.5)] {
        store
            .ingest(&request(vec![counter(
                "jobs",
                1,
                vec![number(time, value, vec![])],
            )]))
            .unwrap();
    }
    assert_eq!(
        select(&store, &named("jobs_total"), 0, 3_000),
        ["{__name__=jobs_total,instance=api-1,service_name=api} 1000:2 2000:5 3000:5.5"],
    );
}

#[test]
fn a_series_that_falls_silent_is_marked_stale() {
    let mut store = MetricStore::default();
    for step in 0..40u64 {
        let mut points = vec![number(
            step * 15_000 + 1,
            1.0,
            vec![pair("state", "steady")],
        )];
        if !(3..20).contains(&step) && step < 22 {
            points.push(number(
                step * 15_000 + 1,
                2.0,
                vec![pair("state", "pausing")],
            ));
        }
        store.ingest(&request(vec![gauge("pool", points)])).unwrap();
    }
    let mut matchers = named("pool");
    matchers.push(Matcher::equal("state", "pausing"));
    let labels = "{__name__=pool,instance=api-1,service_name=api,state=pausing}";
    assert_eq!(
        select(&store, &matchers, 0, 600_000),
        [format!(
            "{labels} 1:2 15001:2 30001:2 45001:stale 300001:2 315001:2 330001:stale"
        )],
    );
    // The mark is also there when the last sample lies before the range.
    assert_eq!(
        select(&store, &matchers, 40_000, 60_000),
        [format!("{labels} 45001:stale")]
    );
    matchers[1] = Matcher::equal("state", "steady");
    assert!(!select(&store, &matchers, 0, 600_000)[0].contains("stale"));
}

#[test]
fn matchers_narrow_and_labels_count() {
    let mut store = MetricStore::default();
    let point = |route: &str| number(1_000, 1.0, vec![pair("route", route)]);
    let metrics = vec![
        gauge("a", vec![point("/x"), point("/y")]),
        gauge("b", vec![point("/x")]),
    ];
    store.ingest(&request(metrics)).unwrap();

    let regex = |op: fn(Regex) -> MatchOp, text: &str| Matcher {
        name: "route".into(),
        op: op(Regex::new(text).unwrap()),
        value: String::new(),
    };
    fn check(store: &MetricStore, matchers: &[Matcher], expect: usize) {
        assert_eq!(store.series_labels(matchers).len(), expect, "{matchers:?}");
    }
    check(&store, &[], 4);
    check(&store, &[Matcher::equal("route", "/x")], 2);
    check(&store, &[Matcher::equal("route", "")], 1);
    check(&store, &[Matcher::equal("nothing", "here")], 0);
    check(&store, &[regex(MatchOp::Regex, "^(?:/x|/z)$")], 2);
    check(
        &store,
        &[
            regex(MatchOp::NotRegex, "^(?:/x)$"),
            Matcher::equal("__name__", "a"),
        ],
        1,
    );

    let labels = store.labels(&named("a"), 1);
    let route = labels.iter().find(|label| &*label.name == "route").unwrap();
    assert_eq!(
        (route.total, route.values.len(), route.values[0].1),
        (2, 1, 1)
    );
}

#[test]
fn what_does_not_fit_is_refused_with_a_reason() {
    let mut store = MetricStore::new(MetricLimits {
        series: 3,
        ..MetricLimits::default()
    });
    let points = (0..5)
        .map(|n| number(1_000, 1.0, vec![pair("n", &n.to_string())]))
        .collect();
    let outcome = store.ingest(&request(vec![gauge("many", points)])).unwrap();
    assert_eq!((outcome.points, outcome.rejected.count), (2, 3));
    assert_eq!(
        outcome.rejected.message,
        "metric \"many\": there is no room for another series"
    );

    let late = vec![number(1_000, 1.0, vec![pair("n", "0")])];
    let outcome = store.ingest(&request(vec![gauge("many", late)])).unwrap();
    assert_eq!(outcome.rejected.count, 1);

    let whole = request(vec![gauge("cut", vec![number(1, 1.0, vec![])])]);
    assert!(store.ingest(&whole[..whole.len() - 1]).is_err());

    let error = store.select(&named("many"), 0, 9_000, 1, 100).unwrap_err();
    assert_eq!((error.series, error.samples), (2, 2));
}
