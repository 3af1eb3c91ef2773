//! `interviewer/checks.toml`: the properties that a repaired system must have.
//!
//! Each is a PromQL query with one limit. The judging itself is `examiner::proof`; here is only what an author
//! writes.

use serde::Deserialize;

/// What a submission is judged by.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// In the order in which they are shown.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
}

impl Checks {
    /// The check with this id.
    pub fn get(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }
}

/// One property.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Check {
    /// Names it; pinned verdicts refer to it.
    pub id: String,
    /// What it stands for.
    pub kind: CheckKind,
    /// What must hold, for a person.
    pub title: String,
    /// Where the query looks.
    pub source: CheckSource,
    /// A PromQL query whose answer is one series at most.
    pub query: String,
    /// What the answer must keep to.
    pub limit: Limit,
    /// What to say when it does not hold; `{saw}` and `{limit}` stand for the figures.
    pub failed: String,
}

/// What a check stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// What users were promised holds, during and after the trigger.
    Objective,
    /// What brings the incident about was really there.
    Trigger,
    /// The work was really done.
    Work,
    /// Nothing else got worse.
    Unharmed,
}

impl CheckKind {
    /// The word used in files and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Objective => "objective",
            Self::Trigger => "trigger",
            Self::Work => "work",
            Self::Unharmed => "unharmed",
        }
    }
}

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckSource {
    /// What customers, partners and operators saw.
    Account,
    /// What the system says of itself.
    Telemetry,
}

/// What a figure must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// It is at most so much, all the time.
    NeverAbove(f64),
    /// It is at least so much, all the time.
    NeverBelow(f64),
    /// It is at least so much, at some time.
    Reaches(f64),
    /// It is at least so much in the end.
    EndsAtLeast(f64),
    /// It is at most so much in the end.
    EndsAtMost(f64),
    /// In the end it is at least this share of what it is without the repair.
    EndsAtLeastOfBefore(f64),
    /// In the end it is at most this share of what it is without the repair.
    EndsAtMostOfBefore(f64),
    /// It is at most this share of the unrepaired system's peak, all the time.
    NeverAboveOfBefore(f64),
}

/// A check as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    kind: CheckKind,
    title: String,
    source: CheckSource,
    query: String,
    failed: String,
    never_above: Option<f64>,
    never_below: Option<f64>,
    reaches: Option<f64>,
    ends_at_least: Option<f64>,
    ends_at_most: Option<f64>,
    ends_at_least_of_before: Option<f64>,
    ends_at_most_of_before: Option<f64>,
    never_above_of_before: Option<f64>,
}

impl TryFrom<Written> for Check {
    type Error = String;

    fn try_from(it: Written) -> Result<Self, String> {
        let limits: Vec<Limit> = [
            it.never_above.map(Limit::NeverAbove),
            it.never_below.map(Limit::NeverBelow),
            it.reaches.map(Limit::Reaches),
            it.ends_at_least.map(Limit::EndsAtLeast),
            it.ends_at_most.map(Limit::EndsAtMost),
            it.ends_at_least_of_before.map(Limit::EndsAtLeastOfBefore),
            it.ends_at_most_of_before.map(Limit::EndsAtMostOfBefore),
            it.never_above_of_before.map(Limit::NeverAboveOfBefore),
        ]
        .into_iter()
        .flatten()
        .collect();
        let [limit] = limits[..] else {
            return Err(format!(
                "check `{}` has {} limits and needs one of never_above, never_below, reaches, ends_at_least, \
                 ends_at_most, ends_at_least_of_before, ends_at_most_of_before, never_above_of_before",
                it.id,
                limits.len()
            ));
        };
        Ok(Self {
            id: it.id,
            kind: it.kind,
            title: it.title,
            source: it.source,
            query: it.query,
            limit,
            failed: it.failed,
        })
    }
}
