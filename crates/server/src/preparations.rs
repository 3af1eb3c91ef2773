//! Incidents that are being simulated for sessions.
//!
//! One at a time: a simulation uses one core and its recording another, and two side by side would
//! make both wait. The others queue. After its first virtual minutes an incident can be looked at while the rest
//! is simulated ([`Playing`]). Progress is published to whoever listens; what the store keeps is written first, so
//! that a listener that reads the session sees it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use catalogue::{Entry, StartRange};
use examiner::incident::{
    Cancel, IncidentError, IncidentErrorKind, IncidentEvent, IncidentSpec, Limits, Progress,
    Recorded, RecordingLabel, begin, record,
};
use interview::{Failure, Prepared, Session, random_id};
use telemetry::recording::Growing;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::api::millis;
use crate::api::session::Preparation;
use crate::app::App;
use crate::clock;
use crate::data::sealed_extent_ms;
use crate::playing::Playing;
use crate::problem::{Problem, chain};

/// Preparations that may queue.
const WAITING: usize = 8;
/// Virtual time after which there is something to look at.
const PLAYING_AFTER: Duration = Duration::from_mins(4);

/// All running preparations.
#[derive(Debug)]
pub(crate) struct Preparations {
    running: Mutex<HashMap<String, Running>>,
    turn: Arc<Semaphore>,
}

#[derive(Debug, Clone)]
struct Running {
    cancel: Cancel,
    stage: watch::Receiver<Stage>,
}

/// What a listener sees.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// It goes on.
    Running {
        /// How far it is.
        preparation: Preparation,
        /// Whether it can be looked at.
        is_playing: bool,
    },
    /// It ended; the store knows how.
    Ended,
}

impl Default for Preparations {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Preparations {
    /// The stage of a session's preparation; `None` when none runs.
    pub(crate) fn watch(&self, session: &str) -> Option<watch::Receiver<Stage>> {
        self.lock()
            .get(session)
            .map(|running| running.stage.clone())
    }

    /// How far a session's preparation is; `None` when none runs.
    pub(crate) fn progress(&self, session: &str) -> Option<Preparation> {
        match &*self.watch(session)?.borrow() {
            Stage::Running { preparation, .. } => Some(preparation.clone()),
            Stage::Ended => None,
        }
    }

    /// Ends a session's preparation.
    pub(crate) fn cancel(&self, session: &str) {
        if let Some(running) = self.lock().get(session) {
            running.cancel.cancel();
        }
    }

    /// Ends all preparations.
    pub(crate) fn cancel_all(&self) {
        for running in self.lock().values() {
            running.cancel.cancel();
        }
    }

    /// Refuses when too many wait already.
    pub(crate) fn check_room(&self) -> Result<(), Problem> {
        if self.lock().len() > WAITING {
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too-many-preparations",
                format!("{WAITING} incidents wait to be simulated already"),
                "Wait until one of them is ready, or delete its session",
            ));
        }
        Ok(())
    }

    /// Starts to prepare a session.
    pub(crate) fn start(app: &App, entry: &Entry, session: &Session) {
        let (publish, stage) = watch::channel(Stage::Running {
            preparation: Preparation::default(),
            is_playing: false,
        });
        let cancel = Cancel::default();
        let running = Running {
            cancel: cancel.clone(),
            stage,
        };
        app.preparations()
            .lock()
            .insert(session.id.clone(), running);
        let task = Task {
            app: app.clone(),
            session: session.clone(),
            title: entry.drill.title.clone(),
            start_range: entry.drill.start_range,
            spec: spec(app, entry, session),
            cancel,
            publish,
        };
        tokio::spawn(task.run());
    }

    /// Forgets a session's preparation, unless another one has begun meanwhile.
    fn end(&self, session: &str, publish: &watch::Sender<Stage>) {
        let mut all = self.lock();
        let is_own = |running: &Running| running.stage.same_channel(&publish.subscribe());
        if all.get(session).is_some_and(is_own) {
            all.remove(session);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spec(app: &App, entry: &Entry, session: &Session) -> Option<IncidentSpec> {
    let system = app.system(&entry.drill.system)?.clone();
    Some(IncidentSpec {
        system,
        scenario: entry.incident.scenario.clone(),
        seed: session.seed,
        hours: f64::from(entry.incident.hours),
        difficulty: session.difficulty,
        drill: entry.drill.id.to_string(),
        part: None,
        limits: Limits::default(),
    })
}

struct Task {
    app: App,
    session: Session,
    title: String,
    start_range: Option<StartRange>,
    spec: Option<IncidentSpec>,
    cancel: Cancel,
    publish: watch::Sender<Stage>,
}

impl Task {
    async fn run(mut self) {
        let id = self.session.id.clone();
        let turn = Arc::clone(&self.app.preparations().turn);
        // The semaphore is never closed; without a permit the run would only be slower.
        let permit = turn.acquire_owned().await.ok();
        let recording_id = random_id();
        let outcome = match self.spec.take() {
            Some(spec) => self.record(&recording_id, spec).await,
            None => Err(Failure {
                code: "unknown-system".to_owned(),
                detail: "This server does not have the drill's system.".to_owned(),
                next_step: "Pick another drill.".to_owned(),
            }),
        };
        drop(permit);
        if let Err(failure) = outcome
            && let Err(error) = self.app.store().mark_failed(&id, &failure).await
            // A session that was deleted meanwhile needs no outcome.
            && !self.cancel.is_cancelled()
        {
            tracing::error!(error = %chain(&error), session = id, "failed to keep an outcome");
        }
        // Only now: as long as the session says that it plays, there must be something to look at.
        self.app.recordings().end_playing(&recording_id);
        self.app.preparations().end(&id, &self.publish);
        // Nobody may be listening.
        let _ = self.publish.send(Stage::Ended);
    }

    async fn record(&self, id: &str, spec: IncidentSpec) -> Result<(), Failure> {
        let label = RecordingLabel {
            id: id.to_owned(),
            title: self.title.clone(),
        };
        let folder = self.app.recordings().path(id);
        let cancel = self.cancel.clone();
        let mut stage = self.stage(id);
        let work = move || {
            let writer = begin(&spec, &folder, label)?;
            let growing = writer.growing();
            let mut on_event = |event| {
                if let IncidentEvent::Progress(progress) = event {
                    stage.progress(&growing, &progress);
                }
            };
            record(&spec, writer, &mut on_event, &cancel)
        };
        let outcome = tokio::task::spawn_blocking(work).await;
        match outcome {
            Ok(Ok(recorded)) => self.keep(id, recorded).await,
            Ok(Err(error)) => Err(failure(&error)),
            Err(error) => {
                tracing::error!(%error, "the thread of an incident panicked");
                Err(internal())
            }
        }
    }

    fn stage(&self, recording_id: &str) -> Staging {
        Staging {
            app: self.app.clone(),
            runtime: Handle::current(),
            publish: self.publish.clone(),
            cancel: self.cancel.clone(),
            session_id: self.session.id.clone(),
            recording_id: recording_id.to_owned(),
            title: self.title.clone(),
            start_range: self.start_range,
            playing: None,
            has_tried: false,
        }
    }

    async fn keep(&self, id: &str, recorded: Recorded) -> Result<(), Failure> {
        let manifest = recorded.recording.manifest();
        let extent_ms = sealed_extent_ms(manifest.start_unix_nano, manifest.end_unix_nano);
        let range = start_range(extent_ms, self.start_range);
        let totals = recorded.totals;
        let prepared = Prepared {
            virtual_ms: millis(totals.virtual_time),
            spans: totals.spans,
            logs: totals.logs,
            elapsed_ms: millis(totals.elapsed),
        };
        self.app
            .recordings()
            .insert(id, Arc::new(recorded.recording));
        // Complete now: whoever deletes it must remove its folder.
        self.app.recordings().end_playing(id);
        let now = clock::now_ms();
        let ready = self
            .app
            .store()
            .mark_ready(&self.session.id, id, range, prepared, now)
            .await;
        ready.map(drop).map_err(|error| {
            self.app.recordings().delete(id);
            if !self.cancel.is_cancelled() {
                tracing::error!(error = %chain(&error), "a session could not become ready");
            }
            internal()
        })
    }
}

/// What happens on the thread that records: progress becomes public, and the incident begins to play.
struct Staging {
    app: App,
    runtime: Handle,
    publish: watch::Sender<Stage>,
    cancel: Cancel,
    session_id: String,
    recording_id: String,
    title: String,
    start_range: Option<StartRange>,
    playing: Option<Arc<Playing>>,
    has_tried: bool,
}

impl Staging {
    fn progress(&mut self, growing: &Growing, progress: &Progress) {
        if !self.has_tried && progress.virtual_elapsed >= PLAYING_AFTER {
            self.has_tried = true;
            self.playing = self.play(growing, progress);
        }
        if let Some(playing) = &self.playing {
            playing.advance(progress.virtual_elapsed);
        }
        let stage = Stage::Running {
            preparation: preparation(progress),
            is_playing: self.playing.is_some(),
        };
        // Nobody may be listening.
        let _ = self.publish.send(stage);
    }

    fn play(&self, growing: &Growing, progress: &Progress) -> Option<Arc<Playing>> {
        let (title, session_id) = (self.title.clone(), self.session_id.clone());
        let total = progress.virtual_total;
        let playing = Arc::new(Playing::new(growing.clone(), title, session_id, total)?);
        playing.advance(progress.virtual_elapsed);
        let range = start_range(playing.extent_ms, self.start_range);
        let recordings = self.app.recordings();
        recordings.insert_playing(&self.recording_id, Arc::clone(&playing));
        let marked = self
            .app
            .store()
            .mark_playing(&self.session_id, &self.recording_id, range);
        if let Err(error) = self.runtime.block_on(marked) {
            // A deleted session cancels its simulation; of anything else the end will tell.
            if !self.cancel.is_cancelled() {
                tracing::error!(error = %chain(&error), "a session could not begin to play");
            }
            recordings.end_playing(&self.recording_id);
            return None;
        }
        Some(playing)
    }
}

/// What the tools open with: the drill's range, or the whole incident.
fn start_range((start, end): (i64, i64), range: Option<StartRange>) -> (i64, i64) {
    match range {
        Some(range) => {
            let at = |minute: u32| (start + i64::from(minute) * 60_000).min(end);
            (at(range.from_minute), at(range.until_minute))
        }
        None => (start, end),
    }
}

fn preparation(progress: &Progress) -> Preparation {
    Preparation {
        fraction: progress.fraction(),
        virtual_elapsed_ms: millis(progress.virtual_elapsed),
        virtual_total_ms: millis(progress.virtual_total),
        spans: progress.spans,
        logs: progress.logs,
        elapsed_ms: millis(progress.elapsed),
        eta_ms: progress.left().map(millis),
    }
}

/// What the candidate is told. The system's own words go to the log: they may name the scenario.
fn failure(error: &IncidentError) -> Failure {
    if !matches!(error.kind, IncidentErrorKind::Cancelled) {
        tracing::error!(
            error = %chain(error),
            replay = error.replay,
            stderr = error.stderr_tail,
            "an incident could not be simulated"
        );
    }
    let next_step = match &error.kind {
        IncidentErrorKind::Record(_) => {
            "Make room in the data folder and check that it can be written, then try again."
                .to_owned()
        }
        _ => format!(
            "Try again. If it fails again, run `{}` in a terminal and report what it prints.",
            error.replay
        ),
    };
    Failure {
        code: "simulation-failed".to_owned(),
        detail: format!(
            "The incident with seed {} could not be simulated: {}.",
            error.seed, error.kind
        ),
        next_step,
    }
}

fn internal() -> Failure {
    let problem = Problem::internal();
    Failure {
        code: problem.code,
        detail: problem.detail,
        next_step: problem.next_step,
    }
}
