//! Verdicts from figures by hand: what passes, what fails, and that nothing passes for want of data.

use catalogue::CheckSource;

use super::*;

fn check(id: &str, kind: CheckKind, limit: Limit) -> Check {
    Check {
        id: id.to_owned(),
        kind,
        title: format!("{id} holds"),
        source: CheckSource::Account,
        query: "up".to_owned(),
        limit,
        failed: format!("{id}: saw {{saw}}, may be {{limit}}."),
    }
}

fn checks() -> Checks {
    Checks {
        checks: vec![
            check("reads", CheckKind::Objective, Limit::NeverAbove(0.5)),
            check("trigger", CheckKind::Trigger, Limit::Reaches(5.0)),
            check("work", CheckKind::Work, Limit::EndsAtLeastOfBefore(0.98)),
            check("harm", CheckKind::Unharmed, Limit::NeverAboveOfBefore(1.1)),
        ],
    }
}

fn samples(values: &[f64]) -> Vec<Sample> {
    let at = |index: usize| i64::try_from(index).unwrap() * 15_000;
    let pairs = values.iter().enumerate();
    pairs
        .map(|(index, value)| Sample {
            at_ms: at(index),
            value: *value,
        })
        .collect()
}

fn figures(reads: &[f64], trigger: &[f64], work: &[f64], harm: &[f64]) -> Figures {
    let pairs = [
        ("reads", reads),
        ("trigger", trigger),
        ("work", work),
        ("harm", harm),
    ];
    Figures {
        begins_at_ms: 0,
        by_check: pairs
            .iter()
            .map(|(id, values)| ((*id).to_owned(), samples(values)))
            .collect(),
    }
}

const RISING: [f64; 10] = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 100.0];
const BAD: [f64; 10] = [0.1, 0.1, 0.1, 9.0, 9.0, 9.0, 9.0, 9.0, 0.1, 0.1];
const GOOD: [f64; 10] = [0.1; 10];
const SLOW: [f64; 10] = [0.0, 0.0, 0.0, 6.0, 6.0, 6.0, 6.0, 6.0, 0.0, 0.0];

fn broken() -> Figures {
    figures(&BAD, &SLOW, &RISING, &GOOD)
}

#[track_caller]
fn check_verdict(before: &Figures, after: &Figures, outcome: Outcome, sentence: &str) -> Verdict {
    let verdict = judge(&checks(), before, after, String::new());
    assert_eq!(
        (verdict.outcome, verdict.sentence.as_str()),
        (outcome, sentence)
    );
    verdict
}

#[test]
fn a_repair_holds_everything() {
    let verdict = check_verdict(
        &broken(),
        &figures(&GOOD, &SLOW, &RISING, &GOOD),
        Outcome::Fixed,
        "Fixed: the same conditions came, users kept what they were promised, and the work was done.",
    );
    assert!(
        verdict
            .checks
            .iter()
            .all(|check| check.state == CheckState::Holds)
    );
}

#[test]
fn no_change_is_no_repair() {
    let verdict = check_verdict(
        &broken(),
        &broken(),
        Outcome::NotFixed,
        "Not yet: the work was done, but – reads: saw 9, may be 0.5.",
    );
    assert_eq!(
        (verdict.checks[0].id.as_str(), verdict.checks[0].saw),
        ("reads", Some(9.0))
    );
    assert_eq!(verdict.checks[0].before, Some(9.0));
}

#[test]
fn work_that_was_dropped_is_no_repair() {
    let mut dropped = RISING;
    dropped[9] = 97.0;
    check_verdict(
        &broken(),
        &figures(&GOOD, &SLOW, &dropped, &GOOD),
        Outcome::NotFixed,
        "Not yet: users kept what they were promised, but – work: saw 97, may be 98.",
    );
}

#[test]
fn harm_elsewhere_is_no_repair() {
    check_verdict(
        &broken(),
        &figures(&GOOD, &SLOW, &RISING, &[0.1, 0.12]),
        Outcome::NotFixed,
        "Not yet: users kept what they were promised, but – The figure is there 2 times and was there 10 times \
         before: what is not shown is not proven.",
    );
    check_verdict(
        &broken(),
        &figures(&GOOD, &SLOW, &RISING, &[0.12; 10]),
        Outcome::NotFixed,
        "Not yet: users kept what they were promised, but – harm: saw 0.12, may be 0.11.",
    );
}

#[test]
fn a_system_that_falls_silent_has_shown_nothing() {
    for after in [
        figures(&[], &SLOW, &RISING, &GOOD),
        figures(&GOOD[..8], &SLOW, &RISING, &GOOD),
        figures(&GOOD, &SLOW, &[], &GOOD),
        figures(&GOOD, &SLOW, &RISING, &[]),
        Figures::default(),
    ] {
        let verdict = judge(&checks(), &broken(), &after, String::new());
        assert_eq!(verdict.outcome, Outcome::NotFixed, "{}", verdict.sentence);
    }
    // A counter that stands still early would otherwise be compared at another time.
    let mut early = broken();
    early
        .by_check
        .insert("work".to_owned(), samples(&RISING[..4]));
    early.by_check.insert("reads".to_owned(), samples(&GOOD));
    let verdict = judge(&checks(), &broken(), &early, String::new());
    assert_eq!(verdict.outcome, Outcome::NotFixed);
}

#[test]
fn a_trigger_that_the_repair_keeps_away_is_not_survived() {
    check_verdict(
        &broken(),
        &figures(&GOOD, &GOOD, &RISING, &GOOD),
        Outcome::NotFixed,
        "Not yet: users kept what they were promised, but – trigger: saw 0.1, may be 5.",
    );
}

#[test]
fn where_the_unchanged_system_shows_no_incident_nothing_is_told() {
    check_verdict(
        &figures(&BAD, &GOOD, &RISING, &GOOD),
        &figures(&GOOD, &GOOD, &RISING, &GOOD),
        Outcome::CouldNotBeJudged,
        "Could not be judged: the conditions of the incident did not reach even the unchanged system.",
    );
    check_verdict(
        &figures(&GOOD, &SLOW, &RISING, &GOOD),
        &figures(&GOOD, &SLOW, &RISING, &GOOD),
        Outcome::CouldNotBeJudged,
        "Could not be judged: the unchanged system meets every objective too, so there is nothing to repair.",
    );
    check_verdict(
        &figures(&BAD, &SLOW, &[], &GOOD),
        &figures(&GOOD, &SLOW, &RISING, &GOOD),
        Outcome::CouldNotBeJudged,
        "Could not be judged: nothing tells whether “work holds” holds.",
    );
}
