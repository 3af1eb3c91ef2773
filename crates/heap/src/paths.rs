//! Why objects stay: the shortest ways from the roots to them, grouped by shape.
//!
//! One object's way is an anecdote. Ten thousand ways that read the same (`bus .handlers […]
//! Handler .captures`) are a finding. Two ways have the same shape when their references have the
//! same kind and name and lead to objects of the same class; the places in an array, the keys of
//! an object that is used as a dictionary, and the links of a chain (`.next .next .next`) count as
//! one.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::analysis::Analysis;
use crate::graph::{Distances, UNREACHED, WeakMapNames};
use crate::kind::EdgeType;

/// When an object has more properties than this with values of one class, they are entries of a
/// dictionary: their keys are data, not fields.
const DICTIONARY_KEYS: usize = 64;
const NONE: u32 = u32::MAX;

/// The retention paths of some objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// How many objects were asked for.
    pub objects: u64,
    /// How many of them no root reaches: only weak references or one another hold them.
    pub unreached: u64,
    /// The shapes, the one with most objects first.
    pub groups: Vec<PathGroup>,
    /// Shapes that were left out because of the limit, and the objects that have them.
    pub groups_left_out: u64,
    /// See [`Self::groups_left_out`].
    pub objects_left_out: u64,
}

/// Objects whose shortest ways from a root look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathGroup {
    /// How many of the objects.
    pub objects: u64,
    /// Bytes that these objects keep; none is counted twice.
    pub retained_bytes: u64,
    /// From the root's reference to the objects themselves.
    pub steps: Vec<PathStep>,
    /// The first such object of the file, by node id.
    pub example_id: u32,
}

/// One reference of a shape and the objects that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// How it refers.
    pub kind: EdgeType,
    /// The field or variable; `[…]` for any place in an array or key of a dictionary.
    pub edge: String,
    /// The class that it leads to.
    pub class: String,
    /// Whether several such references follow one another.
    pub repeats: bool,
    /// How many different objects of the paths are here.
    pub objects: u64,
    /// Bytes that they keep.
    pub retained_bytes: u64,
}

impl Analysis {
    /// The retention paths of all objects of a class; at most `limit` shapes.
    #[must_use]
    pub fn paths_of_class(&self, class: &str, limit: usize) -> Paths {
        self.paths(self.members(class), limit)
    }

    /// The retention paths of some nodes; at most `limit` shapes.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn paths(&self, nodes: impl IntoIterator<Item = u32>, limit: usize) -> Paths {
        let mut shapes = Shapes::of(self);
        let mut members: HashMap<u32, PathGroup, FixedState> = HashMap::default();
        let (mut objects, mut unreached) = (0, 0);
        for node in nodes {
            objects += 1;
            let Some(shape) = shapes.of_node(node) else {
                unreached += 1;
                continue;
            };
            let group = members.entry(shape).or_insert_with(|| PathGroup {
                objects: 0,
                retained_bytes: 0,
                steps: Vec::new(),
                example_id: self.node(node).id,
            });
            group.objects += 1;
            if !shapes.continues_chain(node) {
                group.retained_bytes += self.retained_bytes(node);
            }
        }
        let mut groups: Vec<_> = members.into_iter().collect();
        groups.sort_by_key(|(_, group)| (std::cmp::Reverse(group.objects), group.example_id));
        let left_out = groups.split_off(groups.len().min(limit));
        Paths {
            objects,
            unreached,
            groups_left_out: left_out.len() as u64,
            objects_left_out: left_out.iter().map(|(_, group)| group.objects).sum(),
            groups: groups
                .into_iter()
                .map(|(shape, group)| PathGroup {
                    steps: shapes.steps(shape),
                    ..group
                })
                .collect(),
        }
    }
}

/// How an edge reads in a shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Label {
    Named(EdgeType, u32),
    Any(EdgeType),
    WeakMapValue,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    before: u32,
    label: Label,
    class: u32,
}

struct Shape {
    link: Link,
    repeats: bool,
    objects: u64,
    retained_bytes: u64,
}

/// The tree of shapes, grown as far as the paths that were asked for need it.
struct Shapes<'a> {
    analysis: &'a Analysis,
    distances: &'a Distances,
    names: WeakMapNames<'a>,
    shapes: Vec<Shape>,
    known: HashMap<Link, u32, FixedState>,
    of_node: Vec<u32>,
    /// Of objects with many references: how many properties lead to each class.
    properties: HashMap<u32, HashMap<u32, usize, FixedState>, FixedState>,
    way: Vec<u32>,
}

impl<'a> Shapes<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        Self {
            analysis,
            distances: analysis.distances(),
            names: WeakMapNames::new(analysis.snapshot()),
            shapes: Vec::new(),
            known: HashMap::default(),
            of_node: vec![NONE; analysis.snapshot().kinds.len()],
            properties: HashMap::default(),
            way: Vec::new(),
        }
    }

    /// The shape of the way to a node; nothing where there is no way, or for the root.
    fn of_node(&mut self, node: u32) -> Option<u32> {
        let snapshot = self.analysis.snapshot();
        let mut at = node;
        while self.of_node[at as usize] == NONE {
            let edge = self.distances.reached_by[at as usize];
            if edge == UNREACHED {
                break;
            }
            self.way.push(at);
            at = snapshot.edge_source(edge);
        }
        let mut shape = self.of_node[at as usize];
        while let Some(next) = self.way.pop() {
            shape = self.step(shape, next);
        }
        (shape != NONE).then_some(shape)
    }

    /// The shape of a node whose predecessor on the way has the shape `before`.
    fn step(&mut self, before: u32, node: u32) -> u32 {
        let link = Link {
            before,
            label: self.label(self.distances.reached_by[node as usize]),
            class: self.analysis.classes().of_node(node),
        };
        let shape = self.shape(link);
        self.of_node[node as usize] = shape;
        let retained = self.analysis.retained_bytes(node);
        let found = &mut self.shapes[shape as usize];
        found.objects += 1;
        if shape == before {
            found.repeats = true;
        } else {
            found.retained_bytes += retained;
        }
        shape
    }

    fn shape(&mut self, link: Link) -> u32 {
        if let Some(before) = self.shapes.get(link.before as usize)
            && (before.link.label, before.link.class) == (link.label, link.class)
        {
            return link.before;
        }
        let next = u32::try_from(self.shapes.len()).unwrap_or(NONE);
        let shape = *self.known.entry(link).or_insert(next);
        if shape == next {
            self.shapes.push(Shape {
                link,
                repeats: false,
                objects: 0,
                retained_bytes: 0,
            });
        }
        shape
    }

    /// Whether the node's predecessor on the way is a link of the same chain.
    fn continues_chain(&self, node: u32) -> bool {
        let before = self
            .analysis
            .snapshot()
            .edge_source(self.distances.reached_by[node as usize]);
        self.of_node[before as usize] == self.of_node[node as usize]
    }

    fn label(&mut self, edge: u32) -> Label {
        let snapshot = self.analysis.snapshot();
        let kind = snapshot.edge_kinds[edge as usize];
        let name = snapshot.edge_names[edge as usize];
        match kind {
            EdgeType::Element | EdgeType::Hidden => Label::Any(kind),
            EdgeType::Property if self.is_entry(edge) => Label::Any(kind),
            EdgeType::Internal if self.names.table_of(edge as usize).is_some() => {
                Label::WeakMapValue
            }
            // V8 writes the places in its own tables, such as that of a `Map`, as names.
            EdgeType::Internal if is_number(snapshot.strings.get(name)) => Label::Any(kind),
            _ => Label::Named(kind, name),
        }
    }

    /// Whether a property is one of many that lead to objects of the same class.
    fn is_entry(&mut self, edge: u32) -> bool {
        let snapshot = self.analysis.snapshot();
        let classes = self.analysis.classes();
        let node = snapshot.edge_source(edge);
        if snapshot.edge_range(node).len() <= DICTIONARY_KEYS {
            return false;
        }
        let by_class = self.properties.entry(node).or_insert_with(|| {
            let mut by_class: HashMap<u32, usize, FixedState> = HashMap::default();
            for at in snapshot.edge_range(node) {
                if snapshot.edge_kinds[at] == EdgeType::Property {
                    *by_class
                        .entry(classes.of_node(snapshot.edge_targets[at]))
                        .or_default() += 1;
                }
            }
            by_class
        });
        let class = classes.of_node(snapshot.edge_targets[edge as usize]);
        by_class
            .get(&class)
            .is_some_and(|keys| *keys > DICTIONARY_KEYS)
    }

    /// The steps of a shape from the root on.
    fn steps(&self, shape: u32) -> Vec<PathStep> {
        let mut steps = Vec::new();
        let mut at = shape;
        while let Some(shape) = self.shapes.get(at as usize) {
            let (kind, edge) = match shape.link.label {
                Label::Named(kind, name) => {
                    (kind, self.analysis.snapshot().strings.get(name).to_owned())
                }
                Label::Any(kind) => (kind, "[…]".to_owned()),
                Label::WeakMapValue => (EdgeType::Internal, "(value in WeakMap)".to_owned()),
            };
            steps.push(PathStep {
                kind,
                edge,
                class: self.analysis.classes().name(shape.link.class).to_owned(),
                repeats: shape.repeats,
                objects: shape.objects,
                retained_bytes: shape.retained_bytes,
            });
            at = shape.link.before;
        }
        steps.reverse();
        steps
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}
