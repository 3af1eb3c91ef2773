//! What a tool queries: the tables and metrics of one recording, complete or growing.

use std::sync::{Arc, RwLockReadGuard};
use std::time::Instant;

use telemetry::metrics::MetricStore;
use telemetry::query::{QueryError, Scope};
use telemetry::recording::{Growing, Recording};
use telemetry::table::{Tables, TimeRange};

use crate::app::App;
use crate::live::LIVE;
use crate::playing::Playing;
use crate::problem::Problem;

/// A recording that can be queried.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// Complete.
    Sealed(Arc<Recording>),
    /// An incident that is still being simulated.
    Playing(Arc<Playing>),
    /// What systems send; it grows without a planned end.
    Live(Growing),
}

impl Data {
    /// Spans, logs and database samples.
    pub(crate) fn tables(&self) -> &Tables {
        match self {
            Self::Sealed(recording) => recording.tables(),
            Self::Playing(playing) => playing.growing.tables(),
            Self::Live(live) => live.tables(),
        }
    }

    /// The metrics.
    pub(crate) fn metrics(&self) -> Result<RwLockReadGuard<'_, MetricStore>, Problem> {
        match self {
            Self::Sealed(recording) => recording
                .metrics()
                .map_err(|error| Problem::logged(&error, "read the metrics")),
            Self::Playing(playing) => Ok(playing.growing.metrics()),
            Self::Live(live) => Ok(live.metrics()),
        }
    }

    /// Start and end (exclusive) of everything, ms since the epoch; the planned end while it plays.
    pub(crate) fn extent_ms(&self) -> (i64, i64) {
        match self {
            Self::Sealed(recording) => {
                let manifest = recording.manifest();
                sealed_extent_ms(manifest.start_unix_nano, manifest.end_unix_nano)
            }
            Self::Playing(playing) => playing.extent_ms,
            Self::Live(live) => growing_extent_ms(live),
        }
    }

    /// The part of `end_ms` before which there is telemetry: a series must not be carried on into what has
    /// not been simulated yet.
    pub(crate) fn known_until_ms(&self, end_ms: i64) -> i64 {
        match self {
            Self::Sealed(_) | Self::Live(_) => end_ms,
            Self::Playing(playing) => end_ms.min(playing.recorded_until_ms()),
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
pub(crate) fn growing_extent_ms(growing: &Growing) -> (i64, i64) {
    growing.extent().map_or((0, 0), |extent| {
        let (start, end) = (extent.start, extent.end);
        (start.div_euclid(1_000_000), end.div_euclid(1_000_000) + 1)
    })
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
            LIVE => match self.live().current() {
                Some(live) => Ok(Data::Live(live.growing())),
                None => Err(Problem::not_found(
                    "unknown-recording",
                    "no system has sent telemetry yet",
                    "Point a system's OTLP exporter at Firedrill",
                )),
            },
            id => match self.recordings().playing(id) {
                Some(playing) => Ok(Data::Playing(playing)),
                None => Ok(Data::Sealed(self.recordings().get(id)?)),
            },
        }
    }
}
