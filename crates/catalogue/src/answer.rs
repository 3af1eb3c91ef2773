//! `interviewer/answer.toml`: what is right, what is half right, and what each is worth.
//!
//! The scoring itself is `examiner::diagnosis`; here is only what an author writes.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::predicate::Predicate;

/// A drill's answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// By which law it broke.
    pub mechanism: ChoiceCriterion,
    /// Which part of the system carries the fault.
    pub component: ChoiceCriterion,
    /// Where in the code the fault stands.
    pub location: LocationCriterion,
    /// What led to what.
    pub chain: ChainCriterion,
    /// What must have been looked at. The trail of the session decides, not the candidate's word.
    pub evidence: Vec<EvidenceItem>,
    /// What must have been ruled out, and what must not.
    pub ruled_out: RuledOutCriterion,
    /// Words that give the answer away and must stand nowhere that a candidate can see. Compared without regard
    /// to case; `_`, `-`, `.` and spaces are the same.
    #[serde(default)]
    pub leaks: Vec<String>,
}

impl Answer {
    /// The points that a perfect diagnosis gets.
    pub fn max_points(&self) -> u32 {
        self.mechanism.points
            + self.component.points
            + self.location.points
            + self.chain.points
            + self.evidence.iter().map(|item| item.points).sum::<u32>()
            + self.ruled_out.points
    }
}

/// A choice from a closed list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceCriterion {
    /// Full points.
    pub points: u32,
    /// Ids that get full points; the first is the one that the solution names.
    pub accept: Vec<String>,
    /// Ids that get a share of the points, such as a symptom named as the cause.
    #[serde(default)]
    pub partial: BTreeMap<String, f64>,
    /// Why it is this one, for the explanation.
    pub because: String,
}

/// Where in the code the fault stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationCriterion {
    /// Full points, for the right file and function; the right file alone gets half.
    pub points: u32,
    /// Every place that counts as right; one of them is enough.
    pub accept: Vec<AcceptedLocation>,
}

/// A right place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedLocation {
    /// The file as the code tool shows it, such as `src/api/users.rs`.
    pub path: String,
    /// The function's name without its path.
    pub function: String,
    /// What is wrong there, one sentence.
    pub note: String,
}

/// The causal chain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainCriterion {
    /// Full points.
    pub points: u32,
    /// Chain step ids, cause first.
    pub steps: Vec<String>,
    /// Steps that are true but not needed: naming one costs nothing and brings nothing.
    #[serde(default)]
    pub optional: Vec<String>,
}

/// A piece of evidence that a careful investigation comes across.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceItem {
    /// Id within this answer.
    pub id: String,
    /// What was to be seen, for the result page.
    pub title: String,
    /// Points for having queried it.
    pub points: u32,
    /// One of these must match a query of the session.
    pub any: Vec<Predicate>,
}

/// Suspects.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuledOutCriterion {
    /// Full points for ruling out all red herrings.
    pub points: u32,
    /// Suspects that look guilty and are not.
    #[serde(rename = "red_herring")]
    pub red_herrings: Vec<RedHerring>,
    /// Suspects that took part; ruling one out takes all points of this criterion.
    #[serde(default)]
    pub guilty: Vec<String>,
}

/// A suspect that looks guilty and is not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedHerring {
    /// The suspect's id.
    pub suspect: String,
    /// One of these must match a query of the session: who never looked has ruled nothing out. Empty when
    /// the page shows it above every tool, as it does deployments.
    #[serde(default)]
    pub any: Vec<Predicate>,
}
