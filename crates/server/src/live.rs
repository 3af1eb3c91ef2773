//! The live recording: what systems send over OTLP.
//!
//! It is created with the first request, and opened again at the next start: what was acknowledged
//! is never lost. There is one; in the API it is called `live`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use interview::random_id;
use telemetry::live::{LiveError, LiveOptions, LiveRecording};
use telemetry::otlp::{Rejected, Signal};
use telemetry::recording::{Recording, RecordingInfo};

/// The id of the live recording in the API.
pub(crate) const LIVE: &str = "live";

/// The live recording, once there is one.
#[derive(Debug)]
pub(crate) struct Live {
    folder: PathBuf,
    current: Mutex<Option<Arc<LiveRecording>>>,
}

impl Live {
    /// Opens what an earlier process left behind in `folder`, the folder of all recordings.
    pub(crate) fn open(folder: PathBuf) -> Self {
        let current = match unsealed(&folder) {
            Ok(current) => current,
            Err(error) => {
                tracing::error!(%error, "the live recording cannot be opened; a new one begins");
                None
            }
        };
        Self {
            folder,
            current: Mutex::new(current.map(Arc::new)),
        }
    }

    /// The live recording; `None` before the first request.
    pub(crate) fn current(&self) -> Option<Arc<LiveRecording>> {
        self.lock().clone()
    }

    /// Takes an OTLP request in protobuf; returns when it is on disk. Blocks.
    pub(crate) fn append(&self, signal: Signal, otlp: &[u8]) -> Result<Rejected, LiveError> {
        self.current_or_new()?.append(signal, otlp)
    }

    /// Completes the live recording; the next request begins another one. Blocks.
    ///
    /// # Errors
    ///
    /// When it cannot be written; then it stays live.
    pub(crate) fn seal(&self) -> Result<Option<Recording>, LiveError> {
        let mut current = self.lock();
        let Some(live) = &*current else {
            return Ok(None);
        };
        let sealed = live.seal()?;
        *current = None;
        Ok(Some(sealed))
    }

    fn current_or_new(&self) -> Result<Arc<LiveRecording>, LiveError> {
        let mut current = self.lock();
        if let Some(live) = &*current {
            return Ok(Arc::clone(live));
        }
        let id = format!("live-{}", random_id());
        let info = RecordingInfo {
            id: id.clone(),
            title: "Live".to_owned(),
            ..RecordingInfo::default()
        };
        let live = LiveRecording::create(&self.folder.join(id), info, LiveOptions::default())?;
        let live = Arc::new(live);
        *current = Some(Arc::clone(&live));
        Ok(live)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<LiveRecording>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unsealed(folder: &Path) -> Result<Option<LiveRecording>, LiveError> {
    let Some(found) = LiveRecording::unsealed(folder)?.pop() else {
        return Ok(None);
    };
    let live = LiveRecording::open(&found, LiveOptions::default())?;
    tracing::info!(recovery = ?live.recovery(), "the live recording goes on");
    Ok(Some(live))
}
