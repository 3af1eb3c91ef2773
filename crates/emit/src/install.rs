//! Puts the pieces in place: the `tracing` dispatcher, the `metrics` recorder, the pipeline behind both.
//!
//! A simulation installs for its own thread and may do so again and again; a live program installs once for
//! the whole process. Start at [`install`].
//!
//! Nothing here runs by itself: whoever owns the clock calls [`flush`] and [`collect_metrics`].

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tracing::{dispatcher, level_filters::LevelFilter};
use tracing_subscriber::{Registry, layer::SubscriberExt as _};

use crate::{
    ids::{IdSource, Ids},
    layer::LiveLayer,
    metrics::{Buckets, GlobalRecorder, LocalRecorder, Series},
    pipeline::Pipeline,
    resource::{Resource, ResourceId},
    single::SingleSubscriber,
    sink::{Counts, Sink},
};

/// A further layer for a live program, for instance one that prints.
pub type ExtraLayer = Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync>;

/// Which threads record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The installing thread only: fast and reproducible, for simulations. Spans must stay on the thread.
    Single,
    /// All threads of the process. Can be installed once in the life of a process.
    Multi,
}

/// How to record.
pub struct Config {
    /// Nanoseconds since the Unix epoch.
    pub clock: fn() -> u64,
    /// Where trace and span ids come from.
    pub ids: Ids,
    /// Which threads record.
    pub threads: Threads,
    /// The most detailed level of `tracing` spans and events that is recorded.
    pub level: LevelFilter,
    /// Bucket boundaries of histograms; the first rule that fits wins, and OpenTelemetry's advice for
    /// durations in seconds applies where none does.
    pub buckets: Vec<Buckets>,
    /// A further layer, used with [`Threads::Multi`] only.
    pub layer: Option<ExtraLayer>,
}

impl fmt::Debug for Config {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Config")
            .field("ids", &self.ids)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Default for Config {
    /// A live program: wall clock, random ids, all threads, level info.
    fn default() -> Self {
        Self {
            clock: wall_clock,
            ids: Ids::Random,
            threads: Threads::Multi,
            level: LevelFilter::INFO,
            buckets: Vec::new(),
            layer: None,
        }
    }
}

impl Config {
    /// A simulation: the caller's clock, ids from `seed`, this thread only, level info.
    pub fn simulation(clock: fn() -> u64, seed: u64) -> Self {
        Self {
            clock,
            ids: Ids::Seeded(seed),
            threads: Threads::Single,
            ..Self::default()
        }
    }
}

/// Nanoseconds since the Unix epoch by the clock on the wall. For live programs.
#[expect(
    clippy::disallowed_types,
    reason = "the one place that reads the wall clock, for live programs"
)]
pub fn wall_clock() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_nanos() as u64)
}

/// Telemetry could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Another global subscriber is in place.
    #[error(
        "another tracing subscriber is already installed for this process; install telemetry first"
    )]
    Tracing(#[from] dispatcher::SetGlobalDefaultError),
    /// Another global recorder is in place.
    #[error(
        "another metrics recorder is already installed for this process; install telemetry first"
    )]
    Metrics,
}

/// What a subscriber and a recorder share.
pub(crate) struct Installation {
    pub(crate) clock: fn() -> u64,
    pub(crate) ids: IdSource,
    pub(crate) level: LevelFilter,
    pipeline: Mutex<Pipeline>,
    series: Mutex<Series>,
}

thread_local! {
    static LOCAL: RefCell<Option<Arc<Installation>>> = const { RefCell::new(None) };
    /// Set while the pipeline is in use on this thread, so that a sink which records does not wait for itself,
    /// and while what the thread records is to be lost.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

static GLOBAL: OnceLock<Arc<Installation>> = OnceLock::new();

impl Installation {
    /// Works on the pipeline. Does nothing when called from within, that is by a sink that records, and while
    /// telemetry is discarded.
    pub(crate) fn pipeline(&self, work: impl FnOnce(&mut Pipeline)) {
        if BUSY.replace(true) {
            return;
        }
        let _busy = Busy;
        work(&mut lock(&self.pipeline));
    }

    pub(crate) fn series(&self) -> MutexGuard<'_, Series> {
        lock(&self.series)
    }

    pub(crate) fn register(&self, resource: &Resource) -> ResourceId {
        let mut id = ResourceId::UNKNOWN;
        self.pipeline(|pipeline| id = pipeline.register(resource));
        id
    }

    fn collect(&self, now: u64) {
        let chunks = self.series().collect(now);
        self.pipeline(|pipeline| {
            pipeline.flush();
            for chunk in chunks {
                pipeline.metrics(&chunk.by_resource, chunk.points);
            }
        });
    }

    fn progress(&self, elapsed: u64, total: u64) -> io::Result<()> {
        let mut result = Ok(());
        self.pipeline(|pipeline| result = pipeline.progress(elapsed, total));
        result
    }

    fn counts(&self) -> Counts {
        lock(&self.pipeline).counts
    }
}

/// Loses what this thread records until the guard is dropped: spans that end, log records and events.
///
/// For the moment in which a process dies: dropping its tasks ends their spans, but a dead process would not
/// have sent them.
#[must_use = "telemetry is lost only while the guard lives"]
pub fn discard() -> DiscardGuard {
    DiscardGuard {
        previous: BUSY.replace(true),
        not_send: PhantomData,
    }
}

/// See [`discard`].
#[derive(Debug)]
pub struct DiscardGuard {
    previous: bool,
    not_send: PhantomData<*const ()>,
}

impl Drop for DiscardGuard {
    fn drop(&mut self) {
        BUSY.set(self.previous);
    }
}

/// Clears the mark also when a sink panics.
struct Busy;

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.set(false);
    }
}

/// A panic elsewhere while recording must not silence everything after it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works with the installation of this thread, else with that of the process.
pub(crate) fn with_installation<T>(work: impl FnOnce(&Installation) -> T) -> Option<T> {
    LOCAL.with_borrow(|local| {
        local
            .as_deref()
            .or_else(|| GLOBAL.get().map(Arc::as_ref))
            .map(work)
    })
}

/// Starts recording everything that goes through `tracing` and `metrics` into `sink`.
///
/// # Errors
/// With [`Threads::Multi`], when the process has a subscriber or a recorder already.
pub fn install(config: Config, sink: impl Sink + 'static) -> Result<Handle, InstallError> {
    let installation = Arc::new(Installation {
        clock: config.clock,
        ids: IdSource::new(config.ids),
        level: config.level,
        pipeline: Mutex::new(Pipeline::new(Box::new(sink))),
        series: Mutex::new(Series::new(config.buckets)),
    });
    let scope = match config.threads {
        Threads::Single => {
            let previous = LOCAL.replace(Some(Arc::clone(&installation)));
            let subscriber = SingleSubscriber {
                installation: Arc::clone(&installation),
            };
            Some(Scope {
                previous,
                _subscriber: dispatcher::set_default(&subscriber.into()),
                _recorder: metrics::set_default_local_recorder(&LocalRecorder),
            })
        }
        Threads::Multi => {
            let layer = LiveLayer {
                installation: Arc::clone(&installation),
            };
            let filtered = Registry::default()
                .with(config.layer)
                .with(config.level)
                .with(layer);
            dispatcher::set_global_default(filtered.into())?;
            metrics::set_global_recorder(GlobalRecorder(Arc::clone(&installation)))
                .map_err(|_| InstallError::Metrics)?;
            // The dispatcher can be set once only, so this cell is empty.
            let _ = GLOBAL.set(Arc::clone(&installation));
            None
        }
    };
    Ok(Handle {
        installation,
        scope,
        finished: false,
        not_send: PhantomData,
    })
}

/// What has to be undone when a thread's installation ends.
struct Scope {
    previous: Option<Arc<Installation>>,
    _subscriber: dispatcher::DefaultGuard,
    _recorder: metrics::LocalRecorderGuard<'static>,
}

/// Owns an installation. Dropping it flushes, ends the stream and, for [`Threads::Single`], uninstalls.
#[must_use = "dropping the handle ends the telemetry"]
pub struct Handle {
    installation: Arc<Installation>,
    scope: Option<Scope>,
    finished: bool,
    not_send: PhantomData<*const ()>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Handle")
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

impl Handle {
    /// Exports what has come together, without waiting for full batches.
    pub fn flush(&self) {
        self.installation.pipeline(Pipeline::flush);
    }

    /// Exports every metric series as of `now` (nanoseconds since the Unix epoch), after a [`Handle::flush`].
    pub fn collect_metrics(&self, now: u64) {
        self.installation.collect(now);
    }

    /// Passes progress on to the sink; both figures in nanoseconds of the simulation's clock.
    ///
    /// # Errors
    /// The sink's first error: the reader has gone, and the run may stop.
    pub fn progress(&self, elapsed: u64, total: u64) -> io::Result<()> {
        self.installation.progress(elapsed, total)
    }

    /// What was recorded so far.
    pub fn counts(&self) -> Counts {
        self.installation.counts()
    }

    /// Flushes, ends the stream and returns what it contained.
    ///
    /// # Errors
    /// The sink's first error: the stream is incomplete.
    pub fn shutdown(mut self) -> io::Result<Counts> {
        self.finish()?;
        Ok(self.counts())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.finished = true;
        let mut result = Ok(());
        self.installation
            .pipeline(|pipeline| result = pipeline.finish());
        result
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.finished {
            // Whoever cares about the error calls `shutdown`.
            let _ = self.finish();
        }
        if let Some(scope) = self.scope.take() {
            LOCAL.set(scope.previous.clone());
        }
    }
}

/// Exports what has come together. Does nothing when no telemetry is installed.
pub fn flush() {
    with_installation(|installation| installation.pipeline(Pipeline::flush));
}

/// Exports every metric series as of `now` (nanoseconds since the Unix epoch). Does nothing when no
/// telemetry is installed.
pub fn collect_metrics(now: u64) {
    with_installation(|installation| installation.collect(now));
}

/// Passes progress on to the sink, from where the [`Handle`] is out of reach; both figures in nanoseconds of
/// the simulation's clock. Does nothing when no telemetry is installed.
///
/// # Errors
/// The sink's first error: the reader has gone, and the run may stop.
pub fn progress(elapsed: u64, total: u64) -> io::Result<()> {
    with_installation(|installation| installation.progress(elapsed, total)).unwrap_or(Ok(()))
}

/// Forgets the metric series of a resource: what a process has counted ends with it. Handles that were kept
/// from before count into nothing.
pub fn forget_metrics(resource: ResourceId) {
    with_installation(|installation| installation.series().forget(resource));
}
