//! How a system speaks: the `tracing` and `metrics` facades, encoded as OTLP and stamped by a clock that the
//! caller gives.
//!
//! A system uses the ordinary facades and never names this crate for spans, logs or metrics. Whoever starts
//! it calls [`install`] with a clock, a source of ids and a [`Sink`]: in a simulation the sink writes frames
//! to a pipe ([`frames`]), live it posts OTLP over HTTP ([`HttpSink`]). The same bytes come out either way,
//! so a recording cannot tell which it was.
//!
//! Start reading at [`install`](crate::install()), then `single` (the subscriber of a simulation) and `layer`
//! (the one of a live program), then `pipeline`, where encoded records become batches.
//!
//! It does not sample, does not retry, and keeps no `tracestate` or baggage.

mod attachment;
mod context;
mod event;
mod fields;
pub mod frames;
mod ids;
mod install;
mod layer;
mod location;
mod metrics;
mod otlp_http;
mod pipeline;
mod protobuf;
mod resource;
mod single;
mod sink;
mod span;

pub use attachment::{Attachment, MAX_ATTACHMENT, attach};
pub use context::{ParseTraceparentError, SpanContext, current_span, traceparent};
pub use event::{Event, Severity, event};
pub use fields::Value;
pub use ids::Ids;
pub use install::{
    Config, DiscardGuard, ExtraLayer, Handle, InstallError, Threads, collect_metrics, discard,
    flush, forget_metrics, install, progress, wall_clock,
};
pub use metrics::Buckets;
pub use otlp_http::{ExportError, HttpSink};
pub use resource::{Resource, ResourceGuard, ResourceId, register, with_resource};
pub use sink::{Counts, Signal, Sink};
