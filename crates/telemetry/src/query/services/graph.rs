//! The graph of one range, and of an earlier one beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::collect::{Collected, NamedBy, Only, Tally, collect};
use super::names::{Naming, Node, NodeKind};
use crate::filter::{Filter, Literal, Test};
use crate::query::group::exact;
use crate::query::select::Scope;
use crate::query::{QueryError, parallel};
use crate::table::{SpanKind, View};

/// Services and the calls between them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceGraph {
    /// By kind and name.
    pub nodes: Vec<ServiceNode>,
    /// By caller and callee.
    pub edges: Vec<ServiceEdge>,
    /// Nodes that there are.
    pub total_nodes: usize,
    /// Edges that there are.
    pub total_edges: usize,
    /// What was read, and what has no place in the graph.
    pub counted: Versus<Counted>,
}

/// A figure, and what it was before, where that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Versus<T> {
    /// In the range.
    pub now: T,
    /// In the range to compare with.
    pub before: Option<T>,
}

/// What a graph was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Spans that were read.
    pub spans: u64,
    /// Calls that name no other side and that nobody answered: no edge has them.
    pub unnamed: u64,
    /// Answered calls whose caller's span is not recorded: no edge has them, the node's figures do.
    pub orphans: u64,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceNode {
    /// Its identity.
    pub node: Node,
    /// Calls that it answered: of a service its server and consumer spans; of what emits no spans the calls to it.
    pub answered: Versus<CallFigures>,
    /// Work that a service began by itself: root spans that answer no call, such as jobs.
    pub started: Versus<CallFigures>,
}

/// Calls from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceEdge {
    /// Caller.
    pub from: Node,
    /// Callee.
    pub to: Node,
    /// Figures of the calls, as the caller sees them; as the callee does where the caller has no client span.
    pub calls: Versus<CallFigures>,
    /// Selects the spans of the edge, and so its traces.
    pub filter: String,
    /// Whether `filter` selects nothing else; otherwise it selects what the callee answered, whoever called.
    pub filter_is_exact: bool,
}

/// Figures of calls.
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
    /// 99th percentile in nanoseconds.
    pub p99_ns: i64,
}

/// How much of a graph is returned.
#[derive(Clone, Copy, Debug)]
pub struct GraphLimits {
    /// Most nodes, those with most calls.
    pub nodes: usize,
    /// Most edges between these, those with most calls.
    pub edges: usize,
}

/// The service graph of the traces in a scope, beside that of `before`.
///
/// # Errors
/// When the recording cannot be read.
pub fn service_graph(
    view: &View<'_>,
    scope: &Scope,
    before: Option<&Scope>,
    limits: GraphLimits,
) -> Result<ServiceGraph, QueryError> {
    let scopes: Vec<Scope> = [Some(scope), before]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let mut collected = collect::<Durations>(view, &scopes, &Only::Everything)?.into_iter();
    let now = collected.next().map(Figures::of).unwrap_or_default();
    let before = collected.next().map(Figures::of);
    Ok(assemble(now, before, limits))
}

#[derive(Default)]
struct Durations {
    errors: u64,
    durations: Vec<i64>,
}

impl Tally for Durations {
    fn add(&mut self, _start: i64, duration_ns: i64, failed: bool) {
        self.errors += u64::from(failed);
        self.durations.push(duration_ns);
    }

    fn merge(&mut self, other: Self) {
        self.errors += other.errors;
        if self.durations.is_empty() {
            self.durations = other.durations;
        } else {
            self.durations.extend(other.durations);
        }
    }
}

impl Durations {
    fn add_all(&mut self, other: &Self) {
        self.errors += other.errors;
        self.durations.extend_from_slice(&other.durations);
    }
}

/// Figures of each tally; percentiles reorder the durations, which takes most of the time.
fn figures<K: Ord>(tallies: BTreeMap<K, Durations>) -> BTreeMap<K, CallFigures> {
    let (keys, tallies): (Vec<K>, Vec<Mutex<Durations>>) = tallies
        .into_iter()
        .map(|(key, tally)| (key, Mutex::new(tally)))
        .unzip();
    let figures = parallel::map(tallies.len(), |index| {
        let mut tally = tallies[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let percentiles = exact(&mut tally.durations, &[0.5, 0.95, 0.99]);
        CallFigures {
            count: tally.durations.len() as u64,
            errors: tally.errors,
            p50_ns: percentiles[0],
            p95_ns: percentiles[1],
            p99_ns: percentiles[2],
        }
    });
    keys.into_iter().zip(figures).collect()
}

/// The figures of one scope.
#[derive(Default)]
struct Figures {
    edges: BTreeMap<(Node, Node), (CallFigures, NamedBy)>,
    answered: BTreeMap<Node, CallFigures>,
    started: BTreeMap<Node, CallFigures>,
    counted: Counted,
}

impl Figures {
    fn of(collected: Collected<Durations>) -> Self {
        let counted = Counted {
            spans: collected.spans,
            unnamed: collected.unnamed,
            orphans: collected.orphans,
        };
        let mut answered = collected.answered;
        let (mut namings, mut calls) = (Vec::new(), BTreeMap::new());
        for ((from, to), edge) in collected.edges {
            // What emits no spans is known by its callers only.
            if to.kind != NodeKind::Service {
                answered.entry(to.clone()).or_default().add_all(&edge.calls);
            }
            namings.push(edge.naming);
            calls.insert((from, to), edge.calls);
        }
        let edges = figures(calls).into_iter().zip(namings);
        Self {
            edges: edges
                .map(|((edge, figures), naming)| (edge, (figures, naming)))
                .collect(),
            answered: figures(answered),
            started: figures(collected.started),
            counted,
        }
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let ends = self.edges.keys().flat_map(|(from, to)| [from, to]);
        ends.chain(self.answered.keys()).chain(self.started.keys())
    }
}

fn assemble(now: Figures, before: Option<Figures>, limits: GraphLimits) -> ServiceGraph {
    let both = || [Some(&now), before.as_ref()].into_iter().flatten();
    let counted = Versus {
        now: now.counted,
        before: before.as_ref().map(|before| before.counted),
    };
    let nodes: BTreeSet<&Node> = both().flat_map(Figures::nodes).collect();
    let versus = |node: &Node, of: fn(&Figures) -> &BTreeMap<Node, CallFigures>| Versus {
        now: of(&now).get(node).copied().unwrap_or_default(),
        before: before
            .as_ref()
            .map(|before| of(before).get(node).copied().unwrap_or_default()),
    };
    let total_nodes = nodes.len();
    let mut nodes: Vec<ServiceNode> = nodes
        .into_iter()
        .map(|node| ServiceNode {
            node: node.clone(),
            answered: versus(node, |figures| &figures.answered),
            started: versus(node, |figures| &figures.started),
        })
        .collect();
    keep_busiest(&mut nodes, limits.nodes, |node| {
        weight(&node.answered) + weight(&node.started)
    });
    nodes.sort_by(|a, b| a.node.cmp(&b.node));

    let edges: BTreeSet<&(Node, Node)> = both().flat_map(|figures| figures.edges.keys()).collect();
    let total_edges = edges.len();
    let is_kept = |node: &Node| nodes.binary_search_by(|kept| kept.node.cmp(node)).is_ok();
    let mut edges: Vec<ServiceEdge> = edges
        .into_iter()
        .filter(|(from, to)| is_kept(from) && is_kept(to))
        .map(|edge| edge_of(edge, &now, before.as_ref()))
        .collect();
    keep_busiest(&mut edges, limits.edges, |edge| weight(&edge.calls));
    edges.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    ServiceGraph {
        nodes,
        edges,
        total_nodes,
        total_edges,
        counted,
    }
}

fn edge_of(edge: &(Node, Node), now: &Figures, before: Option<&Figures>) -> ServiceEdge {
    let found = |figures: &Figures| figures.edges.get(edge).cloned().unwrap_or_default();
    let (calls, mut naming) = found(now);
    let before = before.map(found);
    if let (NamedBy::NotSeen, Some((_, earlier))) = (&naming, &before) {
        naming = earlier.clone();
    }
    let (from, to) = edge;
    let (filter, filter_is_exact) = edge_filter(from, to, &naming);
    ServiceEdge {
        from: from.clone(),
        to: to.clone(),
        calls: Versus {
            now: calls,
            before: before.map(|(calls, _)| calls),
        },
        filter: filter.to_string(),
        filter_is_exact,
    }
}

fn weight(calls: &Versus<CallFigures>) -> u64 {
    calls.now.count + calls.before.map_or(0, |before| before.count)
}

fn keep_busiest<T>(all: &mut Vec<T>, limit: usize, weight: impl Fn(&T) -> u64) {
    if all.len() > limit {
        all.sort_by_key(|one| std::cmp::Reverse(weight(one)));
        all.truncate(limit);
    }
}

/// The filter that selects the spans of an edge, and whether it selects nothing else.
fn edge_filter(from: &Node, to: &Node, naming: &NamedBy) -> (Filter, bool) {
    let calling = kinds([SpanKind::Client, SpanKind::Producer]);
    let answering = kinds([SpanKind::Server, SpanKind::Consumer]);
    let by = |naming: &Naming| {
        let terms = naming.iter().map(|(key, value)| equals(key, value));
        let all = [equals("service", &from.name), calling.clone()].into_iter();
        Filter::And(all.chain(terms).collect())
    };
    match naming {
        NamedBy::One(naming) => (by(naming), true),
        _ if from.kind == NodeKind::Clients => {
            let root = equals("root", "true");
            let all = vec![equals("service", &to.name), answering, root];
            (Filter::And(all), true)
        }
        NamedBy::Mixed | NamedBy::NotSeen if to.kind == NodeKind::Service => {
            let all = vec![equals("service", &to.name), answering];
            (Filter::And(all), false)
        }
        NamedBy::Mixed | NamedBy::NotSeen => {
            let all = vec![equals("service", &from.name), calling];
            (Filter::And(all), false)
        }
    }
}

fn kinds(kinds: [SpanKind; 2]) -> Filter {
    let test = |kind: SpanKind| equal_to(SpanKind::NAMES[kind as usize], false);
    Filter::Field {
        key: "kind".to_owned(),
        test: Test::AnyOf(kinds.map(test).to_vec()),
    }
}

fn equals(key: &str, value: &str) -> Filter {
    // Words need no quotes; everything else is quoted, so that no value is read as a pattern or a number.
    let is_word = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && value.starts_with(|c: char| c.is_ascii_alphabetic());
    Filter::Field {
        key: key.to_owned(),
        test: equal_to(value, !is_word),
    }
}

fn equal_to(value: &str, quoted: bool) -> Test {
    Test::Equals(Literal {
        text: value.to_owned(),
        quoted,
    })
}
