//! The result of a hand-in: the score with its reasons, and the solution.

use catalogue::{Entry, TrailQuery, Vocabulary};
use examiner::diagnosis::{Submission, Verdict, score};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::source_code;

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

/// Scores a diagnosis with the trail of its session.
pub(super) fn judge(
    entry: &Entry,
    diagnosis: &catalogue::Diagnosis,
    trail: &[TrailQuery],
) -> Verdict {
    let tree = source_code::of_system(&entry.drill.system);
    let function_at =
        |path: &str, line: u32| source_code::function_at(tree?.get(path)?, line).map(str::to_owned);
    let submission = Submission {
        diagnosis,
        trail,
        function_at: &function_at,
    };
    score(&entry.interviewer.answer, &entry.drill.system, &submission)
}

/// The result page. Only for a session that was handed in: it holds the solution.
pub(super) fn result(entry: &Entry, verdict: Verdict, now_ms: i64) -> DiagnosisResult {
    let vocabulary = Vocabulary::get();
    let answer = &entry.interviewer.answer;
    let system = &entry.drill.system;
    let tree = source_code::of_system(system);
    let first = |ids: &[String]| ids.first().cloned().unwrap_or_default();
    let locations = answer
        .location
        .accept
        .iter()
        .map(|location| SolutionLocation {
            path: location.path.clone(),
            line: tree
                .and_then(|tree| tree.get(&location.path))
                .and_then(|text| source_code::line_of_function(text, &location.function)),
            function: location.function.clone(),
            note: location.note.clone(),
        });
    let chain = answer
        .chain
        .steps
        .iter()
        .map(|id| vocabulary.chain_step_label(id).to_owned());
    DiagnosisResult {
        points: verdict.points,
        max: verdict.max,
        criteria: verdict
            .criteria
            .into_iter()
            .map(|criterion| CriterionResult {
                id: criterion.id,
                title: criterion.title,
                points: criterion.points,
                max: criterion.max,
                seen: criterion.seen,
                expected: criterion.expected,
                explanation: criterion.explanation,
            })
            .collect(),
        solution_md: entry.interviewer.solution_md.clone(),
        solution: Solution {
            mechanism: vocabulary
                .mechanism_label(&first(&answer.mechanism.accept))
                .to_owned(),
            component: vocabulary
                .component_label(system, &first(&answer.component.accept))
                .to_owned(),
            locations: locations.collect(),
            chain: chain.collect(),
        },
        handed_in_at_ms: now_ms,
    }
}
