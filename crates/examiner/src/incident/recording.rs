//! An incident straight into a recording.

use std::path::Path;

use emit::Signal;
use telemetry::recording::{Recording, RecordingInfo, RecordingWriter};
use telemetry::table::Stored;

use super::cancel::Cancel;
use super::engine::{Append, Appended, IncidentEvent, Totals, run};
use super::error::{IncidentError, IncidentErrorKind};
use super::spec::IncidentSpec;

/// How the recording is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingLabel {
    /// Its id.
    pub id: String,
    /// Its title; a candidate sees it.
    pub title: String,
}

/// A recorded incident.
#[derive(Debug)]
pub struct Recorded {
    /// The sealed recording.
    pub recording: Recording,
    /// What the run gave.
    pub totals: Totals,
}

/// Runs an incident and seals its recording in `folder`, which must not exist. Blocks until the end.
///
/// # Errors
///
/// An [`IncidentError`] of any kind; then there is no recording.
pub fn record(
    spec: &IncidentSpec,
    folder: &Path,
    label: RecordingLabel,
    on_event: &mut dyn FnMut(IncidentEvent),
    cancel: &Cancel,
) -> Result<Recorded, IncidentError> {
    let failed = |error: telemetry::recording::RecordingError| IncidentError {
        kind: IncidentErrorKind::Record(Box::new(error)),
        seed: spec.seed,
        replay: spec.replay(),
        stderr_tail: String::new(),
    };
    let mut private = serde_json::Map::new();
    private.insert("scenario".to_owned(), spec.scenario.as_str().into());
    private.insert("seed".to_owned(), spec.seed.to_string().into());
    private.insert("hours".to_owned(), spec.hours.into());
    private.insert("difficulty".to_owned(), spec.difficulty.as_str().into());
    private.insert("replay".to_owned(), spec.replay().into());
    let info = RecordingInfo {
        id: label.id,
        title: label.title,
        private,
    };
    let mut writer = Writer(RecordingWriter::new(folder, info).map_err(failed)?);
    let totals = run(spec, &mut writer, on_event, cancel)?;
    let recording = writer.0.seal().map_err(failed)?;
    Ok(Recorded { recording, totals })
}

struct Writer(RecordingWriter);

impl Append for Writer {
    fn append(
        &mut self,
        signal: Signal,
        otlp: &[u8],
    ) -> Result<Appended, Box<dyn std::error::Error + Send + Sync>> {
        let rejected = match signal {
            Signal::Traces => self.0.append_traces(otlp)?,
            Signal::Metrics => self.0.append_metrics(otlp)?,
            Signal::Logs => self.0.append_logs(otlp)?,
        };
        if rejected.count > 0 {
            tracing::warn!(count = rejected.count, reason = %rejected.message, "telemetry rejected");
        }
        let tables = self.0.tables();
        Ok(Appended {
            spans: rows(&tables.spans()),
            logs: rows(&tables.logs()) + rows(&tables.samples()),
        })
    }
}

/// Counts without a view, which would sort the open segment each time.
fn rows(stored: &Stored) -> u64 {
    let rows = match stored {
        Stored::Open(table) => table.rows(),
        Stored::Sealed(table) => table.rows(),
    };
    rows as u64
}
