//! The recordings of the data folder, those of them that are open, and those that are being made.
//!
//! An open recording keeps in memory what queries have needed of it. Together they stay within a
//! budget: the least recently used one is closed when another one is opened.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use telemetry::recording::{Manifest, Recording, RecordingError};

use crate::playing::Playing;
use crate::problem::{Problem, chain};

/// Bytes of memory that a span or a log record takes, as measured on recordings of an incident.
const BYTES_PER_ROW: u64 = 100;
/// Bytes of memory that a metric sample takes, compressed.
const BYTES_PER_SAMPLE: u64 = 4;

/// All recordings of a data folder.
#[derive(Debug)]
pub(crate) struct Recordings {
    folder: PathBuf,
    budget: u64,
    open: Mutex<Open>,
    playing: Mutex<HashMap<String, Arc<Playing>>>,
}

#[derive(Debug, Default)]
struct Open {
    recordings: HashMap<String, (u64, Arc<Recording>)>,
    /// Counts uses; the least recently used has the lowest number.
    clock: u64,
}

impl Recordings {
    /// The recordings in `folder`, which exists and is nobody else's. What a killed process was
    /// writing there is removed: it can never become a recording.
    pub(crate) fn open(folder: PathBuf, budget: u64) -> Self {
        remove_unfinished(&folder);
        Self {
            folder,
            budget,
            open: Mutex::default(),
            playing: Mutex::default(),
        }
    }

    /// The folder of the recording with this id, whether it exists or not.
    pub(crate) fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// The manifests of all recordings that can be read, with the id of each: its folder's name,
    /// which is not what its manifest says when somebody copied the recording here.
    pub(crate) fn manifests(&self) -> Vec<(String, Manifest)> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .map(|entry| {
                (
                    entry.file_name().to_string_lossy().into_owned(),
                    entry.path(),
                )
            })
            .filter(|(id, _)| is_id(id))
            .filter_map(|(id, path)| {
                let manifest = Manifest::read(&path)
                    .inspect_err(|error| tracing::warn!(%error, "a recording cannot be read"))
                    .ok()?;
                Some((id, manifest))
            })
            .collect()
    }

    /// The manifest of one recording.
    pub(crate) fn manifest(&self, id: &str) -> Result<Manifest, Problem> {
        Ok(self.get(id)?.manifest().clone())
    }

    /// Opens a recording, or gives the open one. Reads from disk; not for a thread that serves HTTP.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Recording>, Problem> {
        if !is_id(id) {
            return Err(unknown(id));
        }
        if let Some(recording) = self.lock().touch(id) {
            return Ok(recording);
        }
        let path = self.path(id);
        let recording = Recording::open(&path).map_err(|error| problem(id, &path, &error))?;
        let recording = Arc::new(recording);
        self.insert(id, Arc::clone(&recording));
        Ok(recording)
    }

    /// Every incident that can be looked at while it is being simulated.
    pub(crate) fn all_playing(&self) -> Vec<(String, Arc<Playing>)> {
        let playing = self.playing_lock();
        let all = playing.iter();
        all.map(|(id, playing)| (id.clone(), Arc::clone(playing)))
            .collect()
    }

    /// The incident that plays under this id.
    pub(crate) fn playing(&self, id: &str) -> Option<Arc<Playing>> {
        self.playing_lock().get(id).cloned()
    }

    /// Up to where there is telemetry of the incident that plays for a session, if one does.
    pub(crate) fn playing_until_ms(&self, session: &str) -> Option<i64> {
        let playing = self.playing_lock();
        let mut all = playing.values();
        let of_session = all.find(|playing| playing.session_id == session)?;
        Some(of_session.recorded_until_ms())
    }

    /// Takes in an incident that plays.
    pub(crate) fn insert_playing(&self, id: &str, playing: Arc<Playing>) {
        self.playing_lock().insert(id.to_owned(), playing);
    }

    /// An incident does not play any more. If it is complete, its recording was inserted before: there is no
    /// moment at which it is neither.
    pub(crate) fn end_playing(&self, id: &str) {
        self.playing_lock().remove(id);
    }

    /// Takes in a recording that is open already.
    pub(crate) fn insert(&self, id: &str, recording: Arc<Recording>) {
        let mut open = self.lock();
        open.clock += 1;
        let now = open.clock;
        open.recordings.insert(id.to_owned(), (now, recording));
        open.close_until(self.budget, now);
    }

    /// Deletes a recording. Queries that run on it end normally.
    pub(crate) fn delete(&self, id: &str) {
        if !is_id(id) {
            return;
        }
        self.lock().recordings.remove(id);
        let is_unfinished = self.playing_lock().remove(id).is_some();
        // Of what still plays there is only the writer's folder, and the writer removes it.
        if !is_unfinished && let Err(error) = fs::remove_dir_all(self.path(id)) {
            tracing::warn!(%error, id, "a recording could not be deleted");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn playing_lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Playing>>> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn touch(&mut self, id: &str) -> Option<Arc<Recording>> {
        self.clock += 1;
        let (used, recording) = self.recordings.get_mut(id)?;
        *used = self.clock;
        Some(Arc::clone(recording))
    }

    /// Closes the least recently used until the rest fits, but never the one used at `keep`.
    fn close_until(&mut self, budget: u64, keep: u64) {
        let total = |open: &Self| -> u64 {
            open.recordings
                .values()
                .map(|(_, recording)| memory(recording.manifest()))
                .sum()
        };
        while total(self) > budget {
            let oldest = self
                .recordings
                .iter()
                .filter(|(_, (used, _))| *used != keep)
                .min_by_key(|(_, (used, _))| *used)
                .map(|(id, _)| id.clone());
            match oldest {
                Some(id) => self.recordings.remove(&id),
                None => return,
            };
        }
    }
}

fn remove_unfinished(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.')
            && name.ends_with(".writing")
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(%error, %name, "an unfinished recording could not be removed");
        }
    }
}

fn memory(manifest: &Manifest) -> u64 {
    let counts = &manifest.counts;
    (counts.spans + counts.logs + counts.samples) * BYTES_PER_ROW
        + counts.metric_samples * BYTES_PER_SAMPLE
}

/// Ids are made by this program; anything else is no folder of a recording.
fn is_id(id: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&id.len()) && id.chars().all(fine)
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(
        "unknown-recording",
        format!("there is no recording {id}"),
        "GET /api/v1/recordings lists all recordings",
    )
}

fn problem(id: &str, path: &Path, error: &RecordingError) -> Problem {
    if !path.exists() {
        return unknown(id);
    }
    tracing::error!(error = %chain(error), id, "a recording cannot be opened");
    Problem::conflict(
        "damaged-recording",
        format!("the recording {id} cannot be opened: it is damaged or of another version"),
        "Start the drill again with the same seed; the server's log says what is wrong",
    )
}
