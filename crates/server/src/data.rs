//! What a tool queries: the tables and metrics of one recording, sealed or live.

use std::sync::{Arc, PoisonError, RwLockReadGuard};
use std::time::Instant;

use telemetry::live::LiveRecording;
use telemetry::metrics::MetricStore;
use telemetry::query::{QueryError, Scope};
use telemetry::recording::Recording;
use telemetry::table::{Tables, TimeRange};

use crate::app::App;
use crate::live::LIVE;
use crate::problem::Problem;

/// A recording that can be queried.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// Complete.
    Sealed(Arc<Recording>),
    /// Still growing.
    Live(Arc<LiveRecording>),
}

impl Data {
    /// Spans, logs and database samples.
    pub(crate) fn tables(&self) -> &Tables {
        match self {
            Self::Sealed(recording) => recording.tables(),
            Self::Live(live) => live.tables(),
        }
    }

    /// The metrics.
    pub(crate) fn metrics(&self) -> Result<RwLockReadGuard<'_, MetricStore>, Problem> {
        match self {
            Self::Sealed(recording) => recording
                .metrics()
                .map_err(|error| Problem::logged(&error, "read the metrics")),
            Self::Live(live) => Ok(live
                .metrics()
                .read()
                .unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Start and end (exclusive) of everything, ms since the epoch.
    pub(crate) fn extent_ms(&self) -> (i64, i64) {
        match self {
            Self::Sealed(recording) => {
                let manifest = recording.manifest();
                sealed_extent_ms(manifest.start_unix_nano, manifest.end_unix_nano)
            }
            Self::Live(live) => live_extent_ms(live),
        }
    }

    /// The range that was asked for; the whole extent where it was left open.
    pub(crate) fn range(
        &self,
        start_ms: Option<i64>,
        end_ms: Option<i64>,
    ) -> Result<TimeRange, Problem> {
        let (start, end) = self.extent_ms();
        // An empty recording has an empty extent, about which every question has an empty answer.
        if start_ms.is_some() || end_ms.is_some() {
            check_range(
                start_ms.unwrap_or(start),
                end_ms.unwrap_or(end.max(start + 1)),
            )?;
        }
        Ok(TimeRange::from_millis(
            start_ms.unwrap_or(start),
            end_ms.unwrap_or(end),
        ))
    }

    /// A range with a filter.
    pub(crate) fn scope(
        &self,
        start_ms: Option<i64>,
        end_ms: Option<i64>,
        filter: &str,
    ) -> Result<Scope, Problem> {
        let range = self.range(start_ms, end_ms)?;
        Scope::parse(range, filter).map_err(|error| query_problem(filter, &error))
    }
}

/// The extent of a sealed recording, whose end is that of its manifest.
pub(crate) fn sealed_extent_ms(start_unix_nano: i64, end_unix_nano: i64) -> (i64, i64) {
    let start = start_unix_nano.div_euclid(1_000_000);
    let end = end_unix_nano.div_euclid(1_000_000);
    (start, if end_unix_nano == 0 { end } else { end + 1 })
}

/// The extent of what has arrived so far.
pub(crate) fn live_extent_ms(live: &LiveRecording) -> (i64, i64) {
    let tables = live.tables();
    let extents = [
        tables.spans().view().extent(),
        tables.logs().view().extent(),
        tables.samples().view().extent(),
    ];
    let nanos = extents.iter().flatten();
    let start = nanos
        .clone()
        .map(|extent| extent.start.div_euclid(1_000_000))
        .min();
    let end = nanos
        .map(|extent| extent.end.div_euclid(1_000_000) + 1)
        .max();
    (start.unwrap_or(0), end.unwrap_or(0))
}

/// Refuses a range that is reversed or empty.
pub(crate) fn check_range(start_ms: i64, end_ms: i64) -> Result<(), Problem> {
    if start_ms < end_ms {
        return Ok(());
    }
    let what = if start_ms == end_ms {
        "is empty"
    } else {
        "ends before it starts"
    };
    Err(Problem::bad_request(
        "invalid-range",
        format!("the time range {what}"),
        "Let start_ms be before end_ms",
    ))
}

/// A question about spans, logs or samples that cannot be answered; `filter` is its text.
pub(crate) fn query_problem(filter: &str, error: &QueryError) -> Problem {
    match error {
        QueryError::Filter(filter_error) => Problem::bad_request(
            "invalid-filter",
            error.to_string(),
            error.next_step(),
        )
        .at(filter, filter_error.offset, filter_error.length),
        QueryError::Unanswerable { .. } => {
            Problem::bad_request("unanswerable-query", error.to_string(), error.next_step())
        }
        QueryError::Load(_) => {
            tracing::error!(%error, "a recording cannot be read");
            Problem::conflict(
                "damaged-recording",
                "a part of the recording cannot be read",
                "Start the drill again with the same seed; the server's log says what is wrong",
            )
        }
    }
}

/// Server time of an answer.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds since the query began, not counting its wait for a turn.
    pub(crate) fn query_ms(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

impl App {
    /// Runs a query over a recording on one of the query threads, when its turn comes.
    ///
    /// # Errors
    ///
    /// When there is no such recording, when it cannot be read, or what the query gives.
    pub(crate) async fn query<T, Q>(&self, recording: String, query: Q) -> Result<T, Problem>
    where
        T: Send + 'static,
        Q: FnOnce(&Data, &Stopwatch) -> Result<T, Problem> + Send + 'static,
    {
        let app = self.clone();
        self.queries()
            .run(move || {
                let data = app.data(&recording)?;
                app.turns().run(|| query(&data, &Stopwatch::start()))
            })
            .await
    }

    /// The recording with this id. Reads from disk; not for a thread that serves HTTP.
    fn data(&self, recording: &str) -> Result<Data, Problem> {
        match recording {
            LIVE => self.live().current().map(Data::Live).ok_or_else(|| {
                Problem::not_found(
                    "unknown-recording",
                    "no system has sent telemetry yet",
                    "Point a system's OTLP exporter at Firedrill",
                )
            }),
            id => Ok(Data::Sealed(self.recordings().get(id)?)),
        }
    }
}
