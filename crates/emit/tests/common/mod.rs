//! A sink that keeps what it is given, decoded by an independent protobuf implementation.

#![allow(
    dead_code,
    reason = "each test binary uses another part of this module"
)]

use std::{
    cell::Cell,
    sync::{Arc, Mutex},
};

use emit::{Config, Handle, Signal, Sink};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{AnyValue, KeyValue, any_value},
    logs::v1::LogRecord,
    metrics::v1::Metric,
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::Message;

/// Everything that was exported, in order.
#[derive(Default)]
pub(crate) struct Exported {
    pub(crate) spans: Vec<(String, Span)>,
    pub(crate) logs: Vec<(String, LogRecord)>,
    pub(crate) metrics: Vec<(String, Metric)>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) batches: usize,
    pub(crate) finished: bool,
}

#[derive(Clone, Default)]
pub(crate) struct MemorySink(pub(crate) Arc<Mutex<Exported>>);

fn service(resource: Option<Resource>) -> String {
    let attributes = resource
        .map(|resource| resource.attributes)
        .unwrap_or_default();
    attribute(&attributes, "service.name").unwrap_or_default()
}

impl Sink for MemorySink {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        let mut exported = self.0.lock().unwrap();
        exported.bytes.extend_from_slice(otlp);
        exported.batches += 1;
        match signal {
            Signal::Traces => {
                for group in ExportTraceServiceRequest::decode(otlp)
                    .unwrap()
                    .resource_spans
                {
                    let service = service(group.resource);
                    let spans = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
                    exported
                        .spans
                        .extend(spans.map(|span| (service.clone(), span)));
                }
            }
            Signal::Logs => {
                for group in ExportLogsServiceRequest::decode(otlp)
                    .unwrap()
                    .resource_logs
                {
                    let service = service(group.resource);
                    let logs = group
                        .scope_logs
                        .into_iter()
                        .flat_map(|scope| scope.log_records);
                    exported.logs.extend(logs.map(|log| (service.clone(), log)));
                }
            }
            Signal::Metrics => {
                for group in ExportMetricsServiceRequest::decode(otlp)
                    .unwrap()
                    .resource_metrics
                {
                    let service = service(group.resource);
                    let metrics = group
                        .scope_metrics
                        .into_iter()
                        .flat_map(|scope| scope.metrics);
                    exported
                        .metrics
                        .extend(metrics.map(|metric| (service.clone(), metric)));
                }
            }
        }
    }

    fn finish(&mut self, _counts: &emit::Counts) -> std::io::Result<()> {
        self.0.lock().unwrap().finished = true;
        Ok(())
    }
}

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_000) };
}

/// A clock that a test sets by hand.
pub(crate) fn clock() -> u64 {
    NOW.get()
}

pub(crate) fn set_clock(now: u64) {
    NOW.set(now);
}

/// Installs for this thread with seed 1.
pub(crate) fn install() -> (Handle, MemorySink) {
    install_with(Config::simulation(clock, 1))
}

pub(crate) fn install_with(config: Config) -> (Handle, MemorySink) {
    set_clock(1_000);
    let sink = MemorySink::default();
    (emit::install(config, sink.clone()).unwrap(), sink)
}

/// Records with `work` and returns what came out.
pub(crate) fn record(work: impl FnOnce()) -> Exported {
    let (handle, sink) = install();
    work();
    handle.shutdown().unwrap();
    std::mem::take(&mut sink.0.lock().unwrap())
}

/// An attribute as text, whatever its type.
pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref().map(text)
}

/// A value in a notation that shows its type.
pub(crate) fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => format!("{number}i"),
        Some(any_value::Value::DoubleValue(number)) => format!("{number:?}f"),
        Some(any_value::Value::BoolValue(flag)) => format!("{flag}"),
        other => format!("{other:?}"),
    }
}

/// All attributes as lines, leaving out where in the code they come from.
pub(crate) fn lines(attributes: &[KeyValue]) -> Vec<String> {
    let own = attributes
        .iter()
        .filter(|attribute| !attribute.key.starts_with("code."));
    own.map(|attribute| {
        format!(
            "{} = {}",
            attribute.key,
            attribute.value.as_ref().map_or(String::new(), text)
        )
    })
    .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
