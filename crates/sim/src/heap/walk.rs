//! One walk over the objects of a process. Start at [`Walk::take`].
//!
//! Objects behind an `Arc` are put on a queue and walked in the order in which they were found, so that a
//! chain of them, however long, needs no stack. What an object owns is walked at once, from within it, since
//! a lock may be held for as long; owned values that are nested very deep are cut, and say so.
//!
//! The order of nodes follows from the order of roots, fields and elements alone. Addresses are only compared.

use std::{borrow::Cow, collections::VecDeque, sync::Arc};

use ::heap::{EdgeType, NodeType, Snapshot, SnapshotBuilder};
use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::{
    ids::{Ids, Liveness},
    object::{HeapObject, Place},
};

/// Objects of one snapshot. What is beyond is counted under `(not walked)`, in bytes where they are known.
const MAX_NODES: usize = 8_000_000;
/// Owned values within owned values. What is deeper is shown as `(nested deeper)`.
const MAX_DEPTH: usize = 256;
/// A map with more entries numbers them: their keys are data, and would fill the table of strings.
pub(super) const MAX_NAMED_KEYS: usize = 64;

type Deferred = Box<dyn FnOnce(&mut Walk)>;
type ByAddress = IndexMap<usize, u32, FixedState>;

/// A walk that is going on; what [`HeapObject::references`] is given.
pub struct Walk {
    builder: SnapshotBuilder,
    ids: Ids,
    /// Node of each shared object that was met.
    shared: ByAddress,
    queue: VecDeque<Deferred>,
    /// Weak references, drawn once it is known what is alive.
    weak: Vec<(u32, String, usize)>,
    /// The object whose references are being told, its id and the bytes that are left to it.
    owner: Owner,
    /// Fields of structs within structs: `outer.`.
    prefix: String,
    depth: usize,
    not_walked: Option<(u32, u64)>,
}

#[derive(Clone, Copy)]
struct Owner {
    node: u32,
    id: u32,
    bytes: u64,
}

impl std::fmt::Debug for Walk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Walk")
            .field("nodes", &self.builder.node_count())
            .finish_non_exhaustive()
    }
}

impl Walk {
    /// Walks what `roots` names from the root, with the ids of earlier walks of the same life.
    pub(super) fn take(ids: Ids, roots: impl FnOnce(&mut Self)) -> (Snapshot, Ids) {
        let builder = SnapshotBuilder::new();
        let root = builder.root();
        let mut walk = Self {
            builder,
            ids,
            shared: IndexMap::default(),
            queue: VecDeque::new(),
            weak: Vec::new(),
            owner: Owner {
                node: root,
                id: 1,
                bytes: 0,
            },
            prefix: String::new(),
            depth: 0,
            not_walked: None,
        };
        roots(&mut walk);
        walk.drain();
        walk.draw_weak();
        if let Some((node, bytes)) = walk.not_walked {
            walk.builder.set_self_bytes(node, bytes);
        }
        walk.ids.end_walk();
        (walk.builder.build(), walk.ids)
    }

    /// Walks everything that is on the queue.
    pub(super) fn drain(&mut self) {
        while let Some(next) = self.queue.pop_front() {
            next(self);
        }
    }

    /// Whether a shared object was met.
    pub(super) fn has_met(&self, address: usize) -> bool {
        self.shared.contains_key(&address)
    }

    /// A reference to an object that others may refer to as well; it is walked later, once.
    pub(super) fn shared<T>(&mut self, place: Place<'_>, object: &Arc<T>)
    where
        T: HeapObject + ?Sized + Send + Sync + 'static,
    {
        let address = Arc::as_ptr(object).cast::<()>().addr();
        if let Some(node) = self.shared.get(&address).copied() {
            self.edge(place, node);
            return;
        }
        // Of what it points to, not of the `Arc`, which has these methods too.
        let (name, bytes) = (T::type_name(object), T::self_bytes(object));
        if self.is_full(bytes) {
            return;
        }
        let id = self.ids.shared(address, || {
            Box::new(Arc::downgrade(object)) as Box<dyn Liveness>
        });
        let node = self.builder.node(NodeType::Object, &name, id, bytes);
        self.shared.insert(address, node);
        self.edge(place, node);
        let object = Arc::clone(object);
        self.queue.push_back(Box::new(move |walk| {
            walk.describe(Owner { node, id, bytes }, |walk| {
                T::references(&object, walk);
            });
        }));
    }

    /// A reference that keeps nothing alive. It is drawn only to what something else keeps.
    pub(super) fn weakly(&mut self, place: Place<'_>, address: usize) {
        let name = self.name(place).into_owned();
        self.weak.push((self.owner.node, name, address));
    }

    /// An allocation that only this place refers to, and what it refers to itself.
    pub(super) fn owned(
        &mut self,
        place: Place<'_>,
        kind: NodeType,
        name: &str,
        bytes: u64,
        references: impl FnOnce(&mut Self),
    ) {
        if self.is_full(bytes) {
            return;
        }
        let id = self.ids.owned(self.owner.id, &self.name(place), name);
        let node = self.builder.node(kind, name, id, bytes);
        self.edge(place, node);
        self.describe(Owner { node, id, bytes }, references);
    }

    /// A value that lies in the memory of its owner and is shown as an object of its own: the owner's bytes
    /// become fewer by `inside`.
    pub(super) fn part(
        &mut self,
        place: Place<'_>,
        name: &str,
        inside: u64,
        bytes: u64,
        references: impl FnOnce(&mut Self),
    ) {
        if !self.is_full(0) {
            self.owner.bytes = self.owner.bytes.saturating_sub(inside);
            self.owned(place, NodeType::Object, name, bytes, references);
        }
    }

    /// Something that is there and cannot be looked into, such as a locked value.
    pub(super) fn opaque(&mut self, place: Place<'_>, name: &str) {
        self.owned(place, NodeType::Object, name, 0, |_| {});
    }

    /// The references of a struct that is a field of its owner.
    pub(super) fn inside(&mut self, field: &str, references: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(field);
        self.prefix.push('.');
        references(self);
        self.prefix.truncate(length);
    }

    /// A group without memory of its own under the root, such as `(unreachable)`.
    pub(super) fn group(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        self.owned(Place::Field(name), NodeType::Synthetic, name, 0, members);
    }

    fn describe(&mut self, owner: Owner, references: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.owner, owner);
        let prefix = std::mem::take(&mut self.prefix);
        self.depth += 1;
        if self.depth < MAX_DEPTH {
            references(self);
        } else {
            let id = self.ids.owned(owner.id, "", "(nested deeper)");
            let node = self
                .builder
                .node(NodeType::Object, "(nested deeper)", id, 0);
            self.edge(Place::Field("…"), node);
        }
        self.depth -= 1;
        self.prefix = prefix;
        let after = std::mem::replace(&mut self.owner, before);
        if after.bytes != owner.bytes {
            self.builder.set_self_bytes(after.node, after.bytes);
        }
    }

    fn edge(&mut self, place: Place<'_>, to: u32) {
        let from = self.owner.node;
        match place {
            Place::Element(index) if self.prefix.is_empty() => {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                self.builder.element(from, index, to);
            }
            _ => {
                let name = self.name(place);
                let name: &str = &name;
                self.builder.edge(from, EdgeType::Property, name, to);
            }
        }
    }

    /// What a reference is called, with the structs around it.
    fn name<'a>(&self, place: Place<'a>) -> Cow<'a, str> {
        let prefix = &self.prefix;
        match place {
            Place::Field(name) | Place::Key(name) if prefix.is_empty() => Cow::Borrowed(name),
            Place::Field(name) | Place::Key(name) => Cow::Owned(format!("{prefix}{name}")),
            Place::Element(index) => Cow::Owned(format!("{prefix}{index}")),
        }
    }

    /// Whether the snapshot has as many objects as it may; what is not walked is counted.
    fn is_full(&mut self, bytes: u64) -> bool {
        if self.builder.node_count() < MAX_NODES {
            return false;
        }
        let root = self.builder.root();
        if self.not_walked.is_none() {
            let id = self.ids.owned(1, "(not walked)", "(not walked)");
            let name = format!("(not walked: beyond {MAX_NODES} objects)");
            let node = self.builder.node(NodeType::Synthetic, &name, id, 0);
            self.builder
                .edge(root, EdgeType::Property, "(not walked)", node);
            self.not_walked = Some((node, 0));
        }
        if let Some((_, sum)) = &mut self.not_walked {
            *sum += bytes;
        }
        true
    }

    fn draw_weak(&mut self) {
        for (from, name, address) in std::mem::take(&mut self.weak) {
            if let Some(node) = self.shared.get(&address).copied() {
                self.builder.edge(from, EdgeType::Weak, &name, node);
            }
        }
    }
}

/// The address of what a weak reference leads to, for comparison only.
pub(super) fn address_of<T: ?Sized>(pointer: *const T) -> usize {
    pointer.cast::<()>().addr()
}
