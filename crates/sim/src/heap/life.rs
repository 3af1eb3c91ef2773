//! Roots and tracked objects of one life of a process. Start at [`root`].

use std::sync::{Arc, Weak};

use ::heap::Snapshot;

use super::{
    ids::Ids,
    object::{HeapObject, Place},
    walk::{Walk, address_of},
};
use crate::process;

/// Names an object from which others are reached: an event bus, a cache, a registry. It belongs to the current
/// process until that dies. Outside a process nothing is registered.
///
/// The object is kept alive by being a root, as a static variable would be.
pub fn root<T>(name: &str, object: Arc<T>)
where
    T: HeapObject + ?Sized + Send + Sync + 'static,
{
    if let Some(member) = process::current_member() {
        let root: Root = Arc::new(move |name, walk| walk.shared(Place::Field(name), &object));
        let name = name.to_owned();
        member
            .process
            .with_heap(member.incarnation, |life| life.roots.push((name, root)));
    }
}

/// Lets an object be found when no root reaches it any more: in a circle of `Arc`s, or held by a task only.
/// Gives the object back. Outside a process nothing is tracked.
///
/// It costs a weak reference; see `ids` for what notices one.
pub fn track<T>(object: Arc<T>) -> Arc<T>
where
    T: HeapObject + ?Sized + Send + Sync + 'static,
{
    if let Some(member) = process::current_member() {
        let weak = Arc::downgrade(&object);
        member
            .process
            .with_heap(member.incarnation, |life| life.track(Box::new(weak)));
    }
    object
}

type Root = Arc<dyn Fn(&str, &mut Walk) + Send + Sync>;

/// What one life of a process has told about its memory.
#[derive(Default)]
pub(crate) struct Life {
    roots: Vec<(String, Root)>,
    tracked: Vec<Box<dyn Tracked>>,
    /// Number of tracked objects at which those that are gone are looked for.
    sweep_at: usize,
    ids: Ids,
}

/// What a walk needs of a [`Life`], taken out so that no lock is held while objects are walked.
pub(crate) struct Excerpt {
    roots: Vec<(String, Root)>,
    tracked: Vec<Box<dyn Tracked>>,
    ids: Ids,
}

impl Life {
    /// Takes out what a walk needs; roots stay known, tracked objects and ids come back with [`Life::put_back`].
    pub(crate) fn excerpt(&mut self) -> Excerpt {
        Excerpt {
            roots: self.roots.clone(),
            tracked: std::mem::take(&mut self.tracked),
            ids: std::mem::take(&mut self.ids),
        }
    }

    /// After a walk.
    pub(crate) fn put_back(&mut self, excerpt: Excerpt) {
        let since = std::mem::replace(&mut self.tracked, excerpt.tracked);
        self.tracked.extend(since);
        self.ids = excerpt.ids;
    }

    fn track(&mut self, object: Box<dyn Tracked>) {
        if self.tracked.len() >= self.sweep_at {
            self.tracked.retain(|tracked| tracked.is_alive());
            self.sweep_at = (self.tracked.len() * 2).max(64);
        }
        self.tracked.push(object);
    }
}

impl Excerpt {
    /// Walks everything.
    pub(crate) fn walk(&mut self) -> Snapshot {
        let mut ids = std::mem::take(&mut self.ids);
        ids.begin_walk();
        self.tracked.retain(|tracked| tracked.is_alive());
        let (snapshot, ids) = Walk::take(ids, |walk| {
            for (name, root) in &self.roots {
                root(name, walk);
            }
            walk.drain();
            let lost = self.tracked.iter().any(|tracked| !tracked.is_met(walk));
            if lost {
                walk.group("(unreachable)", |walk| {
                    let mut at = 0;
                    for tracked in &self.tracked {
                        if !tracked.is_met(walk) {
                            tracked.hang(Place::Element(at), walk);
                            at += 1;
                            // What it reaches is not lost by itself.
                            walk.drain();
                        }
                    }
                });
            }
        });
        self.ids = ids;
        snapshot
    }
}

/// A weak reference to a described object of any type.
trait Tracked: Send + Sync {
    fn is_alive(&self) -> bool;
    fn is_met(&self, walk: &Walk) -> bool;
    fn hang(&self, place: Place<'_>, walk: &mut Walk);
}

impl<T> Tracked for Weak<T>
where
    T: HeapObject + ?Sized + Send + Sync + 'static,
{
    fn is_alive(&self) -> bool {
        self.strong_count() > 0
    }

    fn is_met(&self, walk: &Walk) -> bool {
        !Tracked::is_alive(self) || walk.has_met(address_of(self.as_ptr()))
    }

    fn hang(&self, place: Place<'_>, walk: &mut Walk) {
        if let Some(object) = self.upgrade() {
            walk.shared(place, &object);
        }
    }
}
