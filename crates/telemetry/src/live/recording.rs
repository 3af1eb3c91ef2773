//! A recording that is still being made by systems that run live.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::error::LiveError;
use super::log::{Log, Recovery};
use super::rotation::{self, Rotation};
use crate::metrics::MetricStore;
use crate::otlp::{LogsRequest, Rejected, Signal, TraceRequest};
use crate::recording::{
    ContentHash, Cut, Growing, Recording, RecordingError, RecordingInfo, RecordingWriter,
    append_logs, append_traces, read_runs, sync_folder, write_durably,
};
use crate::table::{Stored, Tables};

const ABOUT: &str = "live.json";
const LOCK: &str = "lock";
const FORMAT: &str = "firedrill-live";

/// The limits of a live recording.
#[derive(Debug, Clone, Copy)]
pub struct LiveOptions {
    /// Bytes that rows and metrics may take in memory.
    pub max_memory: usize,
    /// Bytes of requests that may be on their way to disk at one time.
    pub max_in_flight: usize,
    /// Size of the log at which it is turned into Parquet and begun anew.
    pub log_bytes: u64,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            max_memory: 1 << 30,
            max_in_flight: 256 << 20,
            log_bytes: 64 << 20,
        }
    }
}

/// A recording that takes telemetry from systems that run live, from many threads at once.
///
/// A request is acknowledged, that is, [`LiveRecording::append`] returns `Ok`, when it is in the
/// log on disk; then it survives a crash. Its files are in `.NAME.live` beside the folder that
/// [`LiveRecording::seal`] will make.
#[derive(Debug)]
pub struct LiveRecording {
    folder: PathBuf,
    live: PathBuf,
    info: RecordingInfo,
    options: LiveOptions,
    recovery: Recovery,
    log: Log,
    rotation: Mutex<Rotation>,
    tables: Arc<Tables>,
    metrics: Arc<RwLock<MetricStore>>,
    hash: Mutex<ContentHash>,
    /// Whether it is sealed. Appending holds it for reading, so that sealing waits for every request
    /// on its way and none comes after.
    sealed: RwLock<bool>,
    in_flight: AtomicUsize,
    memory: AtomicUsize,
    /// Bytes taken since `memory` was last counted.
    uncounted: AtomicUsize,
    /// Held as long as the recording is open; the system lets go of it when the process ends.
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct About {
    format: String,
    version: u32,
    id: String,
    title: String,
    private: serde_json::Map<String, serde_json::Value>,
}

impl LiveRecording {
    /// Begins a recording that will be the folder `folder` once it is sealed.
    ///
    /// # Errors
    /// When there is something already, or nothing can be written.
    pub fn create(
        folder: &Path,
        info: RecordingInfo,
        options: LiveOptions,
    ) -> Result<Self, LiveError> {
        let live = live_folder(folder);
        for path in [folder, live.as_path()] {
            if path.exists() {
                return Err(RecordingError::Exists {
                    path: path.to_owned(),
                }
                .into());
            }
        }
        // Complete before it has its name, so that a crash leaves no half of one.
        let begun = live.with_extension("begun");
        let _ = fs::remove_dir_all(&begun);
        fs::create_dir_all(&begun).map_err(RecordingError::io("create", &begun))?;
        let about = About {
            format: FORMAT.to_owned(),
            version: 1,
            id: info.id,
            title: info.title,
            private: info.private,
        };
        // Plain values and a map with text keys cannot fail to serialise.
        write_durably(
            &begun.join(ABOUT),
            &serde_json::to_vec_pretty(&about).unwrap_or_default(),
        )?;
        sync_folder(&begun)?;
        fs::rename(&begun, &live).map_err(RecordingError::io("rename", &begun))?;
        if let Some(parent) = live
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            sync_folder(parent)?;
        }
        Self::open(folder, options)
    }

    /// Goes on with a recording that was not sealed: reads its log.
    ///
    /// # Errors
    /// When there is none, another process has it, or it is damaged.
    pub fn open(folder: &Path, options: LiveOptions) -> Result<Self, LiveError> {
        let live = live_folder(folder);
        let lock = lock(&live)?;
        let info = about(&live)?;
        let runs = rotation::folders(&live)?;
        let (tables, mut store, reached) = read_runs(&runs)?;
        let (through, mut hash) = match runs.is_empty() {
            true => (0, ContentHash::default()),
            false => rotation::reached(&live, &reached)?,
        };
        let written = Cut::of(&tables, &store);
        let damaged =
            |error| RecordingError::damaged(&live, format!("a request in the log: {error}"));
        let (log, mut recovery) = Log::open(&live, through, |signal, payload| {
            match signal {
                Signal::Traces => {
                    let request = TraceRequest::decode(payload).map_err(damaged)?;
                    append_traces(&tables, &request, &mut |_, _| {});
                }
                Signal::Logs => {
                    let request = LogsRequest::decode(payload).map_err(damaged)?;
                    append_logs(&tables, &request, &mut |_, _| {});
                }
                Signal::Metrics => drop(store.ingest(payload).map_err(damaged)?),
            }
            hash.add(signal, payload);
            Ok(())
        })?;
        recovery.runs = runs.len();
        let recording = Self {
            folder: folder.to_owned(),
            live,
            info,
            options,
            recovery,
            log,
            rotation: Mutex::new(Rotation::after(written)),
            tables: Arc::new(tables),
            metrics: Arc::new(RwLock::new(store)),
            hash: Mutex::new(hash),
            sealed: RwLock::new(false),
            in_flight: AtomicUsize::new(0),
            memory: AtomicUsize::new(0),
            uncounted: AtomicUsize::new(0),
            _lock: lock,
        };
        recording
            .memory
            .store(recording.count_memory(), Ordering::Relaxed);
        Ok(recording)
    }

    /// The folders of unsealed recordings whose sealed forms would be in `parent`.
    ///
    /// # Errors
    /// When `parent` cannot be read.
    pub fn unsealed(parent: &Path) -> Result<Vec<PathBuf>, LiveError> {
        let mut found = Vec::new();
        for entry in fs::read_dir(parent).map_err(RecordingError::io("read", parent))? {
            let entry = entry.map_err(RecordingError::io("read", parent))?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .and_then(|name| name.strip_prefix('.')?.strip_suffix(".live"));
            // What has been sealed is only still to be removed.
            found.extend(
                name.map(|name| parent.join(name))
                    .filter(|folder| !folder.exists()),
            );
        }
        found.sort();
        Ok(found)
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> &RecordingInfo {
        &self.info
    }

    /// What was found when it was opened.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// What it holds by now, to query while it grows.
    #[must_use]
    pub fn growing(&self) -> Growing {
        // OTLP has no files.
        Growing::new(&self.tables, &self.metrics, &Arc::default())
    }

    /// Takes a request and returns when it is on disk; the rows that could not be accepted.
    ///
    /// This blocks for as long as the disk needs: call it where blocking is allowed. Requests of
    /// several threads share one wait for the disk.
    ///
    /// # Errors
    /// See [`LiveError`]; after an error the request may be sent again.
    pub fn append(&self, signal: Signal, otlp: &[u8]) -> Result<Rejected, LiveError> {
        let sealed = self.sealed.read().unwrap_or_else(PoisonError::into_inner);
        if *sealed {
            return Err(LiveError::Sealed);
        }
        let _in_flight = self.admit(otlp.len())?;
        let (record, rejected) = match signal {
            Signal::Traces => {
                let request = TraceRequest::decode(otlp)?;
                let apply = || append_traces(&self.tables, &request, &mut |_, _| {});
                let (record, ()) = self.write(signal, otlp, apply)?;
                (record, request.rejected)
            }
            Signal::Logs => {
                let request = LogsRequest::decode(otlp)?;
                let apply = || append_logs(&self.tables, &request, &mut |_, _| {});
                let (record, ()) = self.write(signal, otlp, apply)?;
                (record, request.rejected)
            }
            Signal::Metrics => {
                crate::otlp::visit_points(otlp, |_, _, point| point.attributes().map(drop))?;
                let apply = || {
                    self.metrics
                        .write()
                        .unwrap_or_else(PoisonError::into_inner)
                        .ingest(otlp)
                };
                let (record, ingested) = self.write(signal, otlp, apply)?;
                (record, ingested?.rejected)
            }
        };
        self.log.force(record)?;
        self.rotate_if_due();
        Ok(rejected)
    }

    /// Turns the log into Parquet when it has grown enough. The request that finds it so waits for
    /// the cut, some ten milliseconds; a failure leaves the log, which goes on growing, and is tried
    /// again.
    fn rotate_if_due(&self) {
        if self.log.length() < self.options.log_bytes {
            return;
        }
        let Ok(mut rotation) = self.rotation.try_lock() else {
            return;
        };
        if rotation.is_busy() {
            return;
        }
        let cut = || {
            let hash = *self.hash.lock().unwrap_or_else(PoisonError::into_inner);
            (Cut::now(&self.tables, &self.metrics), hash)
        };
        match self.log.rotate(cut) {
            Ok((through, (to, hash))) => {
                rotation.start(&self.live, &self.tables, &self.metrics, (to, through, hash));
            }
            Err(error) => tracing::warn!(%error, "the log could not be begun anew"),
        }
    }

    /// Completes the recording: writes it as a sealed folder and removes the log.
    ///
    /// # Errors
    /// When it cannot be written; then the log stays, and the recording can be opened again.
    pub fn seal(&self) -> Result<Recording, LiveError> {
        let mut sealed = self.sealed.write().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *sealed, true) {
            return Err(LiveError::Sealed);
        }
        self.rotation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .settle();
        let (tables, metrics) = (Arc::clone(&self.tables), Arc::clone(&self.metrics));
        let hash = *self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = RecordingWriter::over(&self.folder, self.info.clone(), tables, metrics, hash)?;
        let recording = writer.seal()?;
        // The recording is whole; what is left of the log is removed by the next who looks.
        let _ = fs::remove_dir_all(&self.live);
        Ok(recording)
    }

    fn write<T>(
        &self,
        signal: Signal,
        otlp: &[u8],
        apply: impl FnOnce() -> T,
    ) -> Result<(u64, T), LiveError> {
        self.log.append(signal, otlp, || {
            self.hash
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .add(signal, otlp);
            apply()
        })
    }

    /// Makes room for a request of `bytes` bytes until the returned guard is dropped.
    pub(super) fn admit(&self, bytes: usize) -> Result<InFlight<'_>, LiveError> {
        let before = self.in_flight.fetch_add(bytes, Ordering::AcqRel);
        let guard = InFlight {
            of: &self.in_flight,
            bytes,
        };
        // A request that is too large by itself is let through when it is alone.
        if before > 0 && before + bytes > self.options.max_in_flight {
            return Err(LiveError::Busy { in_flight: before });
        }
        if self.uncounted.fetch_add(bytes, Ordering::AcqRel) + bytes > COUNT_EVERY {
            self.uncounted.store(0, Ordering::Release);
            self.memory.store(self.count_memory(), Ordering::Release);
        }
        let (held, limit) = (self.memory.load(Ordering::Acquire), self.options.max_memory);
        if held >= limit {
            return Err(LiveError::Full { bytes: held, limit });
        }
        Ok(guard)
    }

    fn count_memory(&self) -> usize {
        let table = |stored: &Stored| match stored {
            Stored::Open(builder) => builder.table().memory().total(),
            Stored::Sealed(table) => table.memory().total(),
        };
        let tables = &self.tables;
        table(&tables.spans())
            + table(&tables.logs())
            + table(&tables.samples())
            + self
                .metrics
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .bytes()
    }
}

/// Memory is counted again after this many bytes of requests: counting walks over all columns.
const COUNT_EVERY: usize = 8 << 20;

/// Counts a request as being on its way until it is dropped.
pub(super) struct InFlight<'a> {
    of: &'a AtomicUsize,
    bytes: usize,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

fn live_folder(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.live"))
}

fn lock(live: &Path) -> Result<File, LiveError> {
    if !live.is_dir() {
        return Err(RecordingError::Missing {
            path: live.to_owned(),
        }
        .into());
    }
    let path = live.join(LOCK);
    let file = File::create(&path).map_err(RecordingError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LiveError::Locked {
            folder: live.display().to_string(),
        }),
        Err(TryLockError::Error(error)) => Err(RecordingError::io("lock", &path)(error).into()),
    }
}

fn about(live: &Path) -> Result<RecordingInfo, LiveError> {
    let path = live.join(ABOUT);
    let text = fs::read(&path).map_err(RecordingError::io("read", &path))?;
    let about: About =
        serde_json::from_slice(&text).map_err(|error| RecordingError::damaged(&path, error))?;
    if about.format != FORMAT {
        return Err(RecordingError::Foreign {
            path: live.to_owned(),
            format: about.format,
        }
        .into());
    }
    if about.version > 1 {
        let (path, found) = (live.to_owned(), about.version);
        return Err(RecordingError::NewerVersion { path, found }.into());
    }
    Ok(RecordingInfo {
        id: about.id,
        title: about.title,
        private: about.private,
    })
}
