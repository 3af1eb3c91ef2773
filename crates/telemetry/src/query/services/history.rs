//! One edge, or one node, over time.

use std::collections::BTreeMap;

use serde::Serialize;

use super::collect::{Only, Tally, collect};
use super::names::{Node, NodeKind};
use crate::query::group::exact;
use crate::query::select::Scope;
use crate::query::{QueryError, round_step};
use crate::table::{TimeRange, View};

/// Most steps of one history.
const MAX_STEPS: i64 = 10_000;

/// What a history is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryOf {
    /// Calls from one node to another.
    Edge(Node, Node),
    /// Calls that a node answers; of a service that answered none, the work that it began by itself.
    Node(Node),
}

/// Calls over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallHistory {
    /// Length of a step in nanoseconds.
    pub step_ns: i64,
    /// Every step of the range, also those without calls.
    pub steps: Vec<HistoryStep>,
    /// Calls in all steps.
    pub calls: u64,
}

/// The calls that began in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryStep {
    /// Start of the step, nanoseconds since the epoch.
    pub start_unix_nano: i64,
    /// Calls.
    pub calls: u64,
    /// Failed calls.
    pub errors: u64,
    /// 95th percentile of their durations in nanoseconds; `None` without calls.
    pub p95_ns: Option<i64>,
}

/// Calls over time, in about `points` steps of a round length.
///
/// # Errors
/// When the recording cannot be read or the range has too many steps.
pub fn call_history(
    view: &View<'_>,
    scope: &Scope,
    of: &HistoryOf,
    points: usize,
) -> Result<CallHistory, QueryError> {
    let step = round_step(scope.range, points);
    let range = scope.range;
    if range.length() / step > MAX_STEPS {
        return Err(QueryError::unanswerable(
            format!("the range has more than {MAX_STEPS} steps"),
            "ask for fewer points, or for a shorter range",
        ));
    }
    let only = match of {
        HistoryOf::Edge(from, to) => Only::Edge(from.clone(), to.clone()),
        HistoryOf::Node(node) => Only::Node(node.clone()),
    };
    let collected = collect::<Calls>(view, std::slice::from_ref(scope), &only)?;
    let calls = collected
        .into_iter()
        .next()
        .map(|collected| match of {
            HistoryOf::Node(node) if node.kind == NodeKind::Service => {
                let answered = all(collected.answered);
                if answered.0.is_empty() {
                    all(collected.started)
                } else {
                    answered
                }
            }
            _ => all(collected
                .edges
                .into_iter()
                .map(|(edge, tally)| (edge, tally.calls))
                .collect()),
        })
        .unwrap_or_default();
    Ok(steps(calls, range, step))
}

/// Start, duration and outcome of every call.
#[derive(Default)]
struct Calls(Vec<(i64, i64, bool)>);

impl Tally for Calls {
    fn add(&mut self, start: i64, duration_ns: i64, failed: bool) {
        self.0.push((start, duration_ns, failed));
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

fn all<K>(tallies: BTreeMap<K, Calls>) -> Calls {
    let mut all = Calls::default();
    tallies.into_values().for_each(|tally| all.merge(tally));
    all
}

fn steps(Calls(mut calls): Calls, range: TimeRange, step: i64) -> CallHistory {
    calls.sort_unstable_by_key(|(start, ..)| *start);
    let total = calls.len() as u64;
    let mut steps = Vec::new();
    let mut rest = &calls[..];
    let mut start = range.start.div_euclid(step).saturating_mul(step);
    while start < range.end {
        let end = start.saturating_add(step);
        let (here, later) = rest.split_at(rest.partition_point(|(time, ..)| *time < end));
        rest = later;
        let mut durations: Vec<i64> = here.iter().map(|(_, duration, _)| *duration).collect();
        let p95_ns = (!durations.is_empty()).then(|| exact(&mut durations, &[0.95])[0]);
        steps.push(HistoryStep {
            start_unix_nano: start,
            calls: here.len() as u64,
            errors: here.iter().filter(|(.., failed)| *failed).count() as u64,
            p95_ns,
        });
        if end == i64::MAX {
            break;
        }
        start = end;
    }
    CallHistory {
        step_ns: step,
        steps,
        calls: total,
    }
}
