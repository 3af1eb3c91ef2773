//! Memory that has one owner: `Box`, `String`, `Vec` and their like.

use std::{borrow::Cow, collections::VecDeque};

use ::heap::NodeType;

use super::{
    object::{HeapObject, Place, short_type_name},
    text,
    walk::Walk,
};

impl<T: HeapObject + ?Sized> HeapObject for Box<T> {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("Box<{}>", (**self).type_name()))
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("value"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        let (name, bytes) = ((**self).type_name(), (**self).self_bytes());
        walk.owned(place, NodeType::Object, &name, bytes, |walk| {
            (**self).references(walk);
        });
    }

    fn label(&self) -> Option<Cow<'_, str>> {
        (**self).label()
    }
}

impl HeapObject for String {
    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("text"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        text::refer(place, self, self.capacity(), walk);
    }

    fn label(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl HeapObject for Cow<'static, str> {
    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("text"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        if let Cow::Owned(owned) = self {
            owned.refer(place, walk);
        }
    }

    fn label(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<T: HeapObject> HeapObject for Vec<T> {
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("items"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        list(place, &self.type_name(), self.capacity(), self.iter(), walk);
    }
}

impl<T: HeapObject> HeapObject for VecDeque<T> {
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("items"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        list(place, &self.type_name(), self.capacity(), self.iter(), walk);
    }
}

impl<T: HeapObject> HeapObject for Box<[T]> {
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("items"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        list(place, &self.type_name(), self.len(), self.iter(), walk);
    }
}

/// Bytes that one list shares with others; only its own handle is counted.
impl HeapObject for bytes::Bytes {
    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("bytes"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        if !self.is_empty() {
            walk.owned(place, NodeType::Object, "Bytes", self.len() as u64, |_| {});
        }
    }
}

/// The buffer of a list; one without room owns nothing.
fn list<'a, T: HeapObject + 'a>(
    place: Place<'_>,
    name: &str,
    capacity: usize,
    items: impl Iterator<Item = &'a T>,
    walk: &mut Walk,
) {
    let bytes = capacity.saturating_mul(size_of::<T>()) as u64;
    if bytes == 0 {
        return;
    }
    walk.owned(place, NodeType::Object, name, bytes, |walk| {
        if T::is_leaf() {
            return;
        }
        for (at, item) in items.enumerate() {
            item.refer(Place::Element(at), walk);
        }
    });
}
