//! The state that every handler shares.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{Catalogue, DrillId, Entry};
use examiner::incident::SystemCommand;
use interview::{Failure, Store, TrailRecorder};

use telemetry::query::QueryQueue;

use crate::config::Config;
use crate::error::ServerError;
use crate::heaps::Heaps;
use crate::live::Live;
use crate::otlp::OtlpPorts;
use crate::preparations::Preparations;
use crate::proofs::Proofs;
use crate::queries::Queries;
use crate::recordings::Recordings;

/// A cheap handle to the server's state.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    catalogue: Catalogue,
    systems: Vec<(String, SystemCommand)>,
    store: Store,
    trail: TrailRecorder,
    recordings: Recordings,
    heaps: Heaps,
    preparations: Preparations,
    proofs: Proofs,
    proof_folder: PathBuf,
    queries: Queries,
    turns: QueryQueue,
    live: Live,
    otlp_ports: OtlpPorts,
    /// Held as long as the server lives; the system lets go of it when the process ends.
    _lock: File,
}

impl App {
    /// Opens the data folder. To be called on a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the data folder or its database cannot be used.
    pub(crate) async fn open(config: &Config, otlp_ports: OtlpPorts) -> Result<Self, ServerError> {
        let recordings = config.data.join("recordings");
        let lock = claim(&config.data, &recordings)?;
        let store = Store::open(&config.data.join("firedrill.sqlite")).await?;
        let interrupted = store.fail_interrupted(&interruption()).await?;
        if interrupted > 0 {
            tracing::warn!(
                sessions = interrupted,
                "preparations were interrupted by a restart"
            );
        }
        // Cargo runs elsewhere, where a relative path would mean another place.
        let proof_folder = std::path::absolute(config.data.join("proof"))?;
        let folder = recordings.clone();
        let live = tokio::task::spawn_blocking(move || Live::open(folder)).await;
        let live = live.map_err(std::io::Error::other)?;
        Ok(Self {
            inner: Arc::new(Inner {
                catalogue: config.catalogue.clone(),
                systems: config.systems.clone(),
                trail: TrailRecorder::start(store.clone()),
                store,
                recordings: Recordings::open(recordings, config.recordings_memory),
                heaps: Heaps::default(),
                preparations: Preparations::default(),
                proofs: Proofs::default(),
                proof_folder,
                queries: Queries::start(config.query_threads)?,
                turns: QueryQueue::default(),
                live,
                otlp_ports,
                _lock: lock,
            }),
        })
    }

    /// The drills.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// The drill with this neutral id.
    pub(crate) fn drill(&self, id: &str) -> Option<&Entry> {
        self.inner.catalogue.get(&DrillId::new(id))
    }

    /// The executable of a system.
    pub(crate) fn system(&self, id: &str) -> Option<&SystemCommand> {
        self.inner
            .systems
            .iter()
            .find(|(system, _)| system == id)
            .map(|(_, command)| command)
    }

    /// Sessions and what is written down in them.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The writer of the evidence trail.
    pub(crate) fn trail(&self) -> &TrailRecorder {
        &self.inner.trail
    }

    /// The recordings.
    pub(crate) fn recordings(&self) -> &Recordings {
        &self.inner.recordings
    }

    /// Heap snapshots that were asked about.
    pub(crate) fn heaps(&self) -> &Heaps {
        &self.inner.heaps
    }

    /// The incidents that are being simulated.
    pub(crate) fn preparations(&self) -> &Preparations {
        &self.inner.preparations
    }

    /// The repairs that are being proven.
    pub(crate) fn proofs(&self) -> &Proofs {
        &self.inner.proofs
    }

    /// The folder for builds and runs of changed systems; it is the one of the command line.
    pub(crate) fn proof_folder(&self) -> PathBuf {
        self.inner.proof_folder.clone()
    }

    /// The order of tool queries: one after the other, each with all query threads of `telemetry`.
    pub(crate) fn turns(&self) -> &QueryQueue {
        &self.inner.turns
    }

    /// The live recording.
    pub(crate) fn live(&self) -> &Live {
        &self.inner.live
    }

    /// Where OTLP is received.
    pub(crate) fn otlp_ports(&self) -> OtlpPorts {
        self.inner.otlp_ports
    }

    /// The threads for tool queries.
    pub(crate) fn queries(&self) -> &Queries {
        &self.inner.queries
    }
}

/// Creates the folders, proves that a file can be written, so that the first drill does not find it
/// out, and claims them: two servers on one folder would fail each other's preparations.
fn claim(data: &Path, recordings: &Path) -> Result<File, ServerError> {
    let failed = |source| ServerError::Data {
        folder: data.to_owned(),
        source,
    };
    fs::create_dir_all(recordings).map_err(failed)?;
    let lock = File::create(data.join("firedrill.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ServerError::InUse {
            folder: data.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn interruption() -> Failure {
    Failure {
        code: "preparation-interrupted".to_owned(),
        detail: "Firedrill was stopped while it simulated this incident.".to_owned(),
        next_step: "Try again: the same seed gives the same incident.".to_owned(),
    }
}
