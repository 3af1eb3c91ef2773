//! What is a call: the rules of the module's head, over spans of whole traces.

use super::names::{NamingId, NodeId};
use super::spans::{Above, Role, Spans};

/// What one span stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// A call that it makes.
    pub(super) makes: Option<Made>,
    /// A call that it receives and whose caller has no span for it.
    pub(super) receives_from: Option<Caller>,
    /// It is the work with which its service answers a call.
    pub(super) answers: bool,
    /// It is work that its service began by itself.
    pub(super) starts: bool,
}

/// A call as its client span tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// `None` when nothing tells.
    pub(super) callee: Option<NodeId>,
    pub(super) naming: NamingId,
}

/// Who made a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Nobody who is recorded: the span is a root.
    Outside,
    /// Somebody whose span is missing.
    Missing,
    Service(NodeId),
}

/// The meaning of every span.
pub(super) fn meanings(spans: &Spans) -> Vec<Meaning> {
    let callees = callees(spans);
    let is_wrapper = wrappers(spans, &callees);
    (0..spans.role.len())
        .map(|row| {
            let service = spans.service[row];
            let above = spans.parent[row];
            let parent = above.place();
            let role = spans.role[row];
            let makes = (role == Role::Calls && !is_wrapper[row]).then(|| Made {
                callee: callees[row],
                naming: spans.named[row].1,
            });
            let receives_from = match parent {
                None if role == Role::Answers && above == Above::Nothing => Some(Caller::Outside),
                None if role == Role::Answers => Some(Caller::Missing),
                None => None,
                // The caller's own span stands for the call.
                Some(parent) if spans.role[parent] == Role::Calls => None,
                Some(parent) if spans.service[parent] == service => None,
                Some(parent) => Some(Caller::Service(spans.service[parent])),
            };
            // A framework's server span may lie inside that of the server below it.
            let is_nested = parent.is_some_and(|parent| {
                spans.role[parent] == Role::Answers && spans.service[parent] == service
            });
            Meaning {
                makes,
                receives_from,
                answers: role == Role::Answers && !is_nested,
                starts: role == Role::Works && above == Above::Nothing,
            }
        })
        .collect()
}

/// Per span that calls the node that it calls.
fn callees(spans: &Spans) -> Vec<Option<NodeId>> {
    let mut callees: Vec<Option<NodeId>> = spans.named.iter().map(|(node, _)| *node).collect();
    let mut answered = vec![false; callees.len()];
    for (row, parent) in spans.parent.iter().enumerate() {
        let Some(parent) = parent.place() else {
            continue;
        };
        let answers =
            spans.service[row] != spans.service[parent] || spans.role[row] == Role::Answers;
        if spans.role[parent] == Role::Calls && answers && !answered[parent] {
            answered[parent] = true;
            callees[parent] = Some(spans.service[row]);
        }
    }
    callees
}

/// Spans that call through another span that calls: the two are one call.
fn wrappers(spans: &Spans, callees: &[Option<NodeId>]) -> Vec<bool> {
    let mut is_wrapper = vec![false; callees.len()];
    for (row, parent) in spans.parent.iter().enumerate() {
        let Some(parent) = parent.place() else {
            continue;
        };
        let both_call = spans.role[row] == Role::Calls && spans.role[parent] == Role::Calls;
        if !both_call || spans.service[row] != spans.service[parent] {
            continue;
        }
        if callees[parent] == callees[row] || callees[parent].is_none() {
            is_wrapper[parent] = true;
        } else if callees[row].is_none() {
            is_wrapper[row] = true;
        }
    }
    is_wrapper
}
