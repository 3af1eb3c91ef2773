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
//!
//! # Asking questions
//!
//! ```
//! use telemetry::filter;
//! use telemetry::query::{self, Order, QueryQueue, Scope, TraceOrder};
//! use telemetry::table::{SpanKind, Status};
//! use telemetry::{SpanRow, Tables, TimeRange, Value};
//!
//! let tables = Tables::default();
//! // Whoever receives telemetry appends rows.
//! if let Some(spans) = tables.spans_mut().builder() {
//!     let resource = spans.resource("api", &[("host.name", Value::Str("api-1"))]);
//!     spans.append_span(&SpanRow {
//!         resource,
//!         trace_id: 0x4bf9,
//!         span_id: 1,
//!         parent_span_id: 0,
//!         start_unix_nano: 1_000_000_000,
//!         duration_ns: 750_000_000,
//!         name: "POST /workflows",
//!         kind: SpanKind::Server,
//!         status: Status::Error,
//!         status_message: "pool exhausted",
//!         attributes: &[("http.response.status_code", Value::I64(503))],
//!     });
//! }
//!
//! // Whoever asks takes a turn, locks a table, and takes a view of it.
//! let queue = QueryQueue::default();
//! let range = TimeRange::from_millis(0, 60_000);
//! queue.run(|| {
//!     let spans = tables.spans();
//!     let view = spans.view();
//!
//!     let scope = Scope::parse(range, "service:api status:error duration>500ms")?;
//!     let page = query::spans(&view, &scope, Order::Newest, 50, None)?;
//!     assert_eq!((page.total, page.rows[0].name.as_str()), (1, "POST /workflows"));
//!     let traces = query::search_traces(&view, &scope, TraceOrder::Slowest, 20, None)?;
//!     assert_eq!(traces.rows[0].errors, 1);
//!     let facets = query::facets(&view, &scope, &["host.name".to_owned()], 20)?;
//!     assert_eq!(facets.facets[0].distinct, Some(1));
//!
//!     let asked = filter::parse("status:error | count(), p95(duration) by service every 1m")?;
//!     if let Some(pipe) = &asked.pipe {
//!         let scope = Scope { range, filter: asked.filter.clone() };
//!         let figures = query::figures(&view, &scope, pipe, 10_000)?;
//!         assert_eq!(figures.total, 1);
//!     }
//!     Ok::<(), query::QueryError>(())
//! })?;
//! # Ok::<(), telemetry::query::QueryError>(())
//! ```
//!
//! [`query`] lists every question. Errors of the language carry a code, a place and a next step
//! ([`filter::FilterError`]); [`query::QueryError::next_step`] has one for each error. All answers can
//! be serialised; ids are numbers (`u128`, `u64`) with records writing them as hexadecimal text.

pub mod column;
pub mod filter;
pub mod live;
pub mod metrics;
pub mod otlp;
pub mod query;
pub mod recording;
pub mod table;

pub use table::{LogRow, ResourceId, SpanRow, Table, TableBuilder, Tables, TimeRange, Value, View};
