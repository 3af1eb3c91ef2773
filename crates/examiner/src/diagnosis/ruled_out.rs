//! Suspects: the red herrings ruled out, the guilty ones not.
//!
//! The share of red herrings that were ruled out, and nothing at all once a guilty suspect was:
//! ruling out everything is no way to the points. Other suspects bring and cost nothing.

use catalogue::{RuledOutCriterion, Vocabulary};

use super::score::{Criterion, share};

/// Scores the suspects ruled out.
pub(super) fn score(criterion: &RuledOutCriterion, given: &[String]) -> Criterion {
    let among = |list: &[String]| -> Vec<String> {
        list.iter()
            .filter(|suspect| given.contains(suspect))
            .cloned()
            .collect()
    };
    let found = among(&criterion.red_herrings);
    let wrong = among(&criterion.guilty);
    let total = criterion.red_herrings.len();
    let reached = if !wrong.is_empty() {
        0.0
    } else if total == 0 {
        1.0
    } else {
        found.len() as f64 / total as f64
    };
    Criterion {
        id: "ruled-out".to_owned(),
        title: "Ruled out".to_owned(),
        points: share(criterion.points, reached),
        max: f64::from(criterion.points),
        seen: if given.is_empty() {
            "nothing".to_owned()
        } else {
            labels(given)
        },
        expected: labels(&criterion.red_herrings),
        explanation: explain(criterion, &found, &wrong),
    }
}

fn explain(criterion: &RuledOutCriterion, found: &[String], wrong: &[String]) -> String {
    if !wrong.is_empty() {
        return format!("{} took part and must not be ruled out.", labels(wrong));
    }
    let left: Vec<String> = criterion
        .red_herrings
        .iter()
        .filter(|suspect| !found.contains(suspect))
        .cloned()
        .collect();
    if left.is_empty() {
        return "Everything that looked guilty and was not is ruled out.".to_owned();
    }
    format!(
        "{} of {} red herrings are ruled out. Left: {}.",
        found.len(),
        criterion.red_herrings.len(),
        labels(&left)
    )
}

fn labels(ids: &[String]) -> String {
    let labels: Vec<&str> = ids
        .iter()
        .map(|id| Vocabulary::get().suspect_label(id))
        .collect();
    labels.join(", ")
}
