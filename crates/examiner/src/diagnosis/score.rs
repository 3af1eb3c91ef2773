//! All criteria together.

use catalogue::{Answer, Diagnosis, TrailQuery, Vocabulary};
use serde::{Deserialize, Serialize};

use super::{chain, choice, evidence, location, ruled_out};

/// What is judged.
pub struct Submission<'a> {
    /// What the candidate says.
    pub diagnosis: &'a Diagnosis,
    /// What the candidate looked at.
    pub trail: &'a [TrailQuery],
    /// The function that a line of a file stands in, for a place given by its line only.
    pub function_at: &'a dyn Fn(&str, u32) -> Option<String>,
}

/// The score with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Points reached, to one decimal.
    pub points: f64,
    /// Points that a perfect diagnosis gets.
    pub max: f64,
    /// Each criterion, in the order of the form.
    pub criteria: Vec<Criterion>,
}

/// The score of one criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// `mechanism`, `component`, `location`, `chain`, `ruled-out` or `evidence.<id>`.
    pub id: String,
    /// In words.
    pub title: String,
    /// Points reached, to one decimal.
    pub points: f64,
    /// Points that there were.
    pub max: f64,
    /// What the diagnosis or the trail said.
    pub seen: String,
    /// What was right.
    pub expected: String,
    /// Why these points, one or two sentences.
    pub explanation: String,
}

/// Scores a submission against the answer of a drill of `system`.
pub fn score(answer: &Answer, system: &str, submission: &Submission<'_>) -> Verdict {
    let vocabulary = Vocabulary::get();
    let diagnosis = submission.diagnosis;
    let mut criteria = vec![
        choice::score(
            "mechanism",
            "Mechanism",
            &answer.mechanism,
            diagnosis.mechanism.as_deref(),
            &|id| vocabulary.mechanism_label(id).to_owned(),
        ),
        choice::score(
            "component",
            "Component",
            &answer.component,
            diagnosis.component.as_deref(),
            &|id| vocabulary.component_label(system, id).to_owned(),
        ),
        location::score(
            &answer.location,
            &diagnosis.locations,
            submission.function_at,
        ),
        chain::score(&answer.chain, &diagnosis.chain),
        ruled_out::score(&answer.ruled_out, &diagnosis.ruled_out, submission.trail),
    ];
    criteria.extend(
        answer
            .evidence
            .iter()
            .map(|item| evidence::score(item, submission.trail)),
    );
    Verdict {
        points: round(criteria.iter().map(|criterion| criterion.points).sum()),
        max: criteria.iter().map(|criterion| criterion.max).sum(),
        criteria,
    }
}

/// The share of `max` that was reached, to one decimal, so that no score shows digits that mean
/// nothing.
pub(super) fn share(max: u32, share: f64) -> f64 {
    round(f64::from(max) * share)
}

fn round(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
