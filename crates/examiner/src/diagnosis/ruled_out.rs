//! Suspects: the red herrings ruled out, the guilty ones not.
//!
//! The share of red herrings that were ruled out by somebody who had looked, and nothing at all once a guilty
//! suspect was: ticking everything is no way to the points. Other suspects bring and cost nothing.

use catalogue::{RedHerring, RuledOutCriterion, TrailQuery, Vocabulary};

use super::looked::{Looked, looked};
use super::score::{Criterion, share};

/// Scores the suspects ruled out.
pub(super) fn score(
    criterion: &RuledOutCriterion,
    given: &[String],
    trail: &[TrailQuery],
) -> Criterion {
    let herrings = Herrings::sort(&criterion.red_herrings, given, trail);
    let wrong: Vec<&str> = criterion
        .guilty
        .iter()
        .filter(|suspect| given.contains(suspect))
        .map(String::as_str)
        .collect();
    let total = criterion.red_herrings.len();
    let reached = if !wrong.is_empty() {
        0.0
    } else if total == 0 {
        1.0
    } else {
        herrings.ruled_out.len() as f64 / total as f64
    };
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let expected = criterion.red_herrings.iter();
    let expected: Vec<&str> = expected.map(|herring| herring.suspect.as_str()).collect();
    Criterion {
        id: "ruled-out".to_owned(),
        title: "Ruled out".to_owned(),
        points: share(criterion.points, reached),
        max: f64::from(criterion.points),
        seen: if given.is_empty() {
            "nothing".to_owned()
        } else {
            labels(&given)
        },
        expected: labels(&expected),
        explanation: if wrong.is_empty() {
            herrings.explain()
        } else {
            format!("{} took part and must not be ruled out.", labels(&wrong))
        },
    }
}

/// The red herrings, by what the candidate did about them.
#[derive(Default)]
struct Herrings<'a> {
    ruled_out: Vec<&'a str>,
    /// Ticked by somebody who had not looked.
    unseen: Vec<&'a str>,
    left: Vec<&'a str>,
}

impl<'a> Herrings<'a> {
    fn sort(herrings: &'a [RedHerring], given: &[String], trail: &[TrailQuery]) -> Self {
        let mut sorted = Self::default();
        for herring in herrings {
            let has_looked =
                herring.any.is_empty() || matches!(looked(&herring.any, trail), Looked::At(_));
            let list = match (given.contains(&herring.suspect), has_looked) {
                (true, true) => &mut sorted.ruled_out,
                (true, false) => &mut sorted.unseen,
                (false, _) => &mut sorted.left,
            };
            list.push(&herring.suspect);
        }
        sorted
    }

    fn explain(&self) -> String {
        if self.left.is_empty() && self.unseen.is_empty() {
            return "Everything that looked guilty and was not is ruled out.".to_owned();
        }
        let total = self.ruled_out.len() + self.unseen.len() + self.left.len();
        let mut text = format!(
            "{} of {total} red herrings are ruled out.",
            self.ruled_out.len()
        );
        if !self.unseen.is_empty() {
            text.push_str(&format!(
                " Right, but nothing that was asked or pinned could show it: {}.",
                labels(&self.unseen)
            ));
        }
        if !self.left.is_empty() {
            text.push_str(&format!(" Left: {}.", labels(&self.left)));
        }
        text
    }
}

fn labels(ids: &[&str]) -> String {
    let labels: Vec<&str> = ids
        .iter()
        .map(|id| Vocabulary::get().suspect_label(id))
        .collect();
    labels.join(", ")
}
