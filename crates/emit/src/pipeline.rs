//! Encoded records become batches, and batches go to the sink.
//!
//! Records of one signal are appended to a buffer per resource; when enough have come together they are
//! wrapped as one export request. When a batch is full depends on counts and bytes only, never on time, so
//! that the same run gives the same batches. Start at [`Pipeline::span`].
//!
//! It does not retry or queue: that is the sink's matter.

use std::io;

use crate::{
    attachment::Attachment,
    protobuf,
    resource::{Resource, ResourceId},
    sink::{Counts, Signal, Sink},
};

/// Records of one signal that make a batch.
const BATCH_RECORDS: usize = 512;
/// Bytes that make a batch, whatever the number of records. With the limit on a single record this stays
/// below what a frame may hold.
const BATCH_BYTES: usize = 4 << 20;
/// Name of the instrumentation scope under which everything is filed.
const SCOPE: &str = "emit";

/// Collects encoded records and exports them in batches.
pub(crate) struct Pipeline {
    sink: Box<dyn Sink>,
    resources: Vec<Resource>,
    /// The same as protobuf, by index.
    encoded: Vec<Vec<u8>>,
    spans: Batch,
    logs: Batch,
    out: Vec<u8>,
    pub(crate) counts: Counts,
}

#[derive(Default)]
struct Batch {
    by_resource: Vec<Vec<u8>>,
    records: usize,
    bytes: usize,
}

impl Batch {
    /// Appends one record; returns whether the batch is full.
    fn push(&mut self, resource: ResourceId, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let index = resource.0 as usize;
        if index >= self.by_resource.len() {
            self.by_resource.resize_with(index + 1, Vec::new);
        }
        let buffer = &mut self.by_resource[index];
        let before = buffer.len();
        write(buffer);
        self.bytes += buffer.len() - before;
        self.records += 1;
        self.records >= BATCH_RECORDS || self.bytes >= BATCH_BYTES
    }
}

impl Pipeline {
    pub(crate) fn new(sink: Box<dyn Sink>) -> Self {
        let unknown = Resource::new("unknown_service");
        Self {
            sink,
            encoded: vec![unknown.encode()],
            resources: vec![unknown],
            spans: Batch::default(),
            logs: Batch::default(),
            out: Vec::new(),
            counts: Counts::default(),
        }
    }

    pub(crate) fn register(&mut self, resource: &Resource) -> ResourceId {
        let known = self
            .resources
            .iter()
            .position(|candidate| candidate == resource);
        let index = known.unwrap_or_else(|| {
            self.encoded.push(resource.encode());
            self.resources.push(resource.clone());
            self.resources.len() - 1
        });
        ResourceId(index as u32)
    }

    /// A resource of an earlier installation is not ours: file it under the unknown one.
    fn own(&self, resource: ResourceId) -> ResourceId {
        if (resource.0 as usize) < self.resources.len() {
            resource
        } else {
            ResourceId::UNKNOWN
        }
    }

    /// Takes a finished span, encoded as an element of `ScopeSpans.spans`.
    pub(crate) fn span(&mut self, resource: ResourceId, write: impl FnOnce(&mut Vec<u8>)) {
        let resource = self.own(resource);
        self.counts.spans += 1;
        if self.spans.push(resource, write) {
            self.flush_batch(Signal::Traces);
        }
    }

    /// Takes a log record, encoded as an element of `ScopeLogs.log_records`.
    pub(crate) fn log(&mut self, resource: ResourceId, write: impl FnOnce(&mut Vec<u8>)) {
        let resource = self.own(resource);
        self.counts.logs += 1;
        if self.logs.push(resource, write) {
            self.flush_batch(Signal::Logs);
        }
    }

    /// Exports whatever has come together.
    pub(crate) fn flush(&mut self) {
        self.flush_batch(Signal::Traces);
        self.flush_batch(Signal::Logs);
    }

    fn flush_batch(&mut self, signal: Signal) {
        let mut batch = match signal {
            Signal::Logs => std::mem::take(&mut self.logs),
            Signal::Traces | Signal::Metrics => std::mem::take(&mut self.spans),
        };
        if batch.records > 0 {
            self.export(signal, &batch.by_resource);
            for buffer in &mut batch.by_resource {
                buffer.clear();
            }
            batch.records = 0;
            batch.bytes = 0;
        }
        // The buffers keep their capacity for the next batch.
        match signal {
            Signal::Logs => self.logs = batch,
            Signal::Traces | Signal::Metrics => self.spans = batch,
        }
    }

    /// Exports metrics: one buffer of encoded `Metric`s per resource.
    pub(crate) fn metrics(&mut self, by_resource: &[Vec<u8>], points: u64) {
        self.counts.metric_points += points;
        self.export(Signal::Metrics, by_resource);
    }

    /// The three export requests have the same shape: resources, each with one scope, each with records.
    fn export(&mut self, signal: Signal, by_resource: &[Vec<u8>]) {
        self.out.clear();
        let scope_length = protobuf::delimited_len(SCOPE.len());
        for (index, records) in by_resource
            .iter()
            .enumerate()
            .filter(|(_, records)| !records.is_empty())
        {
            let resource = &self.encoded[index];
            let scope_records = protobuf::delimited_len(scope_length) + records.len();
            let length =
                protobuf::delimited_len(resource.len()) + protobuf::delimited_len(scope_records);
            protobuf::header(&mut self.out, 1, length);
            protobuf::bytes(&mut self.out, 1, resource);
            protobuf::header(&mut self.out, 2, scope_records);
            protobuf::header(&mut self.out, 1, scope_length);
            protobuf::bytes(&mut self.out, 1, SCOPE.as_bytes());
            self.out.extend_from_slice(records);
        }
        if !self.out.is_empty() {
            self.sink.export(signal, &self.out);
        }
    }

    /// `service.name` and `service.instance.id` of a resource.
    pub(crate) fn service_of(&self, resource: ResourceId) -> (String, String) {
        let resource = &self.resources[self.own(resource).0 as usize];
        let text = |key| resource.text(key).to_owned();
        (text("service.name"), text("service.instance.id"))
    }

    /// Hands a file to the sink, behind the records that came before it.
    pub(crate) fn attach(&mut self, attachment: &Attachment) {
        self.flush();
        self.sink.attach(attachment);
    }

    pub(crate) fn progress(&mut self, elapsed: u64, total: u64) -> io::Result<()> {
        self.sink.progress(elapsed, total)
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.flush();
        self.sink.finish(&self.counts)
    }
}
