//! The service graph: who calls whom, how often, how long it takes, how often it fails.
//!
//! A node is a service, not an instance. A call is a span whose parent belongs to another service, or a
//! client span that nobody answered with a span of their own: then the other side is a peer or a
//! database, named by the span's attributes.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use serde::Serialize;

use super::group::exact;
use super::records::text;
use super::rows::RowRef;
use super::search::failed_rows;
use super::select::{Scope, Selector};
use super::trace::trace_rows;
use super::{QueryError, parallel};
use crate::column::{Bitmap, Column, Parent};
use crate::table::{KeyId, KeyType, SpanKind, View};

/// Attributes that name the other side of a call, in order of preference.
const PEER_KEYS: [(&str, NodeKind); 4] = [
    ("peer.service", NodeKind::Peer),
    ("db.system.name", NodeKind::Database),
    ("messaging.system", NodeKind::Peer),
    ("server.address", NodeKind::Peer),
];

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Emits spans.
    Service,
    /// Is called and emits no spans.
    Peer,
    /// Is called with database statements and emits no spans.
    Database,
}

/// Services and the calls between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceGraph {
    /// By kind and name.
    pub nodes: Vec<ServiceNode>,
    /// By caller and callee.
    pub edges: Vec<ServiceEdge>,
}

/// One node. Figures are of the calls that it answers, those from outside included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceNode {
    /// Name.
    pub name: String,
    /// What it stands for.
    pub kind: NodeKind,
    /// Calls answered.
    pub calls: CallFigures,
}

/// Calls from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceEdge {
    /// Caller.
    pub from: String,
    /// Callee.
    pub to: String,
    /// What the callee stands for.
    pub to_kind: NodeKind,
    /// Figures of the calls.
    pub calls: CallFigures,
}

/// Figures of calls; durations are the callee's, or the caller's when the callee emits no spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallFigures {
    /// Calls.
    pub count: u64,
    /// Failed calls.
    pub errors: u64,
    /// Median duration in nanoseconds.
    pub p50_ns: i64,
    /// 95th percentile in nanoseconds.
    pub p95_ns: i64,
}

type Name = (NodeKind, String);

#[derive(Default)]
struct Calls {
    errors: u64,
    durations: Vec<i64>,
}

/// Calls by caller (`None`: from outside) and callee.
type CallMap = BTreeMap<(Option<Name>, Name), Calls>;

/// The service graph of the spans in a scope.
///
/// # Errors
/// When the recording cannot be read.
pub fn service_graph(view: &View<'_>, scope: &Scope) -> Result<ServiceGraph, QueryError> {
    view.table().load_durations()?;
    view.table().load_traces()?;
    view.table().load_identities()?;
    let peers: Vec<(KeyId, NodeKind)> = PEER_KEYS
        .iter()
        .filter_map(|(name, kind)| Some((view.key_of(name, KeyType::Str)?, *kind)))
        .collect();
    view.load_keys([KeyId::SERVICE, KeyId::STATUS, KeyId::KIND])?;
    view.load_keys(peers.iter().map(|(key, _)| *key))?;
    let answered_elsewhere: AnsweredElsewhere = (0..view.segment_count())
        .flat_map(|segment| {
            view.segment(segment)
                .identities()
                .parents
                .escapes()
                .iter()
                .map(|(_, parent)| *parent)
        })
        .collect();
    let selector = Selector::new(view, scope)?;
    let workers = parallel::for_each(selector.segments.len(), CallMap::new, |calls, index| {
        let segment = selector.segments[index];
        if let Some(selected) = selector.select(segment) {
            SegmentCalls::new(view, segment, &peers, &answered_elsewhere).collect(&selected, calls);
        }
    });
    let mut calls = CallMap::new();
    for (edge, other) in workers.into_iter().flatten() {
        let mine = calls.entry(edge).or_default();
        mine.errors += other.errors;
        mine.durations.extend(other.durations);
    }
    Ok(graph(calls))
}

/// Ids of spans whose child is in another segment.
type AnsweredElsewhere = HashSet<u64, FixedState>;

/// Calls of one segment, by local numbers of services and peers.
struct SegmentCalls<'v, 'a> {
    view: &'v View<'a>,
    segment: usize,
    peers: &'v [(KeyId, NodeKind)],
    failed: Bitmap,
    /// Per row its service.
    services: Vec<u16>,
    /// Per row the other side of a call that nobody answered, or [`End::OUTSIDE`].
    callees: Vec<End>,
}

/// One end of a call: the place of a key in a list (0: the service, then the peers' keys), and the code
/// of its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct End(u32);

impl End {
    const OUTSIDE: Self = Self(0);

    fn new(place: usize, code: u16) -> Self {
        Self((place as u32) << 16 | u32::from(code))
    }

    fn service(code: u16) -> Self {
        Self::new(0, code)
    }
}

impl<'v, 'a> SegmentCalls<'v, 'a> {
    fn new(
        view: &'v View<'a>,
        segment: usize,
        peers: &'v [(KeyId, NodeKind)],
        answered_elsewhere: &AnsweredElsewhere,
    ) -> Self {
        let rows = view.segment(segment).rows();
        let mut failed = Bitmap::empty(rows);
        for row in failed_rows(view, segment) {
            failed.insert(usize::from(row));
        }
        let mut services = vec![0u16; rows];
        if let Some(Column::Text(column)) = view.column(segment, KeyId::SERVICE) {
            column
                .iter()
                .for_each(|(row, code)| services[usize::from(row)] = code);
        }
        let alone = unanswered(view, segment, answered_elsewhere);
        let mut callees = vec![End::OUTSIDE; rows];
        // The least preferred key first, so that better ones overwrite it.
        for (place, (key, _)) in peers.iter().enumerate().rev() {
            let Some(Column::Text(column)) = view.column(segment, *key) else {
                continue;
            };
            for (row, code) in column
                .iter()
                .filter(|(row, _)| alone.contains(usize::from(*row)))
            {
                callees[usize::from(row)] = End::new(place + 1, code);
            }
        }
        Self {
            view,
            segment,
            peers,
            failed,
            services,
            callees,
        }
    }

    fn collect(&self, selected: &Bitmap, calls: &mut CallMap) {
        let segment = self.view.segment(self.segment);
        let parents = &segment.identities().parents;
        let durations = segment.durations();
        let mut local: HashMap<(End, End), Calls, FixedState> = HashMap::default();
        let mut foreign: Vec<(usize, Option<Name>)> = Vec::new();
        selected.for_each(|row| {
            let callee = End::service(self.services[row]);
            let mut add = |from: End, to: End| {
                let calls = local.entry((from, to)).or_default();
                calls.errors += u64::from(self.failed.contains(row));
                calls.durations.push(durations[row]);
            };
            match parents.get(row) {
                Parent::Row(parent) => {
                    let caller = End::service(self.services[usize::from(parent)]);
                    if caller != callee {
                        add(caller, callee);
                    }
                }
                Parent::Root => add(End::OUTSIDE, callee),
                Parent::Elsewhere(id) => foreign.push((row, self.service_elsewhere(row, id))),
            }
            if self.callees[row] != End::OUTSIDE {
                add(callee, self.callees[row]);
            }
        });
        for ((from, to), part) in local {
            let Some(to) = self.name(to) else { continue };
            let calls = calls.entry((self.name(from), to)).or_default();
            calls.errors += part.errors;
            calls.durations.extend(part.durations);
        }
        for (row, from) in foreign {
            let to = (
                NodeKind::Service,
                text(self.view, self.at(row), KeyId::SERVICE).to_owned(),
            );
            if from.as_ref() != Some(&to) {
                let calls = calls.entry((from, to)).or_default();
                calls.errors += u64::from(self.failed.contains(row));
                calls.durations.push(durations[row]);
            }
        }
    }

    fn at(&self, row: usize) -> RowRef {
        RowRef {
            segment: self.segment,
            row,
        }
    }

    /// The service of a parent in another segment; `None` when it was never received.
    fn service_elsewhere(&self, row: usize, parent: u64) -> Option<Name> {
        let trace_id = self.view.segment(self.segment).traces().trace_id(row);
        let rows = trace_rows(self.view, trace_id).ok()?;
        let found = rows.into_iter().find(|at| {
            self.view
                .segment(at.segment)
                .identities()
                .span_ids
                .get(at.row)
                == Some(&parent)
        })?;
        Some((
            NodeKind::Service,
            text(self.view, found, KeyId::SERVICE).to_owned(),
        ))
    }

    fn name(&self, end: End) -> Option<Name> {
        let (place, code) = ((end.0 >> 16) as usize, end.0 as u16);
        let (key, kind) = match place {
            0 => (KeyId::SERVICE, NodeKind::Service),
            place => self.peers[place - 1],
        };
        match self.view.column(self.segment, key) {
            Some(Column::Text(column)) => Some((
                kind,
                column.text(code, self.view.dictionary(key))?.to_owned(),
            )),
            _ => None,
        }
    }
}

/// Outgoing calls (client and producer spans) of a segment that have no child anywhere.
fn unanswered(view: &View<'_>, segment: usize, answered_elsewhere: &AnsweredElsewhere) -> Bitmap {
    let identities = view.segment(segment).identities();
    let mut alone = Bitmap::empty(view.segment(segment).rows());
    let Some(Column::Text(column)) = view.column(segment, KeyId::KIND) else {
        return alone;
    };
    let dictionary = view.dictionary(KeyId::KIND);
    let calling = [SpanKind::Client, SpanKind::Producer].map(|kind| SpanKind::NAMES[kind as usize]);
    let calls = |code: usize| {
        column
            .text(code as u16, dictionary)
            .is_some_and(|kind| calling.contains(&kind))
    };
    let calls: Vec<bool> = (0..column.code_count()).map(calls).collect();
    for (row, _) in column.iter().filter(|(_, code)| calls[usize::from(*code)]) {
        let row = usize::from(row);
        if answered_elsewhere.is_empty() || !answered_elsewhere.contains(&identities.span_ids[row])
        {
            alone.insert(row);
        }
    }
    for row in 0..identities.parents.len() {
        if let Parent::Row(parent) = identities.parents.get(row) {
            alone.remove(usize::from(parent));
        }
    }
    alone
}

fn graph(calls: CallMap) -> ServiceGraph {
    let mut nodes: BTreeMap<Name, Calls> = BTreeMap::new();
    let mut edges = Vec::new();
    for ((from, to), mut calls) in calls {
        let node = nodes.entry(to.clone()).or_default();
        node.errors += calls.errors;
        node.durations.extend_from_slice(&calls.durations);
        if let Some(from) = from {
            let figures = figures(&mut calls);
            edges.push(ServiceEdge {
                from: from.1.clone(),
                to: to.1,
                to_kind: to.0,
                calls: figures,
            });
            nodes.entry(from).or_default();
        }
    }
    let node = |((kind, name), mut calls): (Name, Calls)| ServiceNode {
        name,
        kind,
        calls: figures(&mut calls),
    };
    ServiceGraph {
        nodes: nodes.into_iter().map(node).collect(),
        edges,
    }
}

fn figures(calls: &mut Calls) -> CallFigures {
    let count = calls.durations.len() as u64;
    let percentiles = exact(&mut calls.durations, &[0.5, 0.95]);
    CallFigures {
        count,
        errors: calls.errors,
        p50_ns: percentiles[0],
        p95_ns: percentiles[1],
    }
}
