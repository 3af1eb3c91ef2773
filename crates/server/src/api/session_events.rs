//! `GET /sessions/{id}/events`: the simulation's progress as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use tokio::sync::watch;

use super::session::{Preparation, Session};
use super::{event, store_problem};
use crate::app::App;
use crate::extract::Path;
use crate::preparations::Stage;
use crate::problem::Problem;

/// Progress of the simulation: events `progress` (`Preparation`), `playing` (`Session`) once when its tools can
/// be opened, then one of `ready` (`Session`) and `failed` (`Problem`), after which the stream ends. A session
/// that is not being simulated gives its last event at once.
#[utoipa::path(get, path = "/sessions/{session}/events", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = inline(SessionEvent), content_type = "text/event-stream"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn session_events(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // Watched before the session is read: an end in between is then seen by one of the two.
    let watch = app.preparations().watch(&id);
    app.store().session(&id).await.map_err(store_problem)?;
    let state = Next {
        app,
        id,
        watch,
        fresh: true,
        playing: Playing::NotYet,
        over: false,
    };
    let events = futures::stream::unfold(state, |mut state| async move {
        let event = state.next().await?;
        Some((Ok(event), state))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

struct Next {
    app: App,
    id: String,
    watch: Option<watch::Receiver<Stage>>,
    fresh: bool,
    playing: Playing,
    over: bool,
}

/// Whether the listener knows that the tools can be opened.
#[derive(PartialEq)]
enum Playing {
    NotYet,
    ToTell,
    Told,
}

impl Next {
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        if self.playing == Playing::ToTell {
            self.playing = Playing::Told;
            return Some(self.session("playing").await);
        }
        if let Some(watch) = &mut self.watch {
            // The first event tells the present stage, the following ones each change of it.
            let alive = std::mem::take(&mut self.fresh) || watch.changed().await.is_ok();
            let stage = watch.borrow_and_update().clone();
            if alive
                && let Stage::Running {
                    preparation,
                    is_playing,
                } = stage
            {
                if is_playing && self.playing == Playing::NotYet {
                    self.playing = Playing::ToTell;
                }
                return Some(event("progress", &preparation));
            }
        }
        self.over = true;
        Some(self.session("ready").await)
    }

    /// The session as an event of this name, or why there is none.
    async fn session(&self, name: &str) -> Event {
        match self.app.store().session(&self.id).await {
            Ok(session) => {
                let session = Session::new(&self.app, session);
                match session.problem {
                    Some(problem) => event("failed", &problem),
                    None => event(name, &session),
                }
            }
            Err(error) => event("failed", &store_problem(error)),
        }
    }
}

/// What the data of an event is, by the event's name.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum SessionEvent {
    /// The simulation goes on.
    Progress(Preparation),
    /// The tools can be opened.
    Playing(Box<Session>),
    /// The session is ready (or was handed in).
    Ready(Box<Session>),
    /// The simulation failed.
    Failed(Problem),
}
