//! Problem details (RFC 9457): the one shape of every error that leaves the server.
//!
//! A problem has a stable `code` for programs, a `detail` that says what is wrong and a `next_step`
//! that says what to do. Handlers return `Result<_, Problem>`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error, in `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URN made of the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:firedrill:problem:invalid-filter", value_type = String)]
    pub kind: Box<str>,
    /// The code in words.
    #[schema(example = "Invalid filter", value_type = String)]
    pub title: Box<str>,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// Stable, for programs.
    #[schema(example = "invalid-filter")]
    pub code: String,
    /// What is wrong, a sentence for a person.
    #[schema(example = "The filter has a value without a key.")]
    pub detail: String,
    /// What to do about it, a sentence for a person.
    #[schema(example = "Write key:value, or quote free text.")]
    pub next_step: String,
    /// Where in the query the problem stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A place in a query text, in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Code points before the place.
    pub offset: u32,
    /// Code points that the place spans; 0 at the end of the text.
    pub length: u32,
}

impl Problem {
    /// A problem with this status and code. `code` is lower-case words joined by hyphens.
    pub fn new(
        status: StatusCode,
        code: &str,
        detail: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:firedrill:problem:{code}").into(),
            title: title(code).into(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: sentence(detail.into()),
            next_step: sentence(next_step.into()),
            position: None,
        }
    }

    /// 400.
    pub fn bad_request(
        code: &str,
        detail: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail, next_step)
    }

    /// 404.
    pub fn not_found(code: &str, detail: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail, next_step)
    }

    /// 409: the request is fine, but not in the present state.
    pub fn conflict(code: &str, detail: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail, next_step)
    }

    /// 500, without details: those are in the server's log.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong inside the server; nothing that was saved is lost",
            "Try again; if it stays, look at the server's log and report it",
        )
    }

    /// 500 for an error whose text belongs into the log and not into the answer.
    pub fn logged(error: &dyn std::error::Error, during: &str) -> Self {
        tracing::error!(error = %chain(error), "failed to {during}");
        Self::internal()
    }

    /// Marks the place in the query, given as a byte offset and a byte length in `query`.
    #[must_use]
    pub fn at(mut self, query: &str, byte_offset: usize, byte_length: usize) -> Self {
        let points = |from: usize, until: usize| {
            query
                .char_indices()
                .filter(|(index, _)| (from..until).contains(index))
                .count() as u32
        };
        let end = byte_offset.saturating_add(byte_length);
        self.position = Some(Position {
            offset: points(0, byte_offset),
            length: points(byte_offset, end),
        });
        self
    }
}

/// An error and its sources, joined by colons.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

fn title(code: &str) -> String {
    let words = code.replace('-', " ").replace("promql", "PromQL");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}

/// Library errors are lowercase fragments; a person reads a sentence. A fragment that begins with
/// code (`rate() needs …`) keeps its first letter.
fn sentence(fragment: String) -> String {
    let text = fragment.trim_end();
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_word = first_word
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, '\'' | ',' | '-'));
    let mut chars = text.chars();
    let mut sentence: String = match chars.next() {
        Some(first) if is_word => first.to_uppercase().chain(chars).collect(),
        Some(_) => text.to_owned(),
        None => return fragment,
    };
    if !sentence.ends_with(['.', '!', '?', '`', '\n']) {
        sentence.push('.');
    }
    sentence
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_sentences() {
        let problem = Problem::bad_request("invalid-range", "the range is empty", "swap the ends");
        assert_eq!(&*problem.title, "Invalid range");
        assert_eq!(problem.detail, "The range is empty.");
        assert_eq!(problem.next_step, "Swap the ends.");
        let problem = Problem::bad_request("x", "rate() needs a range", "write up[5m].");
        assert_eq!(problem.detail, "rate() needs a range.");
        assert_eq!(problem.next_step, "Write up[5m].");
    }

    #[test]
    fn a_position_counts_code_points() {
        let problem = Problem::internal().at("größe:>x", 8, 1);
        assert_eq!(
            problem.position,
            Some(Position {
                offset: 6,
                length: 1
            })
        );
    }
}
