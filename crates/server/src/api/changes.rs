//! What a candidate changes of the system's source, and the same as a patch.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use examiner::source::Files;
use examiner::submission::check_file;
use interview::ChangedFile;
use serde::{Deserialize, Serialize};
use similar::TextDiff;
use utoipa::ToSchema;

use super::store_problem;
use crate::app::App;
use crate::clock;
use crate::extract::{self, Path};
use crate::problem::Problem;
use crate::source_code::{self, SourceTree};

/// What a session has changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    /// Whether a change of this drill's system can be proven.
    pub is_provable: bool,
    /// The changed and added files, by path.
    pub files: Vec<FileChange>,
}

/// A file that was changed or added.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileChange {
    /// Its path relative to the system.
    pub path: String,
    /// Its text now.
    pub text: String,
    /// Its text in the unchanged system; null when it is new.
    pub original: Option<String>,
    /// Lines that were added.
    pub added: usize,
    /// Lines that were removed.
    pub removed: usize,
    /// When it was changed last, ms since the epoch.
    pub updated_at_ms: i64,
}

/// The new text of a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileText {
    /// All of it.
    pub text: String,
}

/// What the session has changed of the system.
#[utoipa::path(get, path = "/sessions/{session}/changes", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = ChangeList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_changes(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ChangeList>, Problem> {
    list(&app, &id).await.map(Json)
}

/// Changes a file, or adds one. The original text takes the change back.
#[utoipa::path(put, path = "/sessions/{session}/changes/{*path}", tag = "repair",
    params(
        ("session" = String, Path, description = "Session id"),
        ("path" = String, Path, description = "Path relative to the system, such as `src/lib.rs`"),
    ),
    request_body = FileText,
    responses(
        (status = 200, body = ChangeList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn change_file(
    State(app): State<App>,
    Path((id, path)): Path<(String, String)>,
    extract::Json(new): extract::Json<FileText>,
) -> Result<Json<ChangeList>, Problem> {
    check_file(&path, &new.text).map_err(|refused| {
        Problem::bad_request("refused-change", refused.to_string(), refused.next_step())
    })?;
    let source = source(&app, &id).await?;
    let kept = if source.get(&path) == Some(&new.text) {
        app.store().forget_changes(&id, Some(&path)).await
    } else {
        let file = ChangedFile {
            path,
            text: new.text,
            updated_at_ms: clock::now_ms(),
        };
        app.store().keep_change(&id, &file).await
    };
    kept.map_err(store_problem)?;
    list(&app, &id).await.map(Json)
}

/// Takes the change of one file back.
#[utoipa::path(delete, path = "/sessions/{session}/changes/{*path}", tag = "repair",
    params(
        ("session" = String, Path, description = "Session id"),
        ("path" = String, Path, description = "Path relative to the system"),
    ),
    responses(
        (status = 200, body = ChangeList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn revert_file(
    State(app): State<App>,
    Path((id, path)): Path<(String, String)>,
) -> Result<Json<ChangeList>, Problem> {
    let forgotten = app.store().forget_changes(&id, Some(&path)).await;
    forgotten.map_err(store_problem)?;
    list(&app, &id).await.map(Json)
}

/// The change as a unified diff against the system's folder, for `firedrill judge --patch`.
#[utoipa::path(get, path = "/sessions/{session}/patch", tag = "repair",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = String, content_type = "text/x-diff"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_patch(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let files = list(&app, &id).await?.files;
    let patch: String = files.iter().map(unified).collect();
    Ok(([(CONTENT_TYPE, "text/x-diff; charset=utf-8")], patch))
}

/// Changed files as a submission has them.
pub(crate) fn texts(files: Vec<ChangedFile>) -> Files {
    let texts = files.into_iter().map(|file| (file.path, file.text));
    texts.collect()
}

async fn list(app: &App, session: &str) -> Result<ChangeList, Problem> {
    let source = source(app, session).await?;
    let changes = app.store().changes(session).await.map_err(store_problem)?;
    let files = changes
        .into_iter()
        .map(|file| change(source, file))
        .collect();
    Ok(ChangeList {
        is_provable: is_provable(app, session).await?,
        files,
    })
}

fn change(source: &SourceTree, file: ChangedFile) -> FileChange {
    let original = source.get(&file.path).cloned();
    let (added, removed) = counts(original.as_deref().unwrap_or_default(), &file.text);
    FileChange {
        path: file.path,
        text: file.text,
        original,
        added,
        removed,
        updated_at_ms: file.updated_at_ms,
    }
}

/// Lines that were added and removed.
fn counts(original: &str, text: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(original, text);
    let changes = diff.ops().iter();
    changes.fold((0, 0), |(added, removed), op| match op.tag() {
        similar::DiffTag::Equal => (added, removed),
        _ => (added + op.new_range().len(), removed + op.old_range().len()),
    })
}

fn unified(file: &FileChange) -> String {
    let from = match &file.original {
        Some(_) => format!("a/{}", file.path),
        None => "/dev/null".to_owned(),
    };
    let original = file.original.as_deref().unwrap_or_default();
    TextDiff::from_lines(original, &file.text)
        .unified_diff()
        .header(&from, &format!("b/{}", file.path))
        .to_string()
}

async fn source(app: &App, session: &str) -> Result<&'static SourceTree, Problem> {
    let session = app.store().session(session).await.map_err(store_problem)?;
    app.drill(&session.drill_id)
        .and_then(|entry| source_code::of_system(&entry.drill.system))
        .ok_or_else(|| {
            Problem::conflict(
                "no-source",
                "this server does not have the source of the session's system",
                "Start Firedrill with the drill's folder; the change is kept",
            )
        })
}

async fn is_provable(app: &App, session: &str) -> Result<bool, Problem> {
    let session = app.store().session(session).await.map_err(store_problem)?;
    let entry = app.drill(&session.drill_id);
    Ok(entry.is_some_and(|it| {
        it.interviewer.checks.is_some() && app.system(&it.drill.system).is_some()
    }))
}
