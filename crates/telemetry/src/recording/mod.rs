//! A recording: the telemetry of one incident or one live run, as a folder that can be copied.
//!
//! ```text
//! manifest.json      what it is, counts, content hash, keys and types, checksums; written last
//! spans.parquet      one row a span, one column an attribute key
//! logs.parquet       one row a log record or span event
//! samples.parquet    database samples: the events `db.server.*`
//! metrics.parquet    one row a sample, sorted by series
//! exemplars.parquet  measured values with their traces
//! attachments/       files such as heap snapshots, compressed with zstd
//! ```
//!
//! [`RecordingWriter`] takes OTLP requests while a system runs; [`Recording::open`] reads the folder,
//! a column at a time as queries need them. Both give the same [`Tables`](crate::table::Tables) and
//! [`MetricStore`](crate::metrics::MetricStore).
//!
//! # Reading the files with other tools
//! Times are UTC timestamps. A row group is a segment of at most 65,535 rows, sorted by time. To keep
//! files small, a span's parent is `parent_rows`, the distance to its row inside the row group; only
//! where the parent is elsewhere does `parent_span_id` hold it. `resource` counts into the manifest's
//! list of resources. Where a key has values of several types, the manifest names the column of each.
//!
//! Nothing here is changed after sealing, and nothing is hidden: `private` in the manifest is for
//! whoever keeps the recording, and the server must not show it to a candidate.

mod arrays;
mod attachments;
mod background;
mod durable;
mod error;
mod growing;
mod hash;
mod loader;
mod manifest;
mod metrics_file;
mod part_file;
mod reader;
mod run;
mod segments;
mod sink;
mod table_file;
mod writer;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
pub(crate) mod tests;

pub use attachments::{AttachmentEntry, AttachmentInfo, AttachmentReader};
pub use error::RecordingError;
pub use growing::Growing;
pub use manifest::{Counts, FileEntry, KeyEntry, Manifest, RecordingInfo, TableEntry};
pub use reader::Recording;
pub use writer::RecordingWriter;

pub(crate) use durable::{sync_folder, write_durably};
pub(crate) use hash::ContentHash;
pub(crate) use run::{Cut, read_runs, write_run};
pub(crate) use sink::{append_logs, append_traces};
