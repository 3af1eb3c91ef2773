//! An incident straight into a recording.

use std::path::Path;

use emit::{Attachment, Signal};
use telemetry::recording::{
    AttachmentInfo, Growing, Recording, RecordingError, RecordingInfo, RecordingWriter,
};

use super::account;
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
    /// What the world saw, when it said something. Not for a candidate.
    pub account: Option<Recording>,
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
        account: None,
    };
    let totals = run(spec, &mut writer, on_event, cancel)?;
    let sealed = writer.seal();
    let (recording, account) = sealed.map_err(|error| unrecorded(spec, error))?;
    Ok(Recorded {
        recording,
        account,
        totals,
    })
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
    /// Begun with the world's first word.
    account: Option<(RecordingWriter, Growing)>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Writer {
    /// The account first: a recording that is there is there with its account.
    fn seal(self) -> Result<(Recording, Option<Recording>), RecordingError> {
        let account = match self.account {
            Some((writer, _)) => Some(writer.seal()?),
            None => None,
        };
        let recording = self.writer.seal()?;
        let Some(account) = account else {
            return Ok((recording, None));
        };
        let moved = recording.folder().join(account::FOLDER);
        std::fs::rename(account.folder(), &moved).map_err(|source| RecordingError::Io {
            action: "rename",
            path: moved.clone(),
            source,
        })?;
        Ok((recording, Some(Recording::open(&moved)?)))
    }

    fn account(&mut self) -> Result<&mut RecordingWriter, RecordingError> {
        let (writer, _) = match self.account.take() {
            Some(account) => self.account.insert(account),
            None => {
                let folder = account::waiting_folder(self.writer.folder());
                if folder.exists() {
                    // A run that was killed left it behind.
                    std::fs::remove_dir_all(&folder).map_err(|source| RecordingError::Io {
                        action: "remove",
                        path: folder.clone(),
                        source,
                    })?;
                }
                let info = RecordingInfo {
                    id: account::FOLDER.to_owned(),
                    title: "What the world saw".to_owned(),
                    private: serde_json::Map::new(),
                };
                let writer = RecordingWriter::new(&folder, info)?;
                let growing = writer.growing();
                self.account.insert((writer, growing))
            }
        };
        Ok(writer)
    }
}

impl Append for Writer {
    fn append(&mut self, signal: Signal, otlp: &[u8]) -> Result<Appended, BoxError> {
        let parts = account::split(otlp)?;
        if !parts.account.is_empty() {
            append(self.account()?, signal, &parts.account)?;
        }
        if !parts.visible.is_empty() {
            append(&mut self.writer, signal, &parts.visible)?;
        }
        let account = self.account.iter().map(|(_, growing)| growing.counts());
        let mut appended = Appended::default();
        for counts in account.chain([self.growing.counts()]) {
            appended.spans += counts.spans;
            appended.logs += counts.logs + counts.samples;
        }
        Ok(appended)
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

fn append(writer: &mut RecordingWriter, signal: Signal, otlp: &[u8]) -> Result<(), RecordingError> {
    let rejected = match signal {
        Signal::Traces => writer.append_traces(otlp)?,
        Signal::Metrics => writer.append_metrics(otlp)?,
        Signal::Logs => writer.append_logs(otlp)?,
    };
    if rejected.count > 0 {
        tracing::warn!(count = rejected.count, reason = %rejected.message, "telemetry rejected");
    }
    Ok(())
}
