//! Names of nodes, and of what a client span says about its other side, as small numbers.

use std::fmt;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::Serialize;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Whoever calls from outside the recording.
    Clients,
    /// Emits spans.
    Service,
    /// Is called and emits no spans.
    Peer,
    /// Is called with database statements and emits no spans.
    Database,
    /// A database that keeps what is cheap to lose.
    Cache,
    /// Takes messages and emits no spans.
    Queue,
}

/// A node's identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Node {
    /// What it stands for.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
}

impl Node {
    /// Whoever calls from outside.
    #[must_use]
    pub fn clients() -> Self {
        Self {
            kind: NodeKind::Clients,
            name: "clients".to_owned(),
        }
    }

    /// A service that emits spans.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self {
            kind: NodeKind::Service,
            name: name.to_owned(),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Attributes by which a client span names its other side. The older names of databases are read as well.
pub(super) const KEYS: [&str; 7] = [
    "peer.service",
    "db.system.name",
    "db.system",
    "db.namespace",
    "messaging.system",
    "messaging.destination.name",
    "server.address",
];
const PEER: usize = 0;
const DATABASES: [usize; 2] = [1, 2];
const NAMESPACE: usize = 3;
const MESSAGING: usize = 4;
const DESTINATION: usize = 5;
const ADDRESS: usize = 6;

/// Databases whose data are copies.
const CACHES: [&str; 6] = [
    "redis",
    "memcached",
    "valkey",
    "keydb",
    "dragonfly",
    "hazelcast",
];

/// Per key of [`KEYS`] its value on one span; `None` where it has none.
pub(super) type Said<'t> = [Option<&'t str>; KEYS.len()];

/// What spans say of a callee: key and value of those of [`KEYS`] that name it, to find them again.
pub(super) type Naming = Vec<(&'static str, String)>;

/// Number of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// Number of a naming; 0 is "nothing is said".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NamingId(pub(super) u32);

impl NamingId {
    pub(super) const NOTHING: Self = Self(0);
}

/// The names of one piece of work.
pub(super) struct Names<'v> {
    nodes: Vec<Node>,
    numbers: HashMap<Node, u32, FixedState>,
    namings: Vec<Naming>,
    naming_numbers: HashMap<Naming, u32, FixedState>,
    is_recorded: &'v (dyn Fn(&str) -> bool + Sync),
}

impl<'v> Names<'v> {
    /// `is_recorded` says whether a service of a name emits spans: then what is called by that name is that service.
    pub(super) fn new(is_recorded: &'v (dyn Fn(&str) -> bool + Sync)) -> Self {
        Self {
            nodes: Vec::new(),
            numbers: HashMap::default(),
            namings: vec![Naming::new()],
            naming_numbers: HashMap::default(),
            is_recorded,
        }
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn naming(&self, id: NamingId) -> &Naming {
        &self.namings[id.0 as usize]
    }

    pub(super) fn id_of(&mut self, node: Node) -> NodeId {
        if let Some(number) = self.numbers.get(&node) {
            return NodeId(*number);
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.numbers.insert(node, number);
        NodeId(number)
    }

    /// The other side that a span names, and by what; `None` when it names none.
    pub(super) fn other_side(&mut self, said: &Said<'_>) -> (Option<NodeId>, NamingId) {
        let Some((node, naming)) = other_side(said) else {
            return (None, NamingId::NOTHING);
        };
        let node = if node.kind != NodeKind::Service && (self.is_recorded)(&node.name) {
            Node::service(&node.name)
        } else {
            node
        };
        (Some(self.id_of(node)), self.naming_id(naming))
    }

    fn naming_id(&mut self, naming: Naming) -> NamingId {
        if let Some(number) = self.naming_numbers.get(&naming) {
            return NamingId(*number);
        }
        let number = self.namings.len() as u32;
        self.namings.push(naming.clone());
        self.naming_numbers.insert(naming, number);
        NamingId(number)
    }
}

/// A peer's own name is the best one; a database is its system and namespace, a queue its system and destination.
fn other_side(said: &Said<'_>) -> Option<(Node, Naming)> {
    let system = DATABASES
        .into_iter()
        .find_map(|key| said[key].map(|value| (key, value)));
    let kind = match (system, said[MESSAGING]) {
        (Some((_, system)), _) if CACHES.contains(&system) => NodeKind::Cache,
        (Some(_), _) => NodeKind::Database,
        (None, Some(_)) => NodeKind::Queue,
        (None, None) => NodeKind::Peer,
    };
    let keys: Vec<usize> = match (said[PEER], system, said[MESSAGING]) {
        (Some(_), Some((key, _)), _) => vec![PEER, key],
        (Some(_), None, Some(_)) => vec![PEER, MESSAGING],
        (Some(_), None, None) => vec![PEER],
        (None, Some((key, _)), _) => vec![key, NAMESPACE],
        (None, None, Some(_)) => vec![MESSAGING, DESTINATION],
        (None, None, None) => vec![ADDRESS],
    };
    let naming: Naming = keys
        .iter()
        .filter_map(|key| Some((KEYS[*key], said[*key]?.to_owned())))
        .collect();
    let (_, first) = naming.first()?;
    let name = match (said[PEER], naming.get(1)) {
        (None, Some((_, part))) => format!("{first}/{part}"),
        _ => first.clone(),
    };
    Some((Node { kind, name }, naming))
}
