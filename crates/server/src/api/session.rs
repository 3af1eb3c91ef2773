//! The shape of a session, shared by the session endpoints and by the event stream.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::drills::{self, Level, SystemSummary, Tool};
use crate::app::App;
use crate::problem::Problem;

/// One run of a drill.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// The id in URLs.
    pub id: String,
    /// The drill that it runs.
    pub drill: SessionDrill,
    /// The seed of its incident, decimal.
    #[schema(example = "7")]
    pub seed: String,
    /// The difficulty of its incident.
    pub difficulty: Level,
    /// Where it stands.
    pub state: SessionState,
    /// Its recording; null until there is something to look at.
    pub recording_id: Option<String>,
    /// The task, in Markdown.
    pub brief_md: String,
    /// What the tools should open with; null until there is something to look at.
    pub start_range: Option<TimeRange>,
    /// When it was created, ms since the epoch.
    pub created_at_ms: i64,
    /// When its clock started, that is when it became ready; null before.
    pub started_at_ms: Option<i64>,
    /// When it was handed in; null before.
    pub handed_in_at_ms: Option<i64>,
    /// How far the incident has been simulated.
    pub preparation: Preparation,
    /// Why it failed; null otherwise.
    pub problem: Option<Problem>,
}

/// What a session shows of its drill.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionDrill {
    /// The neutral id.
    pub id: String,
    /// The symptom as users report it.
    pub title: String,
    /// The system under debug.
    pub system: SystemSummary,
    /// Planned length.
    pub minutes: u32,
    /// The tools that are of use.
    pub tools: Vec<Tool>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// The incident is being simulated.
    Preparing,
    /// It is still being simulated, and the tools show what there is of it. The clock does not run yet.
    Playing,
    /// The candidate can work; the clock runs.
    Ready,
    /// The incident could not be simulated; it can be retried.
    Failed,
    /// Handed in and scored.
    HandedIn,
}

/// A half-open range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimeRange {
    /// Start, ms since the epoch.
    pub start_ms: i64,
    /// End (exclusive), ms since the epoch.
    pub end_ms: i64,
}

/// How far the incident has been simulated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Preparation {
    /// 0 to 1.
    pub fraction: f64,
    /// Virtual time that has passed.
    pub virtual_elapsed_ms: u64,
    /// Virtual time of the whole incident; 0 until the system said so.
    pub virtual_total_ms: u64,
    /// Spans recorded.
    pub spans: u64,
    /// Log records recorded.
    pub logs: u64,
    /// Real time that has passed.
    pub elapsed_ms: u64,
    /// Real time that is left, estimated; null while there is nothing to estimate from.
    pub eta_ms: Option<u64>,
}

impl Session {
    /// A stored session as the page sees it.
    pub(crate) fn new(app: &App, session: interview::Session) -> Self {
        let drill = app.drill(&session.drill_id).map(|entry| &entry.drill);
        let preparation = match &session.prepared {
            Some(prepared) => Preparation::finished(prepared),
            None => app.preparations().progress(&session.id).unwrap_or_default(),
        };
        Self {
            drill: SessionDrill {
                id: session.drill_id,
                title: session.drill_title,
                system: drills::system(drill.map_or("", |drill| &drill.system)),
                minutes: drill.map_or(0, |drill| drill.minutes),
                tools: drill.map_or_else(Vec::new, |drill| {
                    drill.tools.iter().map(|tool| (*tool).into()).collect()
                }),
            },
            brief_md: drill.map_or_else(
                || "This drill is not part of this server's catalogue any more.".to_owned(),
                |drill| drill.brief_md.clone(),
            ),
            id: session.id,
            seed: session.seed.to_string(),
            difficulty: session.difficulty.into(),
            state: session.state.into(),
            recording_id: session.recording_id,
            start_range: session
                .start_range_ms
                .map(|(start_ms, end_ms)| TimeRange { start_ms, end_ms }),
            created_at_ms: session.created_at_ms,
            started_at_ms: session.started_at_ms,
            handed_in_at_ms: session.handed_in_at_ms,
            preparation,
            problem: session.failure.map(|failure| {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Problem::new(status, &failure.code, failure.detail, failure.next_step)
            }),
        }
    }
}

impl Preparation {
    fn finished(prepared: &interview::Prepared) -> Self {
        Self {
            fraction: 1.0,
            virtual_elapsed_ms: prepared.virtual_ms,
            virtual_total_ms: prepared.virtual_ms,
            spans: prepared.spans,
            logs: prepared.logs,
            elapsed_ms: prepared.elapsed_ms,
            eta_ms: Some(0),
        }
    }
}

impl From<interview::SessionState> for SessionState {
    fn from(state: interview::SessionState) -> Self {
        match state {
            interview::SessionState::Preparing => Self::Preparing,
            interview::SessionState::Playing => Self::Playing,
            interview::SessionState::Ready => Self::Ready,
            interview::SessionState::Failed => Self::Failed,
            interview::SessionState::HandedIn => Self::HandedIn,
        }
    }
}
