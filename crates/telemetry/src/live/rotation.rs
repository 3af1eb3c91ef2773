//! Turning the log into Parquet while the recording goes on, so that neither the log nor the time to
//! open it grows without limit.
//!
//! At a cut the open segments are sealed and the log begins a new file. A thread then writes what
//! came since the last cut to a folder `run-NNNNNN` and removes the log's files before the cut. A
//! crash at any moment leaves either the log or the run: a run says up to which file of the log it
//! reaches, and older files are not read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

use super::log;
use crate::metrics::MetricStore;
use crate::recording::{ContentHash, Cut, RecordingError, write_run};
use crate::table::Tables;

/// Keys of a run's private notes.
const THROUGH: &str = "log_through";
const CHAINS: &str = "content_chains";

/// The runs of one live recording.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    /// What is in runs already.
    written: Cut,
    thread: Option<JoinHandle<Result<Cut, RecordingError>>>,
}

impl Rotation {
    /// Goes on after what is in runs already.
    pub(super) fn after(written: Cut) -> Self {
        Self {
            written,
            thread: None,
        }
    }

    /// Whether a run is being written at this moment.
    pub(super) fn is_busy(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    /// Begins to write the run up to a cut. Waits for the one before it.
    pub(super) fn start(
        &mut self,
        live: &Path,
        tables: &Arc<Tables>,
        metrics: &Arc<RwLock<MetricStore>>,
        (to, through, hash): (Cut, u32, ContentHash),
    ) {
        self.settle();
        let (live, tables, metrics) = (live.to_owned(), Arc::clone(tables), Arc::clone(metrics));
        let from = self.written.clone();
        let write = move || {
            let mut about = serde_json::Map::new();
            about.insert(THROUGH.to_owned(), through.into());
            about.insert(CHAINS.to_owned(), hash.chains().into());
            write_run(
                &folder(&live, through),
                &tables,
                &metrics,
                (&from, &to),
                about,
            )?;
            log::remove_through(&live, through)?;
            Ok(to)
        };
        match std::thread::Builder::new()
            .name("live-rotation".to_owned())
            .spawn(write)
        {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => tracing::warn!(%error, "no thread to write a run; the log is kept"),
        }
    }

    /// Waits for the run that is being written. If that fails, its rows stay in the log and are part
    /// of the next run.
    pub(super) fn settle(&mut self) {
        match self.thread.take().map(JoinHandle::join) {
            None => {}
            Some(Ok(Ok(written))) => self.written = written,
            Some(Ok(Err(error))) => {
                tracing::warn!(%error, "a run could not be written; the log is kept");
            }
            Some(Err(_)) => tracing::warn!("writing a run has failed; the log is kept"),
        }
    }
}

impl Drop for Rotation {
    fn drop(&mut self) {
        self.settle();
    }
}

/// The folders of the runs, in order. What was left unfinished by a crash is removed.
pub(super) fn folders(live: &Path) -> Result<Vec<PathBuf>, RecordingError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(live).map_err(RecordingError::io("read", live))? {
        let path = entry.map_err(RecordingError::io("read", live))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("run-") && name.ends_with(".writing") {
            fs::remove_dir_all(&path).map_err(RecordingError::io("remove", &path))?;
        } else if name.starts_with("run-") {
            found.push(path);
        }
    }
    // Numbers have a fixed width.
    found.sort();
    Ok(found)
}

/// Up to which file of the log the last run reaches, and the content hash by then.
pub(super) fn reached(
    live: &Path,
    about: &serde_json::Map<String, serde_json::Value>,
) -> Result<(u32, ContentHash), RecordingError> {
    let through = about.get(THROUGH).and_then(serde_json::Value::as_u64);
    let chains = about.get(CHAINS).and_then(serde_json::Value::as_str);
    let known = through.and_then(|through| u32::try_from(through).ok());
    let known = known.zip(chains.and_then(ContentHash::from_chains));
    known.ok_or_else(|| RecordingError::damaged(live, "a run does not say how far it reaches"))
}

fn folder(live: &Path, through: u32) -> PathBuf {
    live.join(format!("run-{through:06}"))
}
