//! `interviewer/liveness.toml`: by which figures an author proves that a drill is alive.
//!
//! Every figure is a PromQL query over the incident's own metrics. The judging itself is
//! `examiner::liveness`; here is only what an author writes.

use serde::Deserialize;

/// How to tell that the incident is there, and that the system works without it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liveness {
    /// What the incident does, and what it leaves alone.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
    /// What a repaired system must still get done.
    #[serde(default)]
    pub work: Vec<Work>,
}

/// A figure over time. Every limit that is given must hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// What it measures, with its unit.
    pub title: String,
    /// A PromQL query whose answer is one series at most; no value counts as below every limit.
    pub query: String,
    /// Reached at some time during the incident, and neither before it nor in a repaired system.
    pub symptom: Option<f64>,
    /// Stayed below all the time, with the fault and without it.
    pub below: Option<f64>,
}

/// A figure at the end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// What is counted.
    pub title: String,
    /// A PromQL query for what was done since the start.
    pub query: String,
    /// At least so much in an hour, on average.
    pub per_hour: f64,
}
