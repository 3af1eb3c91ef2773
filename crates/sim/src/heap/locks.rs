//! What is behind a lock belongs to the lock's owner. A lock that is held cannot be looked behind; the walk does
//! not wait, and shows that it is held.

use std::{
    borrow::Cow,
    sync::{Mutex, OnceLock, RwLock, TryLockError},
};

use super::{
    object::{HeapObject, Place},
    walk::Walk,
};

/// Shown in place of a value whose lock is held.
const LOCKED: &str = "(locked)";

macro_rules! lock {
    ($lock:ident, $try_lock:ident) => {
        impl<T: HeapObject> HeapObject for $lock<T> {
            fn type_name(&self) -> Cow<'static, str> {
                super::object::short_type_name(std::any::type_name::<Self>())
            }

            fn references(&self, walk: &mut Walk) {
                match self.$try_lock() {
                    Ok(value) => value.references(walk),
                    // A task panicked; the value is as it left it.
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.get_ref().references(walk),
                    Err(TryLockError::WouldBlock) => walk.opaque(Place::Field("value"), LOCKED),
                }
            }

            fn refer(&self, place: Place<'_>, walk: &mut Walk) {
                match self.$try_lock() {
                    Ok(value) => value.refer(place, walk),
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.get_ref().refer(place, walk),
                    Err(TryLockError::WouldBlock) => walk.opaque(place, LOCKED),
                }
            }
        }
    };
}

lock!(Mutex, try_lock);
lock!(RwLock, try_read);

macro_rules! async_lock {
    ($lock:ident, $try_lock:ident) => {
        impl<T: HeapObject> HeapObject for tokio::sync::$lock<T> {
            fn type_name(&self) -> Cow<'static, str> {
                super::object::short_type_name(std::any::type_name::<Self>())
            }

            fn references(&self, walk: &mut Walk) {
                match self.$try_lock() {
                    Ok(value) => value.references(walk),
                    Err(_) => walk.opaque(Place::Field("value"), LOCKED),
                }
            }

            fn refer(&self, place: Place<'_>, walk: &mut Walk) {
                match self.$try_lock() {
                    Ok(value) => value.refer(place, walk),
                    Err(_) => walk.opaque(place, LOCKED),
                }
            }
        }
    };
}

async_lock!(Mutex, try_lock);
async_lock!(RwLock, try_read);

impl<T: HeapObject> HeapObject for OnceLock<T> {
    fn references(&self, walk: &mut Walk) {
        if let Some(value) = self.get() {
            value.references(walk);
        }
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        if let Some(value) = self.get() {
            value.refer(place, walk);
        }
    }
}
