//! An incident straight into a recording.

use std::path::Path;

use emit::{Attachment, Signal};
use telemetry::recording::{
    AttachmentInfo, Growing, Recording, RecordingError, RecordingInfo, RecordingWriter,
};

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

/// Begins the recording of an incident in `folder`, which must not exist. What [`record`] appends can be
/// queried all the while through the writer's [`Growing`].
///
/// # Errors
///
/// When nothing can be written there.
pub fn begin(
    spec: &IncidentSpec,
    folder: &Path,
    label: RecordingLabel,
) -> Result<RecordingWriter, IncidentError> {
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
    RecordingWriter::new(folder, info).map_err(|error| unrecorded(spec, error))
}

/// Runs an incident into `writer` and seals it. Blocks until the end.
///
/// # Errors
///
/// An [`IncidentError`] of any kind; then there is no recording.
pub fn record(
    spec: &IncidentSpec,
    writer: RecordingWriter,
    on_event: &mut dyn FnMut(IncidentEvent),
    cancel: &Cancel,
) -> Result<Recorded, IncidentError> {
    let mut writer = Writer {
        growing: writer.growing(),
        writer,
    };
    let totals = run(spec, &mut writer, on_event, cancel)?;
    let sealed = writer.writer.seal();
    let recording = sealed.map_err(|error| unrecorded(spec, error))?;
    Ok(Recorded { recording, totals })
}

fn unrecorded(spec: &IncidentSpec, error: RecordingError) -> IncidentError {
    IncidentError {
        kind: IncidentErrorKind::Record(Box::new(error)),
        seed: spec.seed,
        replay: spec.replay(),
        stderr_tail: String::new(),
    }
}

struct Writer {
    writer: RecordingWriter,
    growing: Growing,
}

impl Append for Writer {
    fn append(
        &mut self,
        signal: Signal,
        otlp: &[u8],
    ) -> Result<Appended, Box<dyn std::error::Error + Send + Sync>> {
        let rejected = match signal {
            Signal::Traces => self.writer.append_traces(otlp)?,
            Signal::Metrics => self.writer.append_metrics(otlp)?,
            Signal::Logs => self.writer.append_logs(otlp)?,
        };
        if rejected.count > 0 {
            tracing::warn!(count = rejected.count, reason = %rejected.message, "telemetry rejected");
        }
        let counts = self.growing.counts();
        Ok(Appended {
            spans: counts.spans,
            logs: counts.logs + counts.samples,
        })
    }

    fn attach(
        &mut self,
        attachment: Attachment,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let info = AttachmentInfo {
            name: attachment.name,
            media_type: attachment.media_type,
            time_unix_nano: i64::try_from(attachment.time_unix_nano).unwrap_or(i64::MAX),
            service: attachment.service,
            instance: attachment.instance,
        };
        Ok(self.writer.attach(info, &attachment.bytes)?)
    }
}
