//! Metrics as an independent decoder sees them.

mod common;

use common::{attribute, install, install_with, set_clock};
use emit::{Buckets, Config, Handle};
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, Metric, NumberDataPoint, metric::Data, number_data_point::Value,
};
use tracing::info_span;

/// Collects at `now` and returns what came out.
fn collect(handle: &Handle, sink: &common::MemorySink, now: u64) -> Vec<(String, Metric)> {
    set_clock(now);
    handle.collect_metrics(now);
    std::mem::take(&mut sink.0.lock().unwrap().metrics)
}

fn numbers(metric: &Metric) -> Vec<NumberDataPoint> {
    match metric.data.clone() {
        Some(Data::Sum(sum)) => {
            assert_eq!((sum.aggregation_temporality, sum.is_monotonic), (2, true));
            sum.data_points
        }
        Some(Data::Gauge(gauge)) => gauge.data_points,
        other => panic!("no numbers in {other:?}"),
    }
}

fn histogram_point(metric: &Metric) -> HistogramDataPoint {
    match metric.data.clone() {
        Some(Data::Histogram(histogram)) => {
            assert_eq!(histogram.aggregation_temporality, 2);
            histogram.data_points[0].clone()
        }
        other => panic!("no histogram in {other:?}"),
    }
}

#[test]
fn counters_accumulate_from_their_start() {
    let (handle, sink) = install();
    set_clock(10);
    counter!("job.executions", "job.type" => "email", "outcome" => "success").increment(2);
    counter!("job.executions", "outcome" => "success", "job.type" => "email").increment(3);
    counter!("job.executions", "job.type" => "report", "outcome" => "failure").increment(1);
    collect(&handle, &sink, 100);
    counter!("job.executions", "job.type" => "email", "outcome" => "success").increment(10);
    let collected = collect(&handle, &sink, 200);
    let points = numbers(&collected[0].1);
    assert_eq!(points.len(), 2, "label order does not make another series");
    assert_eq!(points[0].value, Some(Value::AsInt(15)));
    assert_eq!(
        (points[0].start_time_unix_nano, points[0].time_unix_nano),
        (10, 200)
    );
    assert_eq!(
        attribute(&points[1].attributes, "job.type").as_deref(),
        Some("report")
    );
}

#[test]
fn gauges_report_their_last_value() {
    let (handle, sink) = install();
    let pending = gauge!("db.client.connection.pending_requests", "pool.name" => "main");
    pending.set(5.0);
    pending.increment(2.5);
    pending.decrement(1.0);
    let collected = collect(&handle, &sink, 100);
    assert_eq!(
        numbers(&collected[0].1)[0].value,
        Some(Value::AsDouble(6.5))
    );
}

#[test]
fn histograms_have_buckets_sum_and_the_slowest_exemplar() {
    let (handle, sink) = install();
    describe_histogram!(
        "http.server.request.duration",
        Unit::Seconds,
        "duration of requests"
    );
    let slow = info_span!("slow").in_scope(|| {
        set_clock(50);
        histogram!("http.server.request.duration").record(2.0);
        emit::current_span().unwrap()
    });
    info_span!("fast").in_scope(|| histogram!("http.server.request.duration").record(0.005));
    histogram!("http.server.request.duration").record(100.0);
    histogram!("http.server.request.duration").record(f64::NAN);
    let collected = collect(&handle, &sink, 100);
    let (_, metric) = &collected[0];
    assert_eq!(
        (metric.unit.as_str(), metric.description.as_str()),
        ("s", "duration of requests")
    );
    let point = histogram_point(metric);
    assert_eq!((point.count, point.sum), (3, Some(102.005)));
    assert_eq!(point.explicit_bounds.len() + 1, point.bucket_counts.len());
    let bound = point.explicit_bounds.iter().position(|it| *it == 0.005);
    assert_eq!(
        point.bucket_counts[bound.unwrap()],
        1,
        "a value on a bound belongs to the bucket below it"
    );
    assert_eq!(point.bucket_counts.last(), Some(&1));
    assert_eq!(point.exemplars.len(), 1);
    assert_eq!(point.exemplars[0].time_unix_nano, 50);
    assert_eq!(
        common::hex(&point.exemplars[0].span_id),
        format!("{:016x}", slow.span_id)
    );
    let again = histogram_point(&collect(&handle, &sink, 200)[0].1);
    assert_eq!(
        (again.count, again.exemplars.len()),
        (3, 0),
        "an exemplar is reported once"
    );
}

#[test]
fn bounds_follow_name_or_unit() {
    let mut config = Config::simulation(common::clock, 1);
    config.buckets = vec![
        Buckets::for_name("queue.depth", &[10.0, 1.0]),
        Buckets::for_unit(Unit::Bytes, &[1024.0]),
    ];
    let (handle, sink) = install_with(config);
    describe_histogram!("body.size", Unit::Bytes, "");
    histogram!("queue.depth").record(1.0);
    histogram!("body.size").record(1.0);
    histogram!("other").record(1.0);
    let collected = collect(&handle, &sink, 100);
    let bounds: Vec<_> = collected
        .iter()
        .map(|(_, metric)| histogram_point(metric).explicit_bounds)
        .collect();
    assert_eq!(
        (bounds[0].as_slice(), bounds[1].as_slice()),
        (&[1.0, 10.0][..], &[1024.0][..])
    );
    assert_eq!(bounds[2].len(), 24);
}

#[test]
fn series_belong_to_the_resource_under_which_they_were_made() {
    let (handle, sink) = install();
    let one = emit::register(&emit::Resource::new("one"));
    let two = emit::register(&emit::Resource::new("two"));
    for (resource, times) in [(one, 1), (two, 2)] {
        let _guard = emit::with_resource(resource);
        for _ in 0..times {
            counter!("requests").increment(1);
        }
    }
    let values = |collected: &[(String, Metric)]| -> Vec<_> {
        let value = |metric| numbers(metric)[0].value;
        collected
            .iter()
            .map(|(service, metric)| (service.clone(), value(metric)))
            .collect()
    };
    let collected = collect(&handle, &sink, 100);
    let expect = [
        ("one".to_owned(), Some(Value::AsInt(1))),
        ("two".to_owned(), Some(Value::AsInt(2))),
    ];
    assert_eq!(values(&collected), expect);
    emit::forget_metrics(one);
    assert_eq!(values(&collect(&handle, &sink, 200)), expect[1..]);
    let _guard = emit::with_resource(two);
    counter!("requests").increment(1);
    assert_eq!(
        values(&collect(&handle, &sink, 300))[0].1,
        Some(Value::AsInt(3)),
        "the others can still be found"
    );
}

#[test]
fn too_many_series_end_up_in_one() {
    let (handle, sink) = install();
    for user in 0..2_500u32 {
        counter!("requests", "user.id" => user.to_string()).increment(1);
    }
    let points = numbers(&collect(&handle, &sink, 100)[0].1);
    assert_eq!(points.len(), 2_001);
    let overflow = points.last().unwrap();
    assert_eq!(
        attribute(&overflow.attributes, "otel.metric.overflow").as_deref(),
        Some("true")
    );
    assert_eq!(overflow.value, Some(Value::AsInt(500)));
}

#[test]
fn collection_exports_spans_and_logs_first() {
    let (handle, sink) = install();
    drop(info_span!("s"));
    counter!("requests").increment(1);
    collect(&handle, &sink, 100);
    let exported = sink.0.lock().unwrap();
    assert_eq!((exported.spans.len(), exported.batches), (1, 2));
}
