//! `GET /sessions/{id}/events`: the simulation's progress as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures::Stream;

use super::session::{Preparation, Session};
use crate::app::App;
use crate::extract::Path;
use crate::problem::Problem;

/// Progress of the simulation: events `progress` (`Preparation`), then one of `ready` (`Session`)
/// and `failed` (`Problem`), after which the stream ends. A session that is not being prepared
/// gives its last event at once.
#[utoipa::path(get, path = "/sessions/{session}/events", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = inline(SessionEvent), content_type = "text/event-stream"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn session_events(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if true {
        return Err(super::pending());
    }
    Ok(Sse::new(futures::stream::empty()))
}

/// What the data of an event is, by the event's name.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The simulation goes on.
    Progress(Preparation),
    /// The session is ready (or was handed in).
    Ready(Box<Session>),
    /// The simulation failed.
    Failed(Problem),
}
