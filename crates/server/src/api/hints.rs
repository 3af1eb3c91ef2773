//! Hints: how many there are, which were shown, when the next may be asked for.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::store_problem;
use crate::app::App;
use crate::clock;
use crate::extract::Path;
use crate::problem::Problem;

/// The hints of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hints {
    /// Hints that the drill has.
    pub total: u32,
    /// Those that were shown, in order.
    pub shown: Vec<ShownHint>,
    /// The next one; null when all were shown.
    pub next: Option<NextHint>,
}

/// A hint that was shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownHint {
    /// Counted from 1.
    pub number: u32,
    /// The hint, in Markdown.
    pub text_md: String,
    /// When it was shown, ms since the epoch.
    pub shown_at_ms: i64,
}

/// A hint that was not shown yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextHint {
    /// Counted from 1.
    pub number: u32,
    /// Seconds until the drill suggests it; 0 when it is due. It may be asked for earlier.
    pub due_after_s: u64,
}

/// The hints of a session.
#[utoipa::path(get, path = "/sessions/{session}/hints", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Hints),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_hints(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Hints>, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let shown = app.store().hints(&id).await.map_err(store_problem)?;
    Ok(Json(hints(&app, &session, &shown)))
}

/// Shows the next hint.
#[utoipa::path(post, path = "/sessions/{session}/hints", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Hints),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_hint(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Hints>, Problem> {
    let session = app.store().session(&id).await.map_err(store_problem)?;
    let total = texts(&app, &session).len();
    let now = clock::now_ms();
    let shown = app
        .store()
        .show_hint(&id, total, now)
        .await
        .map_err(store_problem)?;
    Ok(Json(hints(&app, &session, &shown)))
}

/// The hints of a session's drill; none when the drill is gone.
fn texts<'a>(app: &'a App, session: &interview::Session) -> &'a [catalogue::Hint] {
    app.drill(&session.drill_id)
        .map_or(&[], |entry| &entry.interviewer.hints)
}

/// Only the texts of hints that were shown leave the server.
fn hints(app: &App, session: &interview::Session, shown: &[interview::ShownHint]) -> Hints {
    let texts = texts(app, session);
    let next = texts.get(shown.len()).map(|hint| {
        let worked_ms = session
            .started_at_ms
            .map_or(0, |started| clock::now_ms() - started);
        let due_ms = i64::from(hint.after_minutes) * 60_000 - worked_ms;
        NextHint {
            number: shown.len() as u32 + 1,
            due_after_s: u64::try_from(due_ms).unwrap_or(0).div_ceil(1000),
        }
    });
    Hints {
        total: texts.len() as u32,
        shown: shown
            .iter()
            .zip(texts)
            .map(|(shown, hint)| ShownHint {
                number: shown.number,
                text_md: hint.text.clone(),
                shown_at_ms: shown.shown_at_ms,
            })
            .collect(),
        next,
    }
}
