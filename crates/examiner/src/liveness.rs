//! Is a drill alive? Judges an incident's recording by the figures that the drill's author gave.
//!
//! Two questions, one for the system as it is ([`Expectation::Alive`]) and one for a repaired one
//! ([`Expectation::Quiet`]): does the symptom appear during the incident and not before, or not at
//! all; does what must stay low stay low; and does the work get done? Start at [`judge`].
//!
//! It runs nothing; `incident` makes the recording.

use catalogue::{Indicator, Liveness, Work};
use promql::{Options, Range};
use telemetry::metrics::{MetricSource, MetricStore};
use telemetry::recording::{Recording, RecordingError};

/// Time between two looks at an indicator.
const STEP_MS: i64 = 15_000;

/// What is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// The system has its fault: the symptom appears in its time.
    Alive,
    /// The system is repaired: the same conditions bring no symptom, and the work is done.
    Quiet,
}

/// The outcome of one indicator or one kind of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was measured.
    pub title: String,
    /// What was seen, in figures.
    pub saw: String,
    /// Whether it is as expected.
    pub holds: bool,
}

/// Why a recording cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum LivenessError {
    /// The recording cannot be read.
    #[error("cannot read the recording: {0}")]
    Recording(#[from] RecordingError),
    /// A query of the drill does not work.
    #[error("the query of `{title}` fails: {source}")]
    Query {
        /// The figure.
        title: String,
        /// What PromQL says.
        source: promql::Error,
    },
    /// A query of the drill gives more than one series.
    #[error("the query of `{title}` gives {series} series; aggregate it to one")]
    Series {
        /// The figure.
        title: String,
        /// How many.
        series: usize,
    },
}

/// Judges a recording whose incident began `onset_seconds` after its start.
///
/// # Errors
///
/// When the recording cannot be read, or a query of the drill fails.
pub fn judge(
    recording: &Recording,
    liveness: &Liveness,
    onset_seconds: u64,
    expectation: Expectation,
) -> Result<Vec<Finding>, LivenessError> {
    let metrics = recording.metrics()?;
    let manifest = recording.manifest();
    let start_ms = manifest.start_unix_nano.div_euclid(1_000_000);
    let incident = Figures {
        metrics: &metrics,
        start_ms,
        onset_ms: start_ms + i64::try_from(onset_seconds).unwrap_or(i64::MAX / 2_000) * 1_000,
        end_ms: manifest.end_unix_nano.div_euclid(1_000_000),
        expectation,
    };
    let indicators = liveness.indicators.iter().map(|it| incident.indicator(it));
    let work = liveness.work.iter().map(|it| incident.work(it));
    indicators.chain(work).collect()
}

struct Figures<'a> {
    metrics: &'a MetricStore,
    start_ms: i64,
    onset_ms: i64,
    end_ms: i64,
    expectation: Expectation,
}

impl Figures<'_> {
    fn indicator(&self, indicator: &Indicator) -> Result<Finding, LivenessError> {
        let title = &indicator.title;
        let answer = self.range(title, &indicator.query)?;
        let (before, after) = peaks(&answer, self.onset_ms);
        let shown = match (indicator.symptom, self.expectation) {
            (Some(limit), Expectation::Alive) => before < limit && after >= limit,
            (Some(limit), Expectation::Quiet) => before.max(after) < limit,
            (None, _) => true,
        };
        let low = indicator
            .below
            .is_none_or(|limit| before.max(after) < limit);
        Ok(Finding {
            title: title.clone(),
            saw: format!("{before:.3} before, {after:.3} after"),
            holds: shown && low,
        })
    }

    fn work(&self, work: &Work) -> Result<Finding, LivenessError> {
        let answer = self.range(&work.title, &work.query)?;
        let done = answer
            .series
            .first()
            .and_then(|series| series.values.last().copied())
            .unwrap_or(0.0);
        let hours = (self.end_ms - self.start_ms) as f64 / 3_600_000.0;
        let per_hour = done / hours.max(f64::MIN_POSITIVE);
        Ok(Finding {
            title: work.title.clone(),
            saw: format!("{per_hour:.0} an hour"),
            holds: self.expectation == Expectation::Alive || per_hour >= work.per_hour,
        })
    }

    fn range(&self, title: &str, query: &str) -> Result<Range, LivenessError> {
        let answer = promql::range(
            query,
            &MetricSource(self.metrics),
            self.start_ms,
            self.end_ms,
            STEP_MS,
            &Options::default(),
        )
        .map_err(|source| LivenessError::Query {
            title: title.to_owned(),
            source,
        })?;
        match answer.series.len() {
            0 | 1 => Ok(answer),
            series => Err(LivenessError::Series {
                title: title.to_owned(),
                series,
            }),
        }
    }
}

/// The largest value up to a time and after it; 0 where there is none. At the time itself, a window of a query
/// reaches back and still shows what was before.
fn peaks(answer: &Range, at_ms: i64) -> (f64, f64) {
    let mut peaks = (0.0_f64, 0.0_f64);
    for series in &answer.series {
        for (time, value) in series.timestamps.iter().zip(&series.values) {
            let peak = if *time <= at_ms {
                &mut peaks.0
            } else {
                &mut peaks.1
            };
            // `max` passes over the NaN of a quantile of nothing.
            *peak = peak.max(*value);
        }
    }
    peaks
}
