//! Heap snapshots: what is in a process's memory, what keeps it there, and what was added since.
//!
//! It exists because the tools that read V8's `.heapsnapshot` need several times the file's size
//! in memory, do not compare, and do not say by which paths the objects of a class are kept. Here
//! a snapshot is a handful of flat columns, read as a stream, and everything else is computed
//! from them.
//!
//! Start reading at [`Snapshot`] (the columns), then [`Analysis`] (dominators, retained sizes, and
//! every question that is asked of them); [`compare`] puts several snapshots side by side, and
//! [`SnapshotBuilder`] writes what Chrome DevTools, v8-heap-parser and memlab read.
//!
//! ```
//! use heap::{Analysis, EdgeType, Limits, NodeType, Snapshot, SnapshotBuilder};
//!
//! let mut builder = SnapshotBuilder::new();
//! let bus = builder.node(NodeType::Object, "Bus", 3, 64);
//! let handler = builder.node(NodeType::Object, "Handler", 5, 1_000);
//! builder.edge(builder.root(), EdgeType::Property, "bus", bus);
//! builder.element(bus, 0, handler);
//! let mut file = Vec::new();
//! builder.write(&mut file)?;
//!
//! let analysis = Analysis::new(Snapshot::read(file.as_slice(), &Limits::default())?);
//! let summary = analysis.summary();
//! assert_eq!((summary[0].class.as_str(), summary[0].retained_bytes), ("Bus", 1_064));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Which references count follows Chrome DevTools ([`Analysis`] lists the rules). Sizes are those
//! of the file: DevTools moves the size of an array that one object owns to that object, which is
//! not done here, so a class may be shown smaller and `(array)` larger.
//!
//! What it does not do: it knows no other format than V8's, opens no archive, reads no allocation
//! stacks (`trace_tree`) and no locations, and starts no threads.

mod analysis;
mod classes;
mod compare;
mod graph;
mod kind;
mod owners;
mod paths;
mod read;
mod snapshot;
mod summary;
mod suspects;
mod write;

pub use analysis::{Analysis, Retainer, SYSTEM_DISTANCE};
pub use compare::{ClassChange, Comparison, Flow, Identity, compare};
pub use graph::WeakMapValues;
pub use kind::{EdgeType, NodeType};
pub use owners::{Owner, OwnerLimits, Owners};
pub use paths::{PathGroup, PathStep, Paths};
pub use read::{Limits, ReadError};
pub use snapshot::{Edge, EdgeName, Node, Snapshot};
pub use summary::ClassSummary;
pub use suspects::{Evidence, Suspect, growing, suspects};
pub use write::SnapshotBuilder;

/// The media type under which a snapshot is kept. V8 has registered none; this is the one that says what it is.
pub const MEDIA_TYPE: &str = "application/vnd.v8.heapsnapshot+json";
