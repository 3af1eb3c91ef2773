//! A span between its creation and its end, and its encoding as `opentelemetry.proto.trace.v1.Span`.
//!
//! Both subscribers keep spans in this form. Start at [`LiveSpan::start`].
//!
//! Attributes are encoded as they are recorded, so that ending a span is one copy. It keeps no span events:
//! what happens inside a span is a log record with the span's ids.

use std::cell::RefCell;

use tracing::{
    Metadata,
    span::{Attributes, Record},
};

use crate::{
    context::SpanContext,
    fields::{SpanFields, SpanVisitor},
    install::Installation,
    location::code_location,
    protobuf,
    resource::{self, ResourceId},
};

thread_local! {
    /// Space for formatted values, kept so that they cost no allocation.
    static SCRATCH: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes the scratch buffer out for the duration of `work`: a value's own `Debug` may record telemetry in
/// turn, and then simply works with a fresh buffer.
pub(crate) fn with_scratch<T>(work: impl FnOnce(&mut String) -> T) -> T {
    let mut scratch = SCRATCH.take();
    let result = work(&mut scratch);
    SCRATCH.set(scratch);
    result
}

/// A span that has started and not ended.
pub(crate) struct LiveSpan {
    pub(crate) context: SpanContext,
    pub(crate) metadata: &'static Metadata<'static>,
    parent: Option<u64>,
    resource: ResourceId,
    start: u64,
    fields: SpanFields,
}

impl LiveSpan {
    /// Starts a span below `parent`, or below the remote parent that its fields name, or as a root.
    /// `fields` is an emptied buffer to reuse.
    pub(crate) fn start(
        installation: &Installation,
        attributes: &Attributes<'_>,
        parent: Option<SpanContext>,
        mut fields: SpanFields,
    ) -> Self {
        with_scratch(|scratch| {
            attributes.record(&mut SpanVisitor {
                fields: &mut fields,
                scratch,
            });
        });
        code_location(&mut fields.attributes, 9, attributes.metadata());
        let parent = fields.remote_parent.or(parent);
        Self {
            context: SpanContext {
                trace_id: parent
                    .map_or_else(|| installation.ids.trace_id(), |parent| parent.trace_id),
                span_id: installation.ids.span_id(),
            },
            metadata: attributes.metadata(),
            parent: parent.map(|parent| parent.span_id),
            resource: resource::current(),
            start: (installation.clock)(),
            fields,
        }
    }

    /// Adds or replaces fields.
    pub(crate) fn record(&mut self, values: &Record<'_>) {
        with_scratch(|scratch| {
            values.record(&mut SpanVisitor {
                fields: &mut self.fields,
                scratch,
            });
        });
    }

    /// Starts another span in the place and with the buffers of one that has ended.
    pub(crate) fn restart(
        &mut self,
        installation: &Installation,
        attributes: &Attributes<'_>,
        parent: Option<SpanContext>,
    ) {
        let mut fields = std::mem::take(&mut self.fields);
        fields.clear();
        *self = Self::start(installation, attributes, parent, fields);
    }

    /// Ends the span now and hands it to the pipeline.
    pub(crate) fn end(&self, installation: &Installation) {
        let end = (installation.clock)();
        installation.pipeline(|pipeline| {
            pipeline.counts.truncated_values += u64::from(self.fields.truncated);
            pipeline.span(self.resource, |out| self.encode(out, end));
        });
    }

    /// Appends the span as an element of `ScopeSpans.spans`.
    fn encode(&self, out: &mut Vec<u8>, end: u64) {
        let fields = &self.fields;
        let name = match fields.name.as_str() {
            "" => self.metadata.name(),
            name => name,
        };
        let status = self.status();
        let length = 18
            + 10
            + self.parent.map_or(0, |_| 10)
            + protobuf::delimited_len(name.len())
            + 2
            + 9
            + 9
            + fields.attributes.len()
            + status
                .as_ref()
                .map_or(0, |status| protobuf::delimited_len(status.len()));
        protobuf::header(out, 2, length);
        protobuf::bytes(out, 1, &self.context.trace_id.to_be_bytes());
        protobuf::bytes(out, 2, &self.context.span_id.to_be_bytes());
        if let Some(parent) = self.parent {
            protobuf::bytes(out, 4, &parent.to_be_bytes());
        }
        protobuf::bytes(out, 5, name.as_bytes());
        protobuf::uint(out, 6, u64::from(fields.kind.unwrap_or(1)));
        protobuf::fixed64(out, 7, self.start);
        protobuf::fixed64(out, 8, end);
        out.extend_from_slice(&fields.attributes);
        if let Some(status) = status {
            protobuf::bytes(out, 15, &status);
        }
    }

    /// The `Status` message, absent while nobody has set one.
    fn status(&self) -> Option<Vec<u8>> {
        let message = self.fields.status_message.as_deref();
        if self.fields.status == 0 && message.is_none() {
            return None;
        }
        let mut status = Vec::new();
        if let Some(message) = message {
            protobuf::bytes(&mut status, 2, message.as_bytes());
        }
        protobuf::uint(&mut status, 3, u64::from(self.fields.status));
        Some(status)
    }
}
