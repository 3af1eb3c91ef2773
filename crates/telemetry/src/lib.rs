//! The signals: OTLP in, the recording on disk, and queries over it.
//!
//! A signal (spans, logs, database samples) is one [`table::Table`]: segments of at most
//! [`table::SEGMENT_ROWS`] rows sorted by time, whose attributes are columns of small local codes over
//! one dictionary per key. A [`table::TableBuilder`] appends rows; [`query`] answers questions over a
//! [`table::View`]; [`filter`] is the language that people write.
//!
//! Start reading at [`table`] for how rows are kept, at [`filter`] for the language, at [`query`]
//! for what can be asked.
//!
//! This crate knows no HTTP and no JSON for the page; it returns plain values.

pub mod column;
pub mod filter;
pub mod live;
pub mod metrics;
pub mod otlp;
pub mod query;
pub mod recording;
pub mod table;

pub use table::{LogRow, ResourceId, SpanRow, Table, TableBuilder, Tables, TimeRange, Value, View};
