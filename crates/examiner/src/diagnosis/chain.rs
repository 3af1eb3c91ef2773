//! The causal chain: right steps in the right order.
//!
//! The measure is the longest common subsequence of the two chains, divided by the longer one's
//! length: a missing step costs, a wrong one costs, and a step in the wrong place costs. Steps that
//! the author marked as true but not needed are taken out first.

use catalogue::{ChainCriterion, Vocabulary};

use super::score::{Criterion, share};

/// Scores the chain `given`.
pub(super) fn score(criterion: &ChainCriterion, given: &[String]) -> Criterion {
    let mut counted: Vec<&str> = Vec::new();
    for step in given {
        if !criterion.optional.contains(step) && !counted.contains(&step.as_str()) {
            counted.push(step);
        }
    }
    let steps: Vec<&str> = criterion.steps.iter().map(String::as_str).collect();
    let common = longest_common_subsequence(&steps, &counted);
    let length = steps.len().max(counted.len()).max(1);
    Criterion {
        id: "chain".to_owned(),
        title: "Causal chain".to_owned(),
        points: share(criterion.points, common as f64 / length as f64),
        max: f64::from(criterion.points),
        seen: if given.is_empty() {
            "nothing".to_owned()
        } else {
            labels(given)
        },
        expected: labels(&criterion.steps),
        explanation: explain(&steps, &counted, common),
    }
}

fn explain(steps: &[&str], given: &[&str], common: usize) -> String {
    if given.is_empty() {
        return "No steps were given.".to_owned();
    }
    if common == steps.len() && common == given.len() {
        return "Every step is there, in the right order.".to_owned();
    }
    let label = |id: &&str| format!("“{}”", Vocabulary::get().chain_step_label(id));
    let missing: Vec<String> = steps
        .iter()
        .filter(|step| !given.contains(step))
        .map(label)
        .collect();
    let foreign: Vec<String> = given
        .iter()
        .filter(|step| !steps.contains(step))
        .map(label)
        .collect();
    let mut text = format!(
        "{common} of {} steps stand in the right order.",
        steps.len()
    );
    if !missing.is_empty() {
        text.push_str(&format!(" Missing: {}.", missing.join(", ")));
    }
    if !foreign.is_empty() {
        text.push_str(&format!(" Not part of it: {}.", foreign.join(", ")));
    }
    if missing.is_empty() && foreign.is_empty() {
        text.push_str(" The steps are right, their order is not.");
    }
    text
}

fn labels(ids: &[String]) -> String {
    let labels: Vec<&str> = ids
        .iter()
        .map(|id| Vocabulary::get().chain_step_label(id))
        .collect();
    labels.join(" → ")
}

fn longest_common_subsequence(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0_usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (index, y) in b.iter().enumerate() {
            let above = row[index + 1];
            row[index + 1] = if x == y {
                diagonal + 1
            } else {
                above.max(row[index])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}
