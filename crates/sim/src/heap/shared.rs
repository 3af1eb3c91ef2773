//! References to objects that several may hold: `Arc` and `Weak`.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
};

use super::{
    object::{HeapObject, Place},
    walk::{Walk, address_of},
};

impl<T> HeapObject for Arc<T>
where
    T: HeapObject + ?Sized + Send + Sync + 'static,
{
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("Arc<{}>", (**self).type_name()))
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("value"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        walk.shared(place, self);
    }

    fn label(&self) -> Option<Cow<'_, str>> {
        (**self).label()
    }
}

impl<T: HeapObject + ?Sized> HeapObject for Weak<T> {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed("Weak")
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("value"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        walk.weakly(place, address_of(self.as_ptr()));
    }
}

/// A text that several share.
impl HeapObject for str {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed("str")
    }

    fn label(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}
