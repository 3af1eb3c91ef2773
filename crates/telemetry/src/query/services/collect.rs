//! Adds calls up: segments in parallel, straddling traces after them, each call once.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::calls::{Caller, Meaning, meanings};
use super::names::{Names, Naming, NamingId, Node, NodeId};
use super::selection::Selection;
use super::spans::{PeerKeys, Spans};
use super::straddling::Straddling;
use crate::column::Bitmap;
use crate::query::rows::RowRef;
use crate::query::search::failed_rows;
use crate::query::select::Scope;
use crate::query::{QueryError, parallel};
use crate::table::{KeyId, View};

/// What is kept of some calls.
pub(super) trait Tally: Default + Send {
    /// Adds one call: its start, its duration in nanoseconds, and whether it failed.
    fn add(&mut self, start: i64, duration_ns: i64, failed: bool);
    /// Adds the calls of another tally.
    fn merge(&mut self, other: Self);
}

/// Calls that count: all, or those of one edge or one node.
#[derive(Clone, Debug)]
pub(super) enum Only {
    Everything,
    Edge(Node, Node),
    Node(Node),
}

/// The calls of one scope.
pub(super) struct Collected<T> {
    /// By caller and callee.
    pub(super) edges: BTreeMap<(Node, Node), EdgeTally<T>>,
    /// Work with which a service answered calls.
    pub(super) answered: BTreeMap<Node, T>,
    /// Work that a service began by itself.
    pub(super) started: BTreeMap<Node, T>,
    /// Spans that were read.
    pub(super) spans: u64,
    /// Calls that name no other side.
    pub(super) unnamed: u64,
    /// Calls whose caller's span is not recorded.
    pub(super) orphans: u64,
}

/// The calls of one edge.
#[derive(Default)]
pub(super) struct EdgeTally<T> {
    pub(super) calls: T,
    pub(super) naming: NamedBy,
}

/// How the client spans of an edge name its callee.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum NamedBy {
    #[default]
    NotSeen,
    /// All by the same attributes.
    One(Naming),
    /// Not at all, or not all by the same.
    Mixed,
}

impl NamedBy {
    fn see(&mut self, other: Self) {
        *self = match (std::mem::take(self), other) {
            (Self::NotSeen, other) | (other, Self::NotSeen) => other,
            (Self::One(mine), Self::One(other)) if mine == other => Self::One(mine),
            _ => Self::Mixed,
        };
    }
}

/// Collects the calls of each scope.
pub(super) fn collect<T: Tally>(
    view: &View<'_>,
    scopes: &[Scope],
    only: &Only,
) -> Result<Vec<Collected<T>>, QueryError> {
    view.table().load_durations()?;
    view.table().load_traces()?;
    view.table().load_identities()?;
    let keys = PeerKeys::of(view);
    view.load_keys([KeyId::SERVICE, KeyId::STATUS, KeyId::KIND])?;
    view.load_keys(keys.ids())?;
    let selections = scopes
        .iter()
        .map(|scope| Selection::of_traces(view, scope))
        .collect::<Result<Vec<_>, _>>()?;
    let straddling = Straddling::find(view);
    let services = view.dictionary(KeyId::SERVICE);
    let is_recorded = |name: &str| services.find(name).is_some();
    let empty = || -> Vec<Collected<T>> { scopes.iter().map(|_| Collected::new()).collect() };
    let segments: Vec<usize> = (0..view.segment_count())
        .filter(|segment| selections.iter().any(|s| s.rows(*segment).is_some()))
        .collect();
    let workers = parallel::for_each(segments.len(), empty, |collected, index| {
        let segment = segments[index];
        let mut names = Names::new(&is_recorded);
        let spans = Spans::of_segment(view, segment, &keys, &mut names);
        let meanings = meanings(&spans);
        let reader = Reader::new(view, segment);
        for (selection, collected) in selections.iter().zip(collected) {
            let Some(rows) = selection.rows(segment) else {
                continue;
            };
            let mut adder = Adder::new(&mut names, only);
            rows.for_each(|row| {
                if !straddling.has(segment, reader.trace_code(row)) {
                    adder.add(spans.service[row], &meanings[row], reader.call(row));
                }
            });
            adder.finish(&names, collected);
        }
    });
    let mut all = empty();
    for worker in workers {
        for (all, part) in all.iter_mut().zip(worker) {
            all.merge(part);
        }
    }
    let mut names = Names::new(&is_recorded);
    let spans = Spans::of_rows(view, &straddling.rows, &keys, &mut names);
    let meanings = meanings(&spans);
    for (selection, collected) in selections.iter().zip(&mut all) {
        let mut adder = Adder::new(&mut names, only);
        let mut readers: HashMap<usize, Reader<'_>, FixedState> = HashMap::default();
        for (place, RowRef { segment, row }) in straddling.rows.iter().enumerate() {
            if selection
                .rows(*segment)
                .is_some_and(|rows| rows.contains(*row))
            {
                let reader = readers
                    .entry(*segment)
                    .or_insert_with(|| Reader::new(view, *segment));
                adder.add(spans.service[place], &meanings[place], reader.call(*row));
            }
        }
        adder.finish(&names, collected);
        collected.spans = selection.count();
    }
    Ok(all)
}

impl<T: Tally> Collected<T> {
    fn new() -> Self {
        Self {
            edges: BTreeMap::new(),
            answered: BTreeMap::new(),
            started: BTreeMap::new(),
            spans: 0,
            unnamed: 0,
            orphans: 0,
        }
    }

    fn merge(&mut self, other: Self) {
        for (edge, part) in other.edges {
            let mine = self.edges.entry(edge).or_default();
            mine.calls.merge(part.calls);
            mine.naming.see(part.naming);
        }
        for (node, part) in other.answered {
            self.answered.entry(node).or_default().merge(part);
        }
        for (node, part) in other.started {
            self.started.entry(node).or_default().merge(part);
        }
        self.unnamed += other.unnamed;
        self.orphans += other.orphans;
    }
}

/// Start, duration and outcome of the rows of a segment.
struct Reader<'v> {
    times: &'v [i64],
    durations: &'v [i64],
    codes: &'v [u16],
    failed: Bitmap,
}

impl<'v> Reader<'v> {
    fn new(view: &'v View<'_>, segment: usize) -> Self {
        let part = view.segment(segment);
        let mut failed = Bitmap::empty(part.rows());
        for row in failed_rows(view, segment) {
            failed.insert(usize::from(row));
        }
        Self {
            times: part.times(),
            durations: part.durations(),
            codes: &part.traces().codes,
            failed,
        }
    }

    fn call(&self, row: usize) -> (i64, i64, bool) {
        (
            self.times[row],
            self.durations[row],
            self.failed.contains(row),
        )
    }

    fn trace_code(&self, row: usize) -> u16 {
        self.codes[row]
    }
}

/// Adds up the calls of one piece of work, by numbers.
struct Adder<T> {
    edges: HashMap<(NodeId, NodeId), (T, Vec<NamingId>), FixedState>,
    answered: HashMap<NodeId, T, FixedState>,
    started: HashMap<NodeId, T, FixedState>,
    unnamed: u64,
    orphans: u64,
    clients: NodeId,
    only: Wanted,
}

enum Wanted {
    Everything,
    Edge(NodeId, NodeId),
    Node(NodeId),
}

impl Wanted {
    fn edge(&self, from: NodeId, to: NodeId) -> bool {
        match self {
            Self::Everything => true,
            Self::Edge(wanted_from, wanted_to) => (from, to) == (*wanted_from, *wanted_to),
            Self::Node(node) => to == *node,
        }
    }

    fn node(&self, id: NodeId) -> bool {
        match self {
            Self::Everything => true,
            Self::Edge(..) => false,
            Self::Node(node) => id == *node,
        }
    }
}

impl<T: Tally> Adder<T> {
    fn new(names: &mut Names<'_>, only: &Only) -> Self {
        let clients = names.id_of(Node::clients());
        let only = match only {
            Only::Everything => Wanted::Everything,
            Only::Edge(from, to) => {
                Wanted::Edge(names.id_of(from.clone()), names.id_of(to.clone()))
            }
            Only::Node(node) => Wanted::Node(names.id_of(node.clone())),
        };
        Self {
            edges: HashMap::default(),
            answered: HashMap::default(),
            started: HashMap::default(),
            unnamed: 0,
            orphans: 0,
            clients,
            only,
        }
    }

    fn add(&mut self, service: NodeId, meaning: &Meaning, call: (i64, i64, bool)) {
        match meaning.makes.map(|made| (made.callee, made.naming)) {
            Some((Some(callee), naming)) => self.edge(service, callee, naming, call),
            Some((None, _)) => self.unnamed += 1,
            None => {}
        }
        match meaning.receives_from {
            Some(Caller::Outside) => self.edge(self.clients, service, NamingId::NOTHING, call),
            Some(Caller::Missing) => self.orphans += 1,
            Some(Caller::Service(from)) => self.edge(from, service, NamingId::NOTHING, call),
            None => {}
        }
        let (start, duration, failed) = call;
        if meaning.answers && self.only.node(service) {
            let tally = self.answered.entry(service).or_default();
            tally.add(start, duration, failed);
        }
        if meaning.starts && self.only.node(service) {
            let tally = self.started.entry(service).or_default();
            tally.add(start, duration, failed);
        }
    }

    fn edge(
        &mut self,
        from: NodeId,
        to: NodeId,
        naming: NamingId,
        (start, duration, failed): (i64, i64, bool),
    ) {
        if !self.only.edge(from, to) {
            return;
        }
        let (tally, namings) = self.edges.entry((from, to)).or_default();
        tally.add(start, duration, failed);
        // Two are enough to see that they differ.
        if namings.len() < 2 && !namings.contains(&naming) {
            namings.push(naming);
        }
    }

    fn finish(self, names: &Names<'_>, collected: &mut Collected<T>) {
        for ((from, to), (tally, namings)) in self.edges {
            let edge = (names.node(from).clone(), names.node(to).clone());
            let mine = collected.edges.entry(edge).or_default();
            mine.calls.merge(tally);
            for naming in namings {
                let seen = match naming {
                    NamingId::NOTHING => NamedBy::Mixed,
                    naming => NamedBy::One(names.naming(naming).clone()),
                };
                mine.naming.see(seen);
            }
        }
        for (id, tally) in self.answered {
            let mine = collected
                .answered
                .entry(names.node(id).clone())
                .or_default();
            mine.merge(tally);
        }
        for (id, tally) in self.started {
            let mine = collected.started.entry(names.node(id).clone()).or_default();
            mine.merge(tally);
        }
        collected.unnamed += self.unnamed;
        collected.orphans += self.orphans;
    }
}
