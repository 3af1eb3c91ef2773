//! The code tool: the system's source as the candidate may see it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// Files of a system.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileList {
    /// By path.
    pub files: Vec<FileSummary>,
}

/// A file in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileSummary {
    /// Its path, such as `src/api/users.rs`.
    pub path: String,
    /// Its lines.
    pub lines: usize,
    /// Its bytes.
    pub bytes: usize,
}

/// One file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFile {
    /// Its path.
    pub path: String,
    /// For highlighting: `rust`, `sql`, `toml`, `markdown` or `text`.
    pub language: String,
    /// Its text.
    pub text: String,
    /// Its lines.
    pub lines: usize,
}

/// Parameters of a code search.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeSearchParams {
    /// What to look for; at most 500 characters.
    pub q: String,
    /// 1 to read `q` as a regular expression; otherwise it is text, without regard to case.
    pub regex: Option<u8>,
}

/// Lines that match.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeMatches {
    /// By path and line; at most 500.
    pub matches: Vec<CodeMatch>,
    /// Lines that match.
    pub total: usize,
    /// Whether lines were left out.
    pub truncated: bool,
    /// Server time for this answer.
    pub query_ms: f64,
}

/// A line that matches.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeMatch {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The line's text; at most 400 characters.
    pub text: String,
}

/// Every file of the system.
#[utoipa::path(get, path = "/systems/{system}/files", tag = "code",
    params(("system" = String, Path, description = "System id")),
    responses(
        (status = 200, body = FileList),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_files(
    State(_app): State<App>,
    Path(_system): Path<String>,
) -> Result<Json<FileList>, Problem> {
    Err(super::pending())
}

/// One file; slashes in the path may be written plainly or as `%2F`.
#[utoipa::path(get, path = "/systems/{system}/files/{*path}", tag = "code",
    params(
        ("system" = String, Path, description = "System id"),
        ("path" = String, Path, description = "Path as the list has it"),
    ),
    responses(
        (status = 200, body = SourceFile),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_file(
    State(_app): State<App>,
    Path((_system, _path)): Path<(String, String)>,
) -> Result<Json<SourceFile>, Problem> {
    Err(super::pending())
}

/// Lines of the system's source that match.
#[utoipa::path(get, path = "/systems/{system}/search", tag = "code",
    params(("system" = String, Path, description = "System id"), CodeSearchParams),
    responses(
        (status = 200, body = CodeMatches),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn search_code(
    State(_app): State<App>,
    Path(_system): Path<String>,
    Query(_params): Query<CodeSearchParams>,
) -> Result<Json<CodeMatches>, Problem> {
    Err(super::pending())
}
