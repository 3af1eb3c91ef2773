//! What a check's query gives over a run.

use std::collections::BTreeMap;

use catalogue::{Check, CheckSource, Checks};
use promql::Options;
use serde::{Deserialize, Serialize};
use telemetry::metrics::MetricSource;
use telemetry::recording::{Recording, RecordingError};

/// Time between two looks at a figure.
const STEP_MS: i64 = 15_000;

/// A value at a time, in milliseconds after the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When.
    pub at_ms: i64,
    /// What; always a number.
    pub value: f64,
}

/// The samples of every check, by the check's id. Where a query gives no number there is no sample: the quantile
/// of no requests is none, and nothing is taken for a good value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// When the run begins, ms since the epoch on the incident's clock.
    pub begins_at_ms: i64,
    /// By id.
    pub by_check: BTreeMap<String, Vec<Sample>>,
}

/// Why a run's figures cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// The recording cannot be read.
    #[error("the recording cannot be read: {0}")]
    Recording(#[from] RecordingError),
    /// A query of the drill does not work.
    #[error("the query of check `{id}` fails: {source}")]
    Query {
        /// The check.
        id: String,
        /// What PromQL says.
        source: promql::Error,
    },
    /// A query of the drill gives more than one series.
    #[error("the query of check `{id}` gives {series} series; aggregate it to one")]
    Series {
        /// The check.
        id: String,
        /// How many.
        series: usize,
    },
}

impl Figures {
    /// Asks every check's query over a whole recording, and over the world's account of it.
    ///
    /// # Errors
    ///
    /// When one cannot be read, or a query of the drill fails.
    pub fn of(
        checks: &Checks,
        recording: &Recording,
        account: Option<&Recording>,
    ) -> Result<Self, FiguresError> {
        let manifest = recording.manifest();
        let range = (
            manifest.start_unix_nano.div_euclid(1_000_000),
            manifest.end_unix_nano.div_euclid(1_000_000),
        );
        let mut figures = Self {
            begins_at_ms: range.0,
            ..Self::default()
        };
        for check in &checks.checks {
            let source = match check.source {
                CheckSource::Telemetry => Some(recording),
                CheckSource::Account => account,
            };
            let samples = match source {
                Some(source) => ask(check, source, range)?,
                None => Vec::new(),
            };
            figures.by_check.insert(check.id.clone(), samples);
        }
        Ok(figures)
    }

    /// The samples of one check; none where it was not asked.
    #[must_use]
    pub fn of_check(&self, id: &str) -> &[Sample] {
        self.by_check.get(id).map_or(&[], Vec::as_slice)
    }
}

fn ask(
    check: &Check,
    recording: &Recording,
    (start_ms, end_ms): (i64, i64),
) -> Result<Vec<Sample>, FiguresError> {
    let metrics = recording.metrics()?;
    let answer = promql::range(
        &check.query,
        &MetricSource(&metrics),
        start_ms,
        end_ms,
        STEP_MS,
        &Options::default(),
    )
    .map_err(|source| FiguresError::Query {
        id: check.id.clone(),
        source,
    })?;
    let series = match &answer.series[..] {
        [] => return Ok(Vec::new()),
        [series] => series,
        more => {
            return Err(FiguresError::Series {
                id: check.id.clone(),
                series: more.len(),
            });
        }
    };
    let pairs = series.timestamps.iter().zip(&series.values);
    Ok(pairs
        .filter(|(_, value)| !value.is_nan())
        .map(|(at, value)| Sample {
            at_ms: at - start_ms,
            value: *value,
        })
        .collect())
}
