//! Repairs that are being proven for sessions.
//!
//! One at a time: a build takes every core that there is. The others queue. Progress is published to whoever
//! listens; the verdict is written to the store first, so that a listener that reads it there sees it. What a proof
//! is, is `examiner::proof`'s to say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use catalogue::Entry;
use examiner::build::BuildEvent;
use examiner::incident::Cancel;
use examiner::proof::{ProofEvent, ProofLimits, ProofSpec, Side, prove};
use examiner::submission::Submission;
use interview::{NewProof, Session};
use tokio::sync::{Semaphore, watch};

use crate::api::proof::{BuildProgress, ProofPhase, ProofProgress, RunProgress};
use crate::api::verdict::{CompilerMessage, ProofSummary, Verdict};
use crate::app::App;
use crate::clock;
use crate::problem::{Problem, chain};

/// Proofs that may queue.
const WAITING: usize = 8;
/// Messages of the compiler that are told while it builds; the verdict has the errors.
const MESSAGES: usize = 50;
/// Time between two words about a run.
const PACE: Duration = Duration::from_millis(100);

/// All running proofs, by session.
#[derive(Debug)]
pub(crate) struct Proofs {
    running: Mutex<HashMap<String, Running>>,
    turn: Arc<Semaphore>,
}

#[derive(Debug)]
struct Running {
    cancel: Cancel,
    progress: watch::Receiver<ProofProgress>,
}

impl Default for Proofs {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Proofs {
    /// The progress of a session's proof; `None` when none runs. The sender goes when it ends.
    pub(crate) fn watch(&self, session: &str) -> Option<watch::Receiver<ProofProgress>> {
        let running = self.lock();
        Some(running.get(session)?.progress.clone())
    }

    /// Ends a session's proof; tells whether there was one.
    pub(crate) fn cancel(&self, session: &str) -> bool {
        let running = self.lock();
        let found = running.get(session);
        if let Some(running) = found {
            running.cancel.cancel();
        }
        found.is_some()
    }

    /// Ends all proofs.
    pub(crate) fn cancel_all(&self) {
        for running in self.lock().values() {
            running.cancel.cancel();
        }
    }

    /// Starts to prove what a session has changed.
    ///
    /// # Errors
    ///
    /// When a proof of this session runs, when too many wait, or when there is nothing to prove it by.
    pub(crate) fn start(
        app: &App,
        entry: &Entry,
        session: &Session,
        submission: Submission,
    ) -> Result<ProofProgress, Problem> {
        let spec = spec(app, entry, session, submission)?;
        let first = ProofProgress::waiting(clock::now_ms());
        let (publish, progress) = watch::channel(first.clone());
        let cancel = Cancel::default();
        {
            let mut running = app.proofs().lock();
            check_room(&running, &session.id)?;
            let cancel = cancel.clone();
            running.insert(session.id.clone(), Running { cancel, progress });
        }
        let task = Task {
            app: app.clone(),
            session: session.id.clone(),
            cancel,
            publish,
        };
        tokio::spawn(task.run(spec));
        Ok(first)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_room(running: &HashMap<String, Running>, session: &str) -> Result<(), Problem> {
    if running.contains_key(session) {
        return Err(Problem::conflict(
            "proof-running",
            "a proof of this session runs already",
            "Wait for its verdict, or cancel it",
        ));
    }
    if running.len() > WAITING {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-proofs",
            format!("{WAITING} proofs wait already"),
            "Wait until one of them has its verdict, or cancel it",
        ));
    }
    Ok(())
}

fn spec(
    app: &App,
    entry: &Entry,
    session: &Session,
    submission: Submission,
) -> Result<ProofSpec, Problem> {
    let refuse = |what: &str| Problem::conflict("not-provable", what, "Pick another drill");
    let Some(checks) = entry.interviewer.checks.clone() else {
        return Err(refuse("this drill has no checks to judge a repair by"));
    };
    let Some(command) = app.system(&entry.drill.system).cloned() else {
        return Err(refuse("this server does not have the drill's system"));
    };
    Ok(ProofSpec {
        drill: entry.drill.id.to_string(),
        system: entry.drill.system.clone(),
        command,
        scenario: entry.incident.scenario.clone(),
        seed: session.seed,
        difficulty: session.difficulty,
        hours: f64::from(entry.incident.hours),
        checks,
        submission,
        handed_in_by: "--patch change.patch".to_owned(),
        folder: app.proof_folder(),
        limits: ProofLimits::default(),
    })
}

struct Task {
    app: App,
    session: String,
    cancel: Cancel,
    publish: watch::Sender<ProofProgress>,
}

impl Task {
    async fn run(self, spec: ProofSpec) {
        let turn = Arc::clone(&self.app.proofs().turn);
        // The semaphore is never closed; without a permit the proof would only be slower.
        let permit = turn.acquire_owned().await.ok();
        let mut told = Told::new(self.publish.clone());
        let cancel = self.cancel.clone();
        let work = move || {
            let verdict = prove(&spec, &mut |event| told.tell(event), &cancel);
            (verdict, told.changed)
        };
        let outcome = tokio::task::spawn_blocking(work).await;
        drop(permit);
        match outcome {
            // Whoever cancels knows what became of it.
            _ if self.cancel.is_cancelled() => {}
            Ok((verdict, changed)) => self.keep(Verdict::new(verdict), changed).await,
            Err(error) => tracing::error!(%error, "the thread of a proof panicked"),
        }
        self.app.proofs().lock().remove(&self.session);
    }

    async fn keep(&self, verdict: Verdict, changed: Vec<String>) {
        let proof = NewProof {
            started_at_ms: self.publish.borrow().started_at_ms,
            ended_at_ms: clock::now_ms(),
            summary: ProofSummary::new(&verdict, changed),
            verdict,
        };
        let kept = self.app.store().keep_proof(&self.session, &proof).await;
        if let Err(error) = kept {
            tracing::error!(error = %chain(&error), session = self.session, "failed to keep a verdict");
        }
    }
}

/// What is told about a proof while it runs.
struct Told {
    publish: watch::Sender<ProofProgress>,
    begun: Instant,
    last: Option<Instant>,
    changed: Vec<String>,
}

impl Told {
    fn new(publish: watch::Sender<ProofProgress>) -> Self {
        Self {
            publish,
            begun: Instant::now(),
            last: None,
            changed: Vec::new(),
        }
    }

    fn tell(&mut self, event: ProofEvent) {
        if matches!(event, ProofEvent::Run(..)) {
            // A run says more than anybody can read.
            let is_soon = self.last.is_some_and(|last| last.elapsed() < PACE);
            if is_soon {
                return;
            }
            self.last = Some(Instant::now());
        }
        if let ProofEvent::TakenIn { changed } = &event {
            self.changed.clone_from(changed);
        }
        let elapsed_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.publish.send_modify(|progress| {
            progress.elapsed_ms = elapsed_ms;
            apply(progress, event);
        });
    }
}

fn apply(progress: &mut ProofProgress, event: ProofEvent) {
    match event {
        ProofEvent::TakenIn { changed } => {
            progress.changed = changed;
            progress.phase = ProofPhase::Building;
        }
        ProofEvent::Build(event) => built(&mut progress.build, event),
        ProofEvent::Built { elapsed } => {
            progress.build.elapsed_ms = u64::try_from(elapsed.as_millis()).ok();
        }
        ProofEvent::Run(side, run) => {
            progress.phase = match side {
                Side::Before => ProofPhase::RunningBefore,
                Side::After => ProofPhase::RunningAfter,
            };
            progress.run = Some(RunProgress::new(&run));
        }
        ProofEvent::Judging => progress.phase = ProofPhase::Judging,
    }
}

fn built(progress: &mut BuildProgress, event: BuildEvent) {
    match event {
        BuildEvent::Waiting => progress.is_waiting = true,
        BuildEvent::Started { first } => {
            progress.is_waiting = false;
            progress.is_first = first;
        }
        BuildEvent::Downloading => progress.is_downloading = true,
        BuildEvent::Crate { done, total, names } => {
            progress.is_downloading = false;
            (progress.done, progress.total) = (done, total);
            progress.crates = names;
        }
        BuildEvent::Compiler(message) if progress.messages.len() < MESSAGES => {
            progress.messages.push(CompilerMessage::new(message));
        }
        BuildEvent::Compiler(_) => {}
    }
}
