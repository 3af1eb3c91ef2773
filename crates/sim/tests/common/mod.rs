//! Running worlds, and reading what they recorded.

#![allow(
    dead_code,
    reason = "each test binary uses another part of this module"
)]

use std::sync::{Arc, Mutex};

use emit::{Config, Signal, Sink};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{KeyValue, any_value::Value},
    logs::v1::LogRecord,
    metrics::v1::{metric::Data, number_data_point},
    trace::v1::Span,
};
use prost::Message;
use sim::{Runtime, Timestamp};

pub(crate) const START: Timestamp = Timestamp::from_unix_secs(1_780_000_000);

/// Runs a virtual world without telemetry.
pub(crate) fn run<T: Send + 'static>(main: impl Future<Output = T> + Send + 'static) -> T {
    Runtime::virtual_time(7, START).run(main)
}

type Export = (Signal, Vec<u8>);

/// Everything that was exported.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Export>>>);

impl Sink for Recording {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        self.0.lock().unwrap().push((signal, otlp.to_vec()));
    }
}

/// Runs a virtual world and returns what it recorded.
pub(crate) fn record(seed: u64, main: impl Future<Output = ()> + Send + 'static) -> Recording {
    let recording = Recording::default();
    let handle = emit::install(Config::simulation(sim::clock, seed), recording.clone()).unwrap();
    Runtime::virtual_time(seed, START).run(main);
    handle.shutdown().unwrap();
    recording
}

impl Recording {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .flat_map(|(_, bytes)| bytes.clone())
            .collect()
    }

    fn of<M: Message + Default>(&self, wanted: Signal) -> Vec<M> {
        let exports = self.0.lock().unwrap();
        let matching = exports.iter().filter(|(signal, _)| *signal == wanted);
        matching
            .map(|(_, bytes)| M::decode(bytes.as_slice()).unwrap())
            .collect()
    }

    /// Spans with the name of their service.
    pub(crate) fn spans(&self) -> Vec<(String, Span)> {
        let groups = self.of::<ExportTraceServiceRequest>(Signal::Traces);
        let groups = groups.into_iter().flat_map(|export| export.resource_spans);
        groups
            .flat_map(|group| {
                let service = text(
                    &group.resource.unwrap_or_default().attributes,
                    "service.name",
                );
                let spans = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans
                    .map(move |span| (service.clone(), span))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Log records with the name of their service.
    pub(crate) fn logs(&self) -> Vec<(String, LogRecord)> {
        let groups = self.of::<ExportLogsServiceRequest>(Signal::Logs);
        let groups = groups.into_iter().flat_map(|export| export.resource_logs);
        groups
            .flat_map(|group| {
                let service = text(
                    &group.resource.unwrap_or_default().attributes,
                    "service.name",
                );
                let logs = group
                    .scope_logs
                    .into_iter()
                    .flat_map(|scope| scope.log_records);
                logs.map(move |log| (service.clone(), log))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Samples of a gauge or counter of a service: seconds since the start, and value.
    pub(crate) fn samples(&self, service: &str, name: &str) -> Vec<(u64, f64)> {
        let mut samples = Vec::new();
        for group in self
            .of::<ExportMetricsServiceRequest>(Signal::Metrics)
            .into_iter()
            .flat_map(|e| e.resource_metrics)
        {
            if text(
                &group.resource.unwrap_or_default().attributes,
                "service.name",
            ) != service
            {
                continue;
            }
            let metrics = group
                .scope_metrics
                .into_iter()
                .flat_map(|scope| scope.metrics);
            for metric in metrics.filter(|metric| metric.name == name) {
                let points = match metric.data {
                    Some(Data::Gauge(gauge)) => gauge.data_points,
                    Some(Data::Sum(sum)) => sum.data_points,
                    _ => Vec::new(),
                };
                samples.extend(points.iter().map(|point| {
                    let elapsed = Timestamp::from_unix_nanos(point.time_unix_nano) - START;
                    let value = match point.value {
                        Some(number_data_point::Value::AsDouble(value)) => value,
                        Some(number_data_point::Value::AsInt(value)) => value as f64,
                        None => f64::NAN,
                    };
                    (elapsed.as_secs(), value)
                }));
            }
        }
        samples
    }
}

/// A text attribute, empty if it is missing.
pub(crate) fn text(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found
        .and_then(|attribute| attribute.value.clone())
        .and_then(|value| value.value)
    {
        Some(Value::StringValue(text)) => text,
        _ => String::new(),
    }
}
