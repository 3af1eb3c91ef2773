//! Questions over tables: selection, groups, rows, traces, facets.
//!
//! | question | function |
//! |---|---|
//! | many traces as one flame graph; what one trace waited for | [`flame()`], [`critical_path()`] |
//! | figures of a pipe (`… \| p95(duration) by service every 1m`) | [`figures`] |
//! | pages of spans or logs | [`spans`], [`logs`] |
//! | search for traces, points of a scatter plot, one trace | [`search_traces`], [`scatter`], [`trace`] |
//! | values of keys among the selected rows | [`facets`] |
//! | what can be typed next | [`keys`], [`values`] |
//! | distribution of durations | [`duration_statistics`] |
//! | logs over time by level, logs by pattern | [`level_histogram`], [`log_patterns`] |
//! | requests over time, deployments and restarts | [`timeline`], [`annotations`] |
//! | who calls whom; one edge over time | [`service_graph`], [`call_history`] |
//! | database sessions and statements | [`database_sessions`], [`database_statements`] |
//!
//! Most take a [`Scope`]: a range of time and a filter. Each compiles the filter once (every dictionary
//! value is tested once), selects rows of each segment as a bitmap, and then computes on the selected
//! rows; up to two threads take segments in turn. Keys that are still on disk are loaded first, so a
//! question may wait for the disk and may fail with [`QueryError::Load`].
//!
//! Everything here blocks; run it outside an async executor, one whole question at a time through one
//! [`QueryQueue`]. Nothing is cut silently: lists carry their total.
//!
//! Start reading at `select` (which rows), then `group` (figures of groups).

mod body;
mod compile;
mod complete;
mod critical_path;
mod database;
mod error;
mod facets;
mod figures;
mod flame;
mod group;
mod lists;
mod parallel;
mod predicate;
mod queue;
mod records;
mod rows;
mod scatter;
mod search;
mod select;
mod services;
mod statistics;
#[cfg(test)]
mod tests;
mod text_match;
mod trace;

pub use complete::{KeyInfo, KeyValues, keys, values};
pub use critical_path::{CriticalSection, critical_path};
pub use database::{
    DatabaseSession, DatabaseStatement, SampleTimes, SessionSnapshot, StatementOrder, Statements,
    database_sample_times, database_sessions, database_statements,
};
pub use error::QueryError;
pub use facets::{Facet, Facets, ValueCount, facets};
pub use figures::{Cell, ColumnKind, FigureColumn, Figures, figures, round_step};
pub use flame::{Flame, FlameFrame, FlameLimits, FrameFigures, Merged, flame};
pub use lists::{logs, spans};
pub use queue::QueryQueue;
pub use records::{LogRecord, SpanRecord};
pub use rows::{Order, Page};
pub use scatter::{Scatter, ScatterPoint, scatter};
pub use search::{TraceOrder, TraceSummary, search_traces};
pub use select::Scope;
pub use services::{
    CallFigures, CallHistory, Counted, GraphLimits, HistoryOf, HistoryStep, Node, NodeKind,
    ServiceEdge, ServiceGraph, ServiceNode, Versus, call_history, service_graph,
};
pub use statistics::{
    DurationBucket, DurationStatistics, LevelHistogram, LogPattern, Patterns, Timeline,
    annotations, duration_statistics, level_histogram, log_patterns, timeline,
};
pub use trace::{Trace, trace};
