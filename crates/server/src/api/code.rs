//! The code tool: the system's source as the candidate may see it.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::source_code::{self, SourceTree};
use crate::trail::{Asker, Trail};

/// Lines that a search gives.
const MAX_MATCHES: usize = 500;
/// Characters of a line that a search gives.
const MAX_LINE: usize = 400;
/// Characters that a search may look for.
const MAX_QUERY: usize = 500;

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
    /// Default `person`; a view that asks by itself says `page`.
    pub asked_by: Option<Asker>,
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
pub async fn list_files(Path(system): Path<String>) -> Result<Json<FileList>, Problem> {
    let files = tree(&system)?
        .iter()
        .map(|(path, text)| FileSummary {
            path: path.clone(),
            lines: text.lines().count(),
            bytes: text.len(),
        })
        .collect();
    Ok(Json(FileList { files }))
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
    State(app): State<App>,
    trail: Trail,
    Path((system, path)): Path<(String, String)>,
) -> Result<Json<SourceFile>, Problem> {
    let Some(text) = tree(&system)?.get(&path) else {
        return Err(Problem::not_found(
            "unknown-file",
            format!("the system has no file {path}"),
            "Pick a file from the list",
        ));
    };
    let asked = trail.ask(catalogue::Tool::Code, "file", &path, None, None);
    asked.answered(&app);
    Ok(Json(SourceFile {
        language: source_code::language(&path).to_owned(),
        lines: text.lines().count(),
        text: text.clone(),
        path,
    }))
}

/// Lines of the system's source that match.
#[utoipa::path(get, path = "/systems/{system}/search", tag = "code",
    params(("system" = String, Path, description = "System id"), CodeSearchParams),
    responses(
        (status = 200, body = CodeMatches),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn search_code(
    State(app): State<App>,
    trail: Trail,
    Path(system): Path<String>,
    Query(params): Query<CodeSearchParams>,
) -> Result<Json<CodeMatches>, Problem> {
    let started = Instant::now();
    let files = tree(&system)?;
    let pattern = pattern(&params)?;
    let asked = trail
        .ask(catalogue::Tool::Code, "search", &params.q, None, None)
        .by(params.asked_by);
    let mut matches = Vec::new();
    let mut total = 0;
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            if pattern.is_match(line) {
                total += 1;
                if matches.len() < MAX_MATCHES {
                    matches.push(CodeMatch {
                        path: path.clone(),
                        line: index + 1,
                        text: line.chars().take(MAX_LINE).collect(),
                    });
                }
            }
        }
    }
    asked.answered(&app);
    Ok(Json(CodeMatches {
        truncated: total > matches.len(),
        matches,
        total,
        query_ms: super::ms_since(started),
    }))
}

fn tree(system: &str) -> Result<&'static SourceTree, Problem> {
    source_code::of_system(system).ok_or_else(|| {
        Problem::not_found(
            "unknown-system",
            format!("there is no system {system}"),
            "Take the system's id from the drill",
        )
    })
}

fn pattern(params: &CodeSearchParams) -> Result<Regex, Problem> {
    let query = &params.q;
    if query.is_empty() || query.chars().count() > MAX_QUERY {
        return Err(Problem::bad_request(
            "invalid-search",
            format!("a search needs 1 to {MAX_QUERY} characters"),
            "Give a word or a regular expression",
        ));
    }
    let is_regex = params.regex == Some(1);
    let text = if is_regex {
        query.clone()
    } else {
        regex::escape(query)
    };
    RegexBuilder::new(&text)
        .case_insensitive(!is_regex)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| {
            Problem::bad_request(
                "invalid-search",
                format!("the regular expression cannot be used: {error}"),
                "Correct it, or search for plain text",
            )
        })
}
