//! Proofs of a repair: starting one, following it, and reading its verdict.

use std::convert::Infallible;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use examiner::incident::Progress;
use examiner::submission::Submission;
use futures::Stream;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::verdict::{CompilerMessage, ProofSummary, Verdict};
use super::{changes, store_problem};
use crate::app::App;
use crate::extract::Path;
use crate::problem::Problem;
use crate::proofs::Proofs;

/// The proofs of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofList {
    /// The one that runs; null when none does.
    pub running: Option<ProofProgress>,
    /// Those that have a verdict, newest first.
    pub proofs: Vec<ListedProof>,
}

/// A proof in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedProof {
    /// Its id.
    pub id: i32,
    /// When it began, ms since the epoch.
    pub started_at_ms: i64,
    /// When it ended, ms since the epoch.
    pub ended_at_ms: i64,
    /// What it came to.
    pub summary: ProofSummary,
}

/// A proof with its verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// Its id.
    pub id: i32,
    /// When it began, ms since the epoch.
    pub started_at_ms: i64,
    /// When it ended, ms since the epoch.
    pub ended_at_ms: i64,
    /// What it came to.
    pub verdict: Verdict,
}

/// How far a proof is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProofProgress {
    /// When it was asked for, ms since the epoch.
    pub started_at_ms: i64,
    /// Real time since its turn came.
    pub elapsed_ms: u64,
    /// What it is at.
    pub phase: ProofPhase,
    /// The files that differ from the unchanged system, by path; empty until they were read.
    pub changed: Vec<String>,
    /// The build.
    pub build: BuildProgress,
    /// The run of the phase; null before the first one.
    pub run: Option<RunProgress>,
}

/// What a proof is at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofPhase {
    /// Another session's proof comes first, or the change is being read.
    Waiting,
    /// The changed system is being built.
    Building,
    /// The unchanged system runs; skipped when its figures are known.
    RunningBefore,
    /// The changed system runs the same incident.
    RunningAfter,
    /// Both runs are compared.
    Judging,
}

/// How far a build is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct BuildProgress {
    /// Whether it is the first one here, which takes minutes.
    pub is_first: bool,
    /// Whether another build has to end first.
    pub is_waiting: bool,
    /// Whether crates are being downloaded.
    pub is_downloading: bool,
    /// Steps that are done.
    pub done: u32,
    /// Steps; 0 until it is known.
    pub total: u32,
    /// The crates that are being compiled.
    pub crates: String,
    /// Real time that it took; null until it is done.
    pub elapsed_ms: Option<u64>,
    /// What the compiler says, at most 50 messages.
    pub messages: Vec<CompilerMessage>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct RunProgress {
    /// 0 to 1.
    pub fraction: f64,
    /// Virtual time that has passed.
    pub virtual_elapsed_ms: u64,
    /// Virtual time of the run; 0 until the system said so.
    pub virtual_total_ms: u64,
    /// Spans recorded.
    pub spans: u64,
}

/// The end of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProofEnd {
    /// The proof with its verdict; null when it was cancelled, or when none ran.
    pub proof_id: Option<i32>,
}

/// What the data of an event is, by the event's name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ProofEvent {
    /// It goes on.
    Progress(ProofProgress),
    /// It has ended.
    Ended(ProofEnd),
}

impl ProofProgress {
    /// A proof that has just been asked for.
    pub(crate) fn waiting(started_at_ms: i64) -> Self {
        Self {
            started_at_ms,
            elapsed_ms: 0,
            phase: ProofPhase::Waiting,
            changed: Vec::new(),
            build: BuildProgress::default(),
            run: None,
        }
    }
}

impl RunProgress {
    /// The engine's progress as the page sees it.
    pub(crate) fn new(progress: &Progress) -> Self {
        Self {
            fraction: progress.fraction(),
            virtual_elapsed_ms: super::millis(progress.virtual_elapsed),
            virtual_total_ms: super::millis(progress.virtual_total),
            spans: progress.spans,
        }
    }
}

/// Proves the session's change: builds the changed system, runs the same incident on it and judges it.
#[utoipa::path(post, path = "/sessions/{session}/proofs", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 202, body = ProofProgress),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn start_proof(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ProofProgress>), Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let Some(entry) = app.drill(&session.drill_id) else {
        return Err(Problem::conflict(
            "unknown-drill",
            "the drill is not part of this server's catalogue any more",
            "Start Firedrill with the drill's folder; the change is kept",
        ));
    };
    if session.started_at_ms.is_none() {
        return Err(Problem::conflict(
            "not-ready",
            "the incident is still being simulated",
            "Wait until it is complete",
        ));
    }
    let changed = app.store().changes(&id).await.map_err(store_problem)?;
    if changed.is_empty() {
        return Err(Problem::conflict(
            "nothing-changed",
            "no file differs from the system as it is",
            "Change the code first",
        ));
    }
    let room = app.store().check_room_for_proof(&id).await;
    room.map_err(store_problem)?;
    let submission = Submission::Changes(changes::texts(changed));
    let progress = Proofs::start(&app, entry, &session, submission)?;
    Ok((StatusCode::ACCEPTED, Json(progress)))
}

/// The proofs of a session.
#[utoipa::path(get, path = "/sessions/{session}/proofs", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = ProofList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_proofs(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ProofList>, Problem> {
    // What runs first: an end in between shows the proof twice rather than not at all.
    let running = app.proofs().watch(&id).map(|it| it.borrow().clone());
    let proofs = app.store().proofs(&id).await.map_err(store_problem)?;
    let proofs = proofs
        .into_iter()
        .map(|proof| ListedProof {
            id: proof.id,
            started_at_ms: proof.started_at_ms,
            ended_at_ms: proof.ended_at_ms,
            summary: proof.content,
        })
        .collect();
    Ok(Json(ProofList { running, proofs }))
}

/// One proof with its verdict.
#[utoipa::path(get, path = "/sessions/{session}/proofs/{proof}", tag = "repair",
    params(
        ("session" = String, Path, description = "Session id"),
        ("proof" = i32, Path, description = "Proof id"),
    ),
    responses(
        (status = 200, body = Proof),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_proof(
    State(app): State<App>,
    Path((session, id)): Path<(String, i32)>,
) -> Result<Json<Proof>, Problem> {
    let found = app.store().proof(&session, id).await;
    let Some(proof) = found.map_err(store_problem)? else {
        return Err(Problem::not_found(
            "unknown-proof",
            format!("this session has no proof {id}"),
            "GET …/proofs lists all",
        ));
    };
    Ok(Json(Proof {
        id: proof.id,
        started_at_ms: proof.started_at_ms,
        ended_at_ms: proof.ended_at_ms,
        verdict: proof.content,
    }))
}

/// Cancels the proof that runs. There is no verdict then.
#[utoipa::path(delete, path = "/sessions/{session}/proofs/running", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 204, description = "It ends"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel_proof(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if app.proofs().cancel(&id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::conflict(
        "no-proof-running",
        "no proof of this session runs",
        "Reload the list of proofs",
    ))
}

/// Follows the proof that runs: events `progress` (`ProofProgress`), then `ended` (`ProofEnd`), after which the
/// stream ends. When none runs, the last event comes at once.
#[utoipa::path(get, path = "/sessions/{session}/proofs/events", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = inline(ProofEvent), content_type = "text/event-stream"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn proof_events(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    app.store().session(&id).await.map_err(store_problem)?;
    let watch = app.proofs().watch(&id);
    let follow = Follow {
        app,
        id,
        watch,
        is_fresh: true,
        is_over: false,
    };
    let events = futures::stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok(event), follow))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

struct Follow {
    app: App,
    id: String,
    watch: Option<watch::Receiver<ProofProgress>>,
    is_fresh: bool,
    is_over: bool,
}

impl Follow {
    async fn next(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        if let Some(watch) = &mut self.watch
            && (std::mem::take(&mut self.is_fresh) || watch.changed().await.is_ok())
        {
            let progress = watch.borrow_and_update().clone();
            return Some(super::event("progress", &progress));
        }
        self.is_over = true;
        let started_at_ms = self.watch.as_ref().map(|it| it.borrow().started_at_ms);
        let proof_id = match started_at_ms {
            Some(started_at_ms) => self.proof_of(started_at_ms).await,
            None => None,
        };
        Some(super::event("ended", &ProofEnd { proof_id }))
    }

    /// The kept proof that began then. A store that fails is seen when the list is read.
    async fn proof_of(&self, started_at_ms: i64) -> Option<i32> {
        let proofs = self.app.store().proofs::<ProofSummary>(&self.id).await;
        let mut proofs = proofs.ok()?.into_iter();
        Some(proofs.find(|it| it.started_at_ms == started_at_ms)?.id)
    }
}
