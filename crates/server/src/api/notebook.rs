//! The notebook: notes, hypotheses and pinned evidence.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drills::Tool;
use super::store_problem;
use crate::app::App;
use crate::clock;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// The notebook of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notebook {
    /// Oldest first.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Entry {
    /// Unique within the session.
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
    /// The candidate's words.
    pub text: String,
    /// Of a hypothesis.
    pub status: Option<HypothesisStatus>,
    /// The tool that the evidence was pinned in.
    pub tool: Option<Tool>,
    /// The page's address of what was pinned, relative to its root.
    pub url: Option<String>,
    /// The query that showed it.
    pub query: Option<String>,
    /// Start of the range shown, ms since the epoch.
    pub start_ms: Option<i64>,
    /// End of the range shown, ms since the epoch.
    pub end_ms: Option<i64>,
    /// When it was written, ms since the epoch.
    pub created_at_ms: i64,
    /// When it was last changed, ms since the epoch.
    pub updated_at_ms: i64,
}

/// Kinds of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Free text.
    Note,
    /// What might be the case.
    Hypothesis,
    /// A pinned result.
    Evidence,
}

/// Where a hypothesis stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HypothesisStatus {
    /// Not decided.
    Open,
    /// It is the case.
    Confirmed,
    /// It is not.
    RuledOut,
}

/// An entry to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// The candidate's words; at most 20000 characters.
    #[serde(default)]
    pub text: String,
    /// Of a hypothesis; `open` when left out.
    pub status: Option<HypothesisStatus>,
    /// The tool that the evidence was pinned in.
    pub tool: Option<Tool>,
    /// The page's address of what was pinned.
    pub url: Option<String>,
    /// The query that showed it.
    pub query: Option<String>,
    /// Start of the range shown, ms since the epoch.
    pub start_ms: Option<i64>,
    /// End of the range shown, ms since the epoch.
    pub end_ms: Option<i64>,
}

/// What to change of an entry; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryChange {
    /// The candidate's words.
    pub text: Option<String>,
    /// Where the hypothesis stands.
    pub status: Option<HypothesisStatus>,
}

/// All entries of a session.
#[utoipa::path(get, path = "/sessions/{session}/notebook", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = Notebook),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_entries(
    State(app): State<App>,
    Path(session): Path<String>,
) -> Result<Json<Notebook>, Problem> {
    let entries = app.store().entries(&session).await.map_err(store_problem)?;
    Ok(Json(Notebook {
        entries: entries.into_iter().map(Entry::from).collect(),
    }))
}

/// Writes an entry.
#[utoipa::path(post, path = "/sessions/{session}/notebook", tag = "sessions",
    params(("session" = String, Path, description = "Session id")), request_body = NewEntry,
    responses(
        (status = 201, body = Entry),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn add_entry(
    State(app): State<App>,
    Path(session): Path<String>,
    extract::Json(new): extract::Json<NewEntry>,
) -> Result<(StatusCode, Json<Entry>), Problem> {
    let new = interview::NewEntry {
        kind: new.kind.into(),
        text: new.text,
        status: new.status.map(Into::into),
        tool: new.tool.map(Into::into),
        url: new.url,
        query: new.query,
        start_ms: new.start_ms,
        end_ms: new.end_ms,
    };
    let entry = app
        .store()
        .add_entry(&session, new, clock::now_ms())
        .await
        .map_err(store_problem)?;
    Ok((StatusCode::CREATED, Json(entry.into())))
}

/// Changes an entry.
#[utoipa::path(patch, path = "/sessions/{session}/notebook/{entry}", tag = "sessions",
    params(
        ("session" = String, Path, description = "Session id"),
        ("entry" = String, Path, description = "Entry id"),
    ),
    request_body = EntryChange,
    responses(
        (status = 200, body = Entry),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn change_entry(
    State(app): State<App>,
    Path((session, entry)): Path<(String, String)>,
    extract::Json(change): extract::Json<EntryChange>,
) -> Result<Json<Entry>, Problem> {
    let change = interview::EntryChange {
        text: change.text,
        status: change.status.map(Into::into),
    };
    let changed = app
        .store()
        .change_entry(&session, &entry, change, clock::now_ms())
        .await;
    Ok(Json(changed.map_err(store_problem)?.into()))
}

/// Removes an entry.
#[utoipa::path(delete, path = "/sessions/{session}/notebook/{entry}", tag = "sessions",
    params(
        ("session" = String, Path, description = "Session id"),
        ("entry" = String, Path, description = "Entry id"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn remove_entry(
    State(app): State<App>,
    Path((session, entry)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.store()
        .remove_entry(&session, &entry)
        .await
        .map_err(store_problem)?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<interview::Entry> for Entry {
    fn from(entry: interview::Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind.into(),
            text: entry.text,
            status: entry.status.map(Into::into),
            tool: entry.tool.map(Into::into),
            url: entry.url,
            query: entry.query,
            start_ms: entry.start_ms,
            end_ms: entry.end_ms,
            created_at_ms: entry.created_at_ms,
            updated_at_ms: entry.updated_at_ms,
        }
    }
}

impl From<interview::EntryKind> for EntryKind {
    fn from(kind: interview::EntryKind) -> Self {
        match kind {
            interview::EntryKind::Note => Self::Note,
            interview::EntryKind::Hypothesis => Self::Hypothesis,
            interview::EntryKind::Evidence => Self::Evidence,
        }
    }
}

impl From<EntryKind> for interview::EntryKind {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Note => Self::Note,
            EntryKind::Hypothesis => Self::Hypothesis,
            EntryKind::Evidence => Self::Evidence,
        }
    }
}

impl From<interview::HypothesisStatus> for HypothesisStatus {
    fn from(status: interview::HypothesisStatus) -> Self {
        match status {
            interview::HypothesisStatus::Open => Self::Open,
            interview::HypothesisStatus::Confirmed => Self::Confirmed,
            interview::HypothesisStatus::RuledOut => Self::RuledOut,
        }
    }
}

impl From<HypothesisStatus> for interview::HypothesisStatus {
    fn from(status: HypothesisStatus) -> Self {
        match status {
            HypothesisStatus::Open => Self::Open,
            HypothesisStatus::Confirmed => Self::Confirmed,
            HypothesisStatus::RuledOut => Self::RuledOut,
        }
    }
}
