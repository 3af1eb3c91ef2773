//! What a tool queries: the tables and metrics of one recording.

use std::sync::{Arc, RwLockReadGuard};
use std::time::Instant;

use telemetry::metrics::MetricStore;
use telemetry::recording::Recording;
use telemetry::table::{Tables, TimeRange};

use crate::app::App;
use crate::problem::Problem;

/// An open recording.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    recording: Arc<Recording>,
}

impl Data {
    /// A sealed recording.
    pub(crate) fn sealed(recording: Arc<Recording>) -> Self {
        Self { recording }
    }

    /// Spans, logs and database samples.
    pub(crate) fn tables(&self) -> &Tables {
        self.recording.tables()
    }

    /// The metrics.
    pub(crate) fn metrics(&self) -> Result<RwLockReadGuard<'_, MetricStore>, Problem> {
        self.recording
            .metrics()
            .map_err(|error| Problem::logged(&error, "read the metrics"))
    }

    /// Start and end (exclusive) of everything, ms since the epoch.
    pub(crate) fn extent_ms(&self) -> (i64, i64) {
        let manifest = self.recording.manifest();
        let start = manifest.start_unix_nano.div_euclid(1_000_000);
        let end = manifest.end_unix_nano.div_euclid(1_000_000);
        (
            start,
            if manifest.end_unix_nano == 0 {
                end
            } else {
                end + 1
            },
        )
    }

    /// The range that was asked for; the whole extent where it was left open.
    pub(crate) fn range(
        &self,
        start_ms: Option<i64>,
        end_ms: Option<i64>,
    ) -> Result<TimeRange, Problem> {
        let (start, end) = self.extent_ms();
        let (start, end) = (start_ms.unwrap_or(start), end_ms.unwrap_or(end));
        check_range(start, end)?;
        Ok(TimeRange::from_millis(start, end))
    }
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

/// Server time of an answer.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Milliseconds since the query began, not counting its wait for a thread.
    pub(crate) fn query_ms(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

impl App {
    /// Runs a query over a recording on one of the query threads.
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
                let stopwatch = Stopwatch(Instant::now());
                let data = Data::sealed(app.recordings().get(&recording)?);
                query(&data, &stopwatch)
            })
            .await
    }
}
