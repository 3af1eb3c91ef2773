//! Recordings: what can be queried, and completing the live one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use telemetry::recording::{Growing, Manifest};
use utoipa::ToSchema;

use super::store_problem;
use crate::app::App;
use crate::data::{growing_extent_ms, sealed_extent_ms};
use crate::extract::Path;
use crate::live::LIVE;
use crate::playing::Playing;
use crate::problem::Problem;

/// Every recording of this server.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingList {
    /// Newest first.
    pub recordings: Vec<Recording>,
}

/// The telemetry of one incident or of live systems.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recording {
    /// The id in URLs.
    pub id: String,
    /// A name for people.
    pub title: String,
    /// Whether it can still grow.
    pub state: RecordingState,
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch; the planned one while an incident plays.
    pub end_ms: i64,
    /// Up to where there is telemetry (exclusive), ms since the epoch; before `end_ms` while an incident plays.
    pub recorded_until_ms: i64,
    /// Spans held.
    pub spans: u64,
    /// Log records held, database samples apart.
    pub logs: u64,
    /// Metric samples held.
    pub samples: u64,
    /// Metric series held.
    pub series: u64,
    /// Size on disk; 0 while it is open.
    pub bytes_on_disk: u64,
    /// Services that sent anything.
    pub services: Vec<String>,
    /// The session that it was made for.
    pub session_id: Option<String>,
}

/// Whether a recording can still grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Telemetry is still arriving.
    Open,
    /// Complete and immutable.
    Sealed,
}

/// Every recording.
#[utoipa::path(get, path = "/recordings", tag = "recordings", responses(
    (status = 200, body = RecordingList),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list_recordings(State(app): State<App>) -> Result<Json<RecordingList>, Problem> {
    let sessions = app.store().sessions().await.map_err(store_problem)?;
    let reader = app.clone();
    let (growing, manifests) = app
        .queries()
        .run(move || {
            // In this order: what is sealed in between is listed once, as complete.
            let growing = growing_recordings(&reader);
            Ok((growing, reader.recordings().manifests()))
        })
        .await?;
    let mut recordings: Vec<Recording> = manifests
        .into_iter()
        .map(|(id, manifest)| sealed_recording(id, manifest, &sessions))
        .collect();
    for recording in growing {
        if recordings.iter().all(|sealed| sealed.id != recording.id) {
            recordings.push(recording);
        }
    }
    // Newest first: a session's place in its list is that of its recording.
    let place = |recording: &Recording| {
        if recording.id == LIVE {
            return 0;
        }
        let owner = recording.session_id.as_ref();
        sessions
            .iter()
            .position(|session| Some(&session.id) == owner)
            .map_or(usize::MAX, |place| place + 1)
    };
    recordings.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.id.cmp(&b.id)));
    Ok(Json(RecordingList { recordings }))
}

/// What systems send, and every incident that plays. Reads tables; not for a thread that serves HTTP.
fn growing_recordings(app: &App) -> Vec<Recording> {
    let live = app.live().current();
    let live = live.map(|live| live_recording(live.info().title.clone(), &live.growing()));
    let playing = app.recordings().all_playing().into_iter();
    live.into_iter()
        .chain(playing.map(|(id, playing)| playing_recording(id, &playing)))
        .collect()
}

/// One recording.
#[utoipa::path(get, path = "/recordings/{recording}", tag = "recordings",
    params(("recording" = String, Path, description = "Recording id")),
    responses(
        (status = 200, body = Recording),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_recording(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Recording>, Problem> {
    let sessions = app.store().sessions().await.map_err(store_problem)?;
    let reader = app.clone();
    let recording = app
        .queries()
        .run(move || {
            let mut growing = growing_recordings(&reader).into_iter();
            if let Some(growing) = growing.find(|growing| growing.id == id) {
                return Ok(growing);
            }
            let manifest = reader.recordings().manifest(&id)?;
            Ok(sealed_recording(id, manifest, &sessions))
        })
        .await?;
    Ok(Json(recording))
}

/// Completes the live recording; what arrives from now on begins another one.
#[utoipa::path(post, path = "/recordings/live/seal", tag = "recordings", responses(
    (status = 200, body = Recording),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub async fn seal_live(State(app): State<App>) -> Result<Json<Recording>, Problem> {
    // Some seconds of work; it must wait neither for queries nor keep them waiting.
    let sealing = tokio::task::spawn_blocking(move || {
        let sealed = app
            .live()
            .seal()
            .map_err(|error| Problem::logged(&error, "seal a recording"))?;
        let Some(recording) = sealed else {
            return Err(Problem::not_found(
                "unknown-recording",
                "no system has sent telemetry yet",
                "Point a system's OTLP exporter at Firedrill",
            ));
        };
        let manifest = recording.manifest().clone();
        let id = manifest.id.clone();
        app.recordings().insert(&id, Arc::new(recording));
        Ok(Json(sealed_recording(id, manifest, &[])))
    });
    sealing
        .await
        .map_err(|error| Problem::logged(&error, "seal a recording"))?
}

/// What systems have sent so far.
fn live_recording(title: String, live: &Growing) -> Recording {
    let (start_ms, end_ms) = growing_extent_ms(live);
    Recording {
        start_ms,
        end_ms,
        recorded_until_ms: end_ms,
        ..growing_recording(LIVE.to_owned(), title, live)
    }
}

/// What there is by now of an incident that is still being simulated.
fn playing_recording(id: String, playing: &Playing) -> Recording {
    let (start_ms, end_ms) = playing.extent_ms;
    Recording {
        start_ms,
        end_ms,
        recorded_until_ms: playing.recorded_until_ms(),
        session_id: Some(playing.session_id.clone()),
        ..growing_recording(id, playing.title.clone(), &playing.growing)
    }
}

/// The counts of a recording that grows; its extent is the caller's.
fn growing_recording(id: String, title: String, growing: &Growing) -> Recording {
    let counts = growing.counts();
    Recording {
        id,
        title,
        state: RecordingState::Open,
        start_ms: 0,
        end_ms: 0,
        recorded_until_ms: 0,
        spans: counts.spans,
        logs: counts.logs,
        samples: counts.metric_samples,
        series: counts.series,
        bytes_on_disk: 0,
        services: growing.services(),
        session_id: None,
    }
}

/// What may be shown of a manifest: not its private part, which names the scenario.
fn sealed_recording(id: String, manifest: Manifest, sessions: &[interview::Session]) -> Recording {
    let (start_ms, end_ms) = sealed_extent_ms(manifest.start_unix_nano, manifest.end_unix_nano);
    let session = sessions
        .iter()
        .find(|session| session.recording_id.as_deref() == Some(id.as_str()));
    Recording {
        state: RecordingState::Sealed,
        start_ms,
        end_ms,
        recorded_until_ms: end_ms,
        spans: manifest.counts.spans,
        logs: manifest.counts.logs,
        samples: manifest.counts.metric_samples,
        series: manifest.counts.series,
        bytes_on_disk: manifest.bytes_on_disk(),
        services: manifest.services,
        session_id: session.map(|session| session.id.clone()),
        id,
        title: manifest.title,
    }
}
