//! What a test wants to know of an incident's telemetry.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use emit::{Attachment, Signal, Sink};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use workflow_platform_world::play;
use workflow_platform_world::scenarios::IncidentSpec;

/// A request that the api served.
pub(crate) struct Request {
    /// `METHOD /route`.
    pub(crate) name: String,
    /// Its end, since the beginning of what was played.
    pub(crate) at: Duration,
    pub(crate) took: Duration,
    pub(crate) status: i64,
}

/// A value of a gauge or a sum.
pub(crate) struct Sample {
    pub(crate) service: String,
    pub(crate) metric: String,
    pub(crate) state: Option<String>,
    pub(crate) at: Duration,
    pub(crate) value: f64,
}

/// An incident, read.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) requests: Vec<Request>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) completed_workflows: u64,
    /// Files such as heap snapshots, oldest first.
    pub(crate) attachments: Vec<Attachment>,
}

impl Recording {
    /// The largest value of a metric of a service within a time; 0 when there is none.
    pub(crate) fn peak(&self, service: &str, metric: &str, within: Range<Duration>) -> f64 {
        let samples = self.samples.iter().filter(|sample| {
            sample.service == service && sample.metric == metric && within.contains(&sample.at)
        });
        samples.map(|sample| sample.value).fold(0.0, f64::max)
    }
}

/// Plays an incident and reads it.
pub(crate) fn record(spec: IncidentSpec) -> Recording {
    let recording = Arc::new(Mutex::new(Recording::default()));
    let reader = Reader {
        start: spec.begins().as_unix_nanos(),
        recording: Arc::clone(&recording),
    };
    play(spec, reader).expect("an incident");
    std::mem::take(&mut *recording.lock().expect("no panic before"))
}

struct Reader {
    start: u64,
    recording: Arc<Mutex<Recording>>,
}

impl Sink for Reader {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        let recording = &mut *self.recording.lock().expect("no panic before");
        match signal {
            Signal::Traces => self.read_traces(otlp, recording),
            Signal::Metrics => self.read_metrics(otlp, recording),
            Signal::Logs => {}
        }
    }

    fn attach(&mut self, attachment: &Attachment) {
        let recording = &mut *self.recording.lock().expect("no panic before");
        recording.attachments.push(attachment.clone());
    }
}

impl Reader {
    fn read_traces(&self, otlp: &[u8], recording: &mut Recording) {
        let request = ExportTraceServiceRequest::decode(otlp).expect("traces");
        for traces in request.resource_spans {
            let service = service(traces.resource.as_ref());
            for span in traces.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                if text(&span.attributes, "workflow.outcome").as_deref() == Some("completed") {
                    recording.completed_workflows += 1;
                }
                if service != "api" || text(&span.attributes, "http.route").is_none() {
                    continue;
                }
                recording.requests.push(Request {
                    at: self.since_start(span.end_time_unix_nano),
                    took: Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano),
                    status: number(&span.attributes, "http.response.status_code"),
                    name: span.name,
                });
            }
        }
    }

    fn read_metrics(&self, otlp: &[u8], recording: &mut Recording) {
        let request = ExportMetricsServiceRequest::decode(otlp).expect("metrics");
        for metrics in request.resource_metrics {
            let service = service(metrics.resource.as_ref());
            for metric in metrics
                .scope_metrics
                .into_iter()
                .flat_map(|scope| scope.metrics)
            {
                let points = match metric.data {
                    Some(Data::Gauge(gauge)) => gauge.data_points,
                    Some(Data::Sum(sum)) => sum.data_points,
                    _ => continue,
                };
                for point in points {
                    let value = match point.value {
                        Some(number_data_point::Value::AsDouble(value)) => value,
                        Some(number_data_point::Value::AsInt(value)) => value as f64,
                        None => continue,
                    };
                    recording.samples.push(Sample {
                        service: service.clone(),
                        metric: metric.name.clone(),
                        state: text(&point.attributes, "state"),
                        at: self.since_start(point.time_unix_nano),
                        value,
                    });
                }
            }
        }
    }

    fn since_start(&self, unix_nanos: u64) -> Duration {
        Duration::from_nanos(unix_nanos.saturating_sub(self.start))
    }
}

fn service(resource: Option<&Resource>) -> String {
    resource
        .and_then(|resource| text(&resource.attributes, "service.name"))
        .unwrap_or_default()
}

fn value<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.as_ref()
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    match value(attributes, key) {
        Some(Value::StringValue(text)) => Some(text.clone()),
        _ => None,
    }
}

fn number(attributes: &[KeyValue], key: &str) -> i64 {
    match value(attributes, key) {
        Some(Value::IntValue(number)) => *number,
        _ => 0,
    }
}
