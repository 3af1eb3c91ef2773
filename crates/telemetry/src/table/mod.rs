//! Rows in, segments and columns kept: one [`Table`] per signal.
//!
//! A [`TableBuilder`] takes [`SpanRow`]s or [`LogRow`]s into an open segment; every
//! [`SEGMENT_ROWS`] rows it sorts them by time and seals them. A sealed segment never changes. Segments
//! may overlap in time when rows arrive late; queries cope. A [`View`] is what queries read: the sealed
//! segments plus a frozen copy of the open one.
//!
//! A table that was read from disk has a [`Loader`] and fetches a key when a query first names it.
//!
//! # For whoever persists a table
//! `append_*` and `seal` return the index of a segment that has just been sealed. Write
//! [`Table::segment`] (times, durations, traces, identities, bodies) and, for every [`Key`], the entry
//! of its [`KeyData::columns`] at that index, whose codes lead through [`crate::column::TextColumn::text`]
//! to texts. [`Table::resources`] go along. To read back, implement [`Loader`] and call
//! [`Table::open`]; to go on writing, [`TableBuilder::resume`].
//!
//! # Memory
//! A dictionary is bounded ([`TableLimits`]); values beyond stay in the segment that has them. Nothing
//! is lost, but each such value costs its bytes once per segment. Attributes under more keys than
//! [`TableLimits::keys`] are dropped and counted ([`TableBuilder::dropped_attributes`]).
//!
//! Nothing here filters or aggregates; that is [`crate::query`].

mod append;
mod builder;
mod check;
mod freeze;
mod key;
mod loader;
mod range;
mod resource;
mod row;
mod segment;
mod store;
mod tables;
mod template;
#[cfg(test)]
mod tests;
mod view;

pub use builder::{SEGMENT_ROWS, TableBuilder, TableLimits};
pub use key::{Key, KeyData, KeyId, KeyType};
pub use loader::{LoadError, Loader};
pub use range::TimeRange;
pub use resource::Resource;
pub use row::{Level, LogRow, OwnedValue, ResourceId, SpanKind, SpanRow, Status, Value};
pub use segment::{Identities, Segment};
pub use store::{KeyHeader, MemoryUse, Signal, Table};
pub use tables::{Stored, Tables};
pub use template::mask;
pub use view::View;

pub(crate) use key::column_name;
