//! Why an object has the same id in every snapshot of one life of its process.
//!
//! V8 gives each object a number when it is first seen. Rust objects have no such number, and an address is
//! none: memory that was freed is used again for something else.
//!
//! - An object behind an `Arc` is known by its address *together with a weak reference that is kept*. For as
//!   long as the weak reference lives, the allocation is not given back, so nothing else can get its address.
//!   Once the object is gone the entry is dropped, at the beginning of the next walk; until then the bare
//!   allocation (not what it pointed to) stays. What notices the weak reference is `Arc::get_mut`, which gives
//!   nothing, and `Arc::make_mut`, which moves the value out: such an object is a new one for the next snapshot.
//! - A value that is owned (`Box`, `Vec`, `String`, an element of a list) moves as the program pleases and has no
//!   identity beyond its place: it is known by its owner, the field, key or position, and its class. An element that was
//!   removed from the middle of a list makes the following ones count as their predecessors, so that of such a
//!   class the difference in number is exact, and new and freed only as far as they differ in number.
//!
//! Numbers come from a counter, so they do not depend on addresses. Start at [`Ids::shared`].

use std::{hash::BuildHasher, sync::Weak};

use foldhash::fast::FixedState;
use indexmap::IndexMap;

/// Ids of one life of a process. Ids are odd, as those of V8's own objects are; 1 is the root.
#[derive(Default)]
pub(super) struct Ids {
    used: u32,
    shared: IndexMap<usize, (u32, Box<dyn Liveness>), FixedState>,
    /// By a hash of owner, place and class; those of the last walk and of this one.
    owned: IndexMap<u64, u32, FixedState>,
    owned_now: IndexMap<u64, u32, FixedState>,
}

/// A weak reference of any type.
pub(super) trait Liveness: Send + Sync {
    /// Whether the object is still there.
    fn is_alive(&self) -> bool;
}

impl<T: ?Sized + Send + Sync> Liveness for Weak<T> {
    fn is_alive(&self) -> bool {
        self.strong_count() > 0
    }
}

impl Ids {
    /// Forgets what is gone, so that its address may mean something else.
    pub(super) fn begin_walk(&mut self) {
        self.shared.retain(|_, (_, object)| object.is_alive());
    }

    /// What had its place in the last walk and not in this one has lost it.
    pub(super) fn end_walk(&mut self) {
        self.owned = std::mem::take(&mut self.owned_now);
    }

    /// The id of an object behind an `Arc`.
    pub(super) fn shared(
        &mut self,
        address: usize,
        keep: impl FnOnce() -> Box<dyn Liveness>,
    ) -> u32 {
        if let Some((id, _)) = self.shared.get(&address) {
            return *id;
        }
        let id = self.next();
        self.shared.insert(address, (id, keep()));
        id
    }

    /// The id of a value that is owned.
    pub(super) fn owned(&mut self, owner: u32, place: &str, class: &str) -> u32 {
        let key = FixedState::default().hash_one((owner, place, class));
        // Two values of one class at one place of one owner, as in a set without labels, are two.
        if self.owned_now.contains_key(&key) {
            return self.next();
        }
        let id = match self.owned.get(&key) {
            Some(id) => *id,
            None => self.next(),
        };
        self.owned_now.insert(key, id);
        id
    }

    fn next(&mut self) -> u32 {
        // A life would need two thousand million objects for this to end; its last ones share an id.
        self.used = self.used.saturating_add(1).min(u32::MAX / 2 - 1);
        self.used * 2 + 1
    }
}
