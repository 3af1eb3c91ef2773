//! The answer: its form, its draft, handing in, and the result.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// The answer form with what was saved so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerSheet {
    /// What can be picked.
    pub form: AnswerForm,
    /// What was saved last; empty at first.
    pub draft: Diagnosis,
}

/// The closed lists; the same for every drill of a system.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerForm {
    /// Laws by which systems break.
    pub mechanisms: Vec<FormMechanism>,
    /// Parts of the system.
    pub components: Vec<FormTerm>,
    /// Events that a causal chain is made of.
    pub chain_steps: Vec<FormTerm>,
    /// What can be ruled out.
    pub suspects: Vec<FormTerm>,
}

/// A mechanism.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormMechanism {
    /// Its id.
    pub id: String,
    /// In few words.
    pub label: String,
    /// In a sentence.
    pub description: String,
}

/// A term.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormTerm {
    /// Its id.
    pub id: String,
    /// In words.
    pub label: String,
}

/// What the candidate says went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Diagnosis {
    /// A mechanism id.
    pub mechanism: Option<String>,
    /// A component id.
    pub component: Option<String>,
    /// Places in the code, at most 5.
    pub locations: Vec<DiagnosisLocation>,
    /// Chain step ids, cause first.
    pub chain: Vec<String>,
    /// Suspect ids.
    pub ruled_out: Vec<String>,
    /// Notebook entry ids.
    pub evidence: Vec<String>,
    /// Free text, for people; it is not scored.
    pub text: String,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiagnosisLocation {
    /// The file as the code tool shows it.
    pub path: String,
    /// The line, counted from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The function's name.
    #[serde(default)]
    pub function: Option<String>,
}

/// The score of a diagnosis, with reasons, and the solution.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DiagnosisResult {
    /// Points reached.
    pub points: f64,
    /// Points that a perfect diagnosis gets.
    pub max: f64,
    /// Each criterion.
    pub criteria: Vec<CriterionResult>,
    /// What happened, in Markdown.
    pub solution_md: String,
    /// What was right.
    pub solution: Solution,
    /// When it was handed in, ms since the epoch.
    pub handed_in_at_ms: i64,
}

/// The score of one criterion.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CriterionResult {
    /// Stable id.
    pub id: String,
    /// In words.
    pub title: String,
    /// Points reached.
    pub points: f64,
    /// Points that there were.
    pub max: f64,
    /// What the diagnosis or the trail said.
    pub seen: String,
    /// What was right.
    pub expected: String,
    /// Why these points.
    pub explanation: String,
}

/// What was right.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Solution {
    /// The mechanism's label.
    pub mechanism: String,
    /// The component's label.
    pub component: String,
    /// Places in the code.
    pub locations: Vec<SolutionLocation>,
    /// The causal chain's labels, cause first.
    pub chain: Vec<String>,
}

/// A right place in the code.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SolutionLocation {
    /// The file.
    pub path: String,
    /// The line where the function begins; null when it is not found in this version.
    pub line: Option<u32>,
    /// The function.
    pub function: String,
    /// What is wrong there.
    pub note: String,
}

/// The answer form and the draft.
#[utoipa::path(get, path = "/sessions/{session}/answer", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = AnswerSheet),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_answer(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<AnswerSheet>, Problem> {
    Err(super::pending())
}

/// Saves the draft.
#[utoipa::path(put, path = "/sessions/{session}/answer", tag = "sessions",
    params(("session" = String, Path, description = "Session id")), request_body = Diagnosis,
    responses(
        (status = 200, body = Diagnosis),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn save_answer(
    State(_app): State<App>,
    Path(_session): Path<String>,
    extract::Json(_diagnosis): extract::Json<Diagnosis>,
) -> Result<Json<Diagnosis>, Problem> {
    Err(super::pending())
}

/// Hands in: scores the diagnosis and ends the session.
#[utoipa::path(post, path = "/sessions/{session}/hand-in", tag = "sessions",
    params(("session" = String, Path, description = "Session id")), request_body = Diagnosis,
    responses(
        (status = 200, body = DiagnosisResult),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn hand_in(
    State(_app): State<App>,
    Path(_session): Path<String>,
    extract::Json(_diagnosis): extract::Json<Diagnosis>,
) -> Result<Json<DiagnosisResult>, Problem> {
    Err(super::pending())
}

/// The result; not found before handing in.
#[utoipa::path(get, path = "/sessions/{session}/result", tag = "sessions",
    params(("session" = String, Path, description = "Session id")),
    responses(
        (status = 200, body = DiagnosisResult),
        (status = "default", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn get_result(
    State(_app): State<App>,
    Path(_session): Path<String>,
) -> Result<Json<DiagnosisResult>, Problem> {
    Err(super::pending())
}
