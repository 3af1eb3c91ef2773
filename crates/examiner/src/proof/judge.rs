//! Judges two runs by a drill's checks.
//!
//! Nothing passes for want of data. A figure that the changed system does not show while the unchanged one does has
//! failed: a system that is silent, or whose requests never end, has not shown anything. What neither of them shows
//! is no fault of the submission, and then nothing can be told.
//!
//! Of the trigger: where it reached the unchanged system and not the changed one, the submission has kept the
//! conditions from arising and not repaired what they wake, so that the verdict is *not fixed*. Where it did not
//! even reach the unchanged system, nothing can be told.

use catalogue::{Check, CheckKind, Checks, Limit};

use super::figures::{Figures, Sample};
use super::verdict::{CheckOutcome, CheckState, Outcome, Took, Unjudged, Verdict};
use super::wording;

/// Share of the unchanged system's samples that the changed one must show too.
const COVERAGE: f64 = 0.9;
/// The last sample of a run lies at most so long before the last one of the other.
const END_MS: i64 = 60_000;

/// Compares the figures of the unchanged and the changed system.
#[must_use]
pub fn judge(checks: &Checks, before: &Figures, after: &Figures, replay: String) -> Verdict {
    let mut outcomes: Vec<CheckOutcome> = checks
        .checks
        .iter()
        .map(|check| outcome(check, before.of_check(&check.id), after.of_check(&check.id)))
        .collect();
    let unjudged = unjudged(checks, before, &outcomes);
    let verdict = match unjudged {
        Some(_) => Outcome::CouldNotBeJudged,
        None if outcomes.iter().all(|it| it.state == CheckState::Holds) => Outcome::Fixed,
        None => Outcome::NotFixed,
    };
    outcomes.sort_by_key(|it| match it.state {
        CheckState::Fails => 0,
        CheckState::Unknown => 1,
        CheckState::Holds => 2,
    });
    Verdict {
        outcome: verdict,
        sentence: sentence(verdict, unjudged.as_ref(), &outcomes),
        begins_at_ms: Some(after.begins_at_ms),
        checks: outcomes,
        unjudged,
        replay,
        took: Took::default(),
    }
}

/// What one check comes to.
fn outcome(check: &Check, before: &[Sample], after: &[Sample]) -> CheckOutcome {
    let was = figure(check.limit, before);
    let saw = figure(check.limit, after);
    let bound = bound(check.limit, was);
    let expected = wording::limit(check.limit, bound);
    let (state, because) = match (saw, bound) {
        _ if before.is_empty() => (
            CheckState::Unknown,
            Some("The unchanged system shows no figure either.".to_owned()),
        ),
        (Some(_), _) if is_partial(check.limit, before, after) => (
            CheckState::Fails,
            Some(format!(
                "The figure is there {} times and was there {} times before: what is not shown is not proven.",
                after.len(),
                before.len()
            )),
        ),
        (None, _) => (
            CheckState::Fails,
            Some("The changed system shows no figure at all.".to_owned()),
        ),
        (Some(saw), Some(bound)) if !holds(check.limit, saw, bound) => {
            (CheckState::Fails, Some(failed(check, saw, bound)))
        }
        (Some(_), Some(_)) => (CheckState::Holds, None),
        (Some(_), None) => (
            CheckState::Unknown,
            Some("There is nothing to compare with.".to_owned()),
        ),
    };
    CheckOutcome {
        id: check.id.clone(),
        kind: check.kind,
        title: check.title.clone(),
        state,
        expected,
        limit: bound,
        saw,
        before: was,
        because,
        before_samples: before.to_vec(),
        after_samples: after.to_vec(),
    }
}

fn failed(check: &Check, saw: f64, bound: f64) -> String {
    check
        .failed
        .replace("{saw}", &wording::figure(saw))
        .replace("{limit}", &wording::figure(bound))
}

/// The one figure of a run that a limit speaks of.
fn figure(limit: Limit, samples: &[Sample]) -> Option<f64> {
    let mut values = samples.iter().map(|sample| sample.value);
    match limit {
        Limit::NeverAbove(_) | Limit::NeverAboveOfBefore(_) | Limit::Reaches(_) => {
            values.reduce(f64::max)
        }
        Limit::NeverBelow(_) => values.reduce(f64::min),
        Limit::EndsAtLeast(_)
        | Limit::EndsAtMost(_)
        | Limit::EndsAtLeastOfBefore(_)
        | Limit::EndsAtMostOfBefore(_) => values.next_back(),
    }
}

/// The figure that must be kept to; `None` where it is a share of what is not there.
fn bound(limit: Limit, before: Option<f64>) -> Option<f64> {
    match limit {
        Limit::NeverAbove(it)
        | Limit::NeverBelow(it)
        | Limit::Reaches(it)
        | Limit::EndsAtLeast(it)
        | Limit::EndsAtMost(it) => Some(it),
        Limit::EndsAtLeastOfBefore(share)
        | Limit::EndsAtMostOfBefore(share)
        | Limit::NeverAboveOfBefore(share) => before.map(|before| before * share),
    }
}

fn holds(limit: Limit, saw: f64, bound: f64) -> bool {
    match limit {
        Limit::NeverAbove(_)
        | Limit::NeverAboveOfBefore(_)
        | Limit::EndsAtMost(_)
        | Limit::EndsAtMostOfBefore(_) => saw <= bound,
        Limit::NeverBelow(_)
        | Limit::Reaches(_)
        | Limit::EndsAtLeast(_)
        | Limit::EndsAtLeastOfBefore(_) => saw >= bound,
    }
}

/// Whether the changed system shows less of the run than the limit speaks of.
fn is_partial(limit: Limit, before: &[Sample], after: &[Sample]) -> bool {
    let last = |samples: &[Sample]| samples.last().map(|sample| sample.at_ms);
    let ends_early = match (last(before), last(after)) {
        (Some(before), Some(after)) => after + END_MS < before,
        _ => false,
    };
    match limit {
        // One value is enough to have been reached.
        Limit::Reaches(_) => false,
        Limit::EndsAtLeast(_)
        | Limit::EndsAtMost(_)
        | Limit::EndsAtLeastOfBefore(_)
        | Limit::EndsAtMostOfBefore(_) => ends_early,
        Limit::NeverAbove(_) | Limit::NeverBelow(_) | Limit::NeverAboveOfBefore(_) => {
            ends_early || (after.len() as f64) < COVERAGE * before.len() as f64
        }
    }
}

/// Why the two runs tell nothing, if they do not.
fn unjudged(checks: &Checks, before: &Figures, outcomes: &[CheckOutcome]) -> Option<Unjudged> {
    let because = |reason: String| {
        Some(Unjudged {
            reason,
            next_step: "try another seed; if it stays, the drill's checks are to be mended"
                .to_owned(),
            compiler: Vec::new(),
            stderr_tail: String::new(),
        })
    };
    if let Some(unknown) = outcomes.iter().find(|it| it.state == CheckState::Unknown) {
        return because(format!(
            "nothing tells whether \u{201c}{}\u{201d} holds",
            unknown.title
        ));
    }
    // The unchanged system, judged as if it were handed in.
    let unchanged = |check: &Check| {
        let samples = before.of_check(&check.id);
        outcome(check, samples, samples).state
    };
    let of_kind = |kind| checks.checks.iter().filter(move |check| check.kind == kind);
    if of_kind(CheckKind::Trigger).any(|check| unchanged(check) != CheckState::Holds) {
        return because(
            "the conditions of the incident did not reach even the unchanged system".to_owned(),
        );
    }
    if of_kind(CheckKind::Objective).all(|check| unchanged(check) == CheckState::Holds) {
        return because(
            "the unchanged system meets every objective too, so there is nothing to repair"
                .to_owned(),
        );
    }
    None
}

fn sentence(outcome: Outcome, unjudged: Option<&Unjudged>, checks: &[CheckOutcome]) -> String {
    let holds = |kind| {
        let mut of_kind = checks.iter().filter(|check| check.kind == kind);
        of_kind.all(|check| check.state == CheckState::Holds)
    };
    let first = checks.iter().find_map(|check| check.because.as_deref());
    match outcome {
        Outcome::Fixed => {
            "Fixed: the same conditions came, users kept what they were promised, and the work was done.".to_owned()
        }
        Outcome::CouldNotBeJudged => {
            format!("Could not be judged: {}.", unjudged.map_or("", |it| it.reason.as_str()))
        }
        Outcome::NotFixed => {
            let praise = if holds(CheckKind::Objective) {
                "users kept what they were promised, but"
            } else if holds(CheckKind::Work) && holds(CheckKind::Unharmed) {
                "the work was done, but"
            } else {
                ""
            };
            let first = first.unwrap_or("a check does not hold.");
            if praise.is_empty() {
                format!("Not yet: {first}")
            } else {
                format!("Not yet: {praise} \u{2013} {first}")
            }
        }
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
