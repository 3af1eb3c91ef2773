//! Values that own no memory elsewhere, and those that only wrap others.

use std::{
    borrow::Cow,
    marker::PhantomData,
    num::NonZeroU64,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize},
    time::Duration,
};

use super::{
    object::{HeapObject, Place},
    walk::Walk,
};
use crate::time::Timestamp;

macro_rules! leaf {
    ($($type:ty),* $(,)?) => {
        $(
            impl HeapObject for $type {
                fn refer(&self, _: Place<'_>, _: &mut Walk) {}

                fn is_leaf() -> bool {
                    true
                }
            }
        )*
    };
}

macro_rules! labelled_leaf {
    ($($type:ty),* $(,)?) => {
        $(
            impl HeapObject for $type {
                fn refer(&self, _: Place<'_>, _: &mut Walk) {}

                fn label(&self) -> Option<Cow<'_, str>> {
                    Some(Cow::Owned(self.to_string()))
                }

                fn is_leaf() -> bool {
                    true
                }
            }
        )*
    };
}

leaf!(
    (),
    f32,
    f64,
    Duration,
    Timestamp,
    AtomicBool,
    AtomicI64,
    AtomicU32,
    AtomicU64,
    AtomicUsize,
    tokio::sync::Notify,
    tokio::sync::Semaphore,
);
labelled_leaf!(
    bool,
    char,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    NonZeroU64,
    uuid::Uuid,
);

/// Text of the program itself, which is not on the heap.
impl HeapObject for &'static str {
    fn refer(&self, _: Place<'_>, _: &mut Walk) {}

    fn label(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }

    fn is_leaf() -> bool {
        true
    }
}

impl<T> HeapObject for PhantomData<T> {
    fn refer(&self, _: Place<'_>, _: &mut Walk) {}

    fn is_leaf() -> bool {
        true
    }
}

impl<T: HeapObject> HeapObject for Option<T> {
    fn references(&self, walk: &mut Walk) {
        if let Some(value) = self {
            value.references(walk);
        }
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        if let Some(value) = self {
            value.refer(place, walk);
        }
    }

    fn is_leaf() -> bool {
        T::is_leaf()
    }
}

impl<T: HeapObject, E: HeapObject> HeapObject for Result<T, E> {
    fn references(&self, walk: &mut Walk) {
        match self {
            Ok(value) => value.references(walk),
            Err(error) => error.references(walk),
        }
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        match self {
            Ok(value) => value.refer(place, walk),
            Err(error) => error.refer(place, walk),
        }
    }

    fn is_leaf() -> bool {
        T::is_leaf() && E::is_leaf()
    }
}

impl<A: HeapObject, B: HeapObject> HeapObject for (A, B) {
    fn references(&self, walk: &mut Walk) {
        self.0.refer(Place::Field("0"), walk);
        self.1.refer(Place::Field("1"), walk);
    }

    fn is_leaf() -> bool {
        A::is_leaf() && B::is_leaf()
    }
}

impl<A: HeapObject, B: HeapObject, C: HeapObject> HeapObject for (A, B, C) {
    fn references(&self, walk: &mut Walk) {
        self.0.refer(Place::Field("0"), walk);
        self.1.refer(Place::Field("1"), walk);
        self.2.refer(Place::Field("2"), walk);
    }

    fn is_leaf() -> bool {
        A::is_leaf() && B::is_leaf() && C::is_leaf()
    }
}
