//! Maps and sets. A value is called by its key, as far as the key has a short text.
//!
//! The size of a map is that of its entries; how much room its nodes or its table leave free is not known to it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use ::heap::NodeType;
use indexmap::{IndexMap, IndexSet};

use super::{
    object::{HeapObject, Place, short_type_name},
    walk::{MAX_NAMED_KEYS, Walk},
};

impl<K: HeapObject, V: HeapObject> HeapObject for BTreeMap<K, V> {
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("entries"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        let bytes = self.len() * size_of::<(K, V)>();
        entries(
            place,
            &self.type_name(),
            bytes,
            self.len(),
            self.iter(),
            walk,
        );
    }
}

impl<K: HeapObject, V: HeapObject, S> HeapObject for IndexMap<K, V, S> {
    fn type_name(&self) -> Cow<'static, str> {
        let (key, value) = (std::any::type_name::<K>(), std::any::type_name::<V>());
        Cow::Owned(format!(
            "IndexMap<{}, {}>",
            short_type_name(key),
            short_type_name(value)
        ))
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("entries"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        // An entry has its hash beside it, and its place in the table of indices.
        let bytes = self.capacity() * (size_of::<(K, V)>() + 2 * size_of::<usize>());
        entries(
            place,
            &self.type_name(),
            bytes,
            self.len(),
            self.iter(),
            walk,
        );
    }
}

impl<T: HeapObject> HeapObject for BTreeSet<T> {
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("items"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        let bytes = self.len() * size_of::<T>();
        set(place, &self.type_name(), bytes, self.iter(), walk);
    }
}

impl<T: HeapObject, S> HeapObject for IndexSet<T, S> {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!(
            "IndexSet<{}>",
            short_type_name(std::any::type_name::<T>())
        ))
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("items"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        let bytes = self.capacity() * (size_of::<T>() + 2 * size_of::<usize>());
        set(place, &self.type_name(), bytes, self.iter(), walk);
    }
}

fn entries<'a, K: HeapObject + 'a, V: HeapObject + 'a>(
    place: Place<'_>,
    name: &str,
    bytes: usize,
    count: usize,
    entries: impl Iterator<Item = (&'a K, &'a V)>,
    walk: &mut Walk,
) {
    if bytes == 0 {
        return;
    }
    walk.owned(place, NodeType::Object, name, bytes as u64, |walk| {
        for (at, (key, value)) in entries.enumerate() {
            if !K::is_leaf() {
                walk.inside("key", |walk| key.refer(Place::Element(at), walk));
            }
            if V::is_leaf() {
                continue;
            }
            match key.label().filter(|_| count <= MAX_NAMED_KEYS) {
                Some(label) => value.refer(Place::Key(&label), walk),
                None => value.refer(Place::Element(at), walk),
            }
        }
    });
}

fn set<'a, T: HeapObject + 'a>(
    place: Place<'_>,
    name: &str,
    bytes: usize,
    items: impl Iterator<Item = &'a T>,
    walk: &mut Walk,
) {
    if bytes == 0 {
        return;
    }
    walk.owned(place, NodeType::Object, name, bytes as u64, |walk| {
        if !T::is_leaf() {
            for (at, item) in items.enumerate() {
                item.refer(Place::Element(at), walk);
            }
        }
    });
}
