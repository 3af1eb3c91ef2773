//! The service graph: who calls whom, how often, how long it takes, how often it fails; now, before, and over time.
//!
//! A node is a service, not an instance. A **call** is one client or producer span, so that a retry is a call of
//! its own and a call whose other end is recorded too is still one. Its callee is
//!
//! 1. the service of the span that answers it (its first child in another service, or its first server or consumer
//!    child), else
//! 2. the recorded service that its attributes name, else
//! 3. a peer, database, cache or queue that they name, which emits no spans of its own.
//!
//! Instrumentations nest: of client spans right below each other that go to the same callee only the innermost is a
//! call. Where a service was called and its caller has no client span, the answering span stands for the call; a
//! server span without a recorded parent is a call by clients outside. Calls that name no other side are counted.
//!
//! The filter selects traces, as the search for traces does: a trace counts when one of its spans in the range passes.
//! A client span does not know the tenant of its request; its trace does. Of those traces the calls in the range count.
//!
//! Start reading at [`service_graph`]; `spans` reads rows, `calls` says what is a call, `collect` adds them up.

mod calls;
mod collect;
mod graph;
mod history;
mod names;
mod selection;
mod spans;
mod straddling;
#[cfg(test)]
mod tests;

pub use graph::{
    CallFigures, Counted, GraphLimits, ServiceEdge, ServiceGraph, ServiceNode, Versus,
    service_graph,
};
pub use history::{CallHistory, HistoryOf, HistoryStep, call_history};
pub use names::{Node, NodeKind};
