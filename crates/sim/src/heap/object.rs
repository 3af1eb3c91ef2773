//! How an object describes itself. Start at [`HeapObject`].

use std::borrow::Cow;

use super::walk::Walk;

/// A value that can say what it is and what it refers to.
///
/// Implement it with [`heap!`](crate::heap!). By hand, [`HeapObject::type_name`] and [`HeapObject::references`]
/// are enough; the others have the right answer for a struct.
pub trait HeapObject {
    /// The name of the class, without path: `Run`, `Vec<Handler>`.
    fn type_name(&self) -> Cow<'static, str> {
        short_type_name(std::any::type_name::<Self>())
    }

    /// Bytes of the value itself: its fields, but not what they point to.
    fn self_bytes(&self) -> u64 {
        size_of_val(self) as u64
    }

    /// Calls [`HeapObject::refer`] on every field that points to memory elsewhere.
    fn references(&self, walk: &mut Walk) {
        // What refers to nothing has nothing to say.
        let _ = walk;
    }

    /// Says how this value appears in the object that holds it at `place`.
    ///
    /// A struct in a field is part of its owner, and its own fields are named `outer.inner`; a struct in a
    /// collection is an object of its own. What points elsewhere (`Arc`, `Box`, `String`, …) is a reference.
    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        match place {
            Place::Field(name) => walk.inside(name, |walk| self.references(walk)),
            Place::Element(_) | Place::Key(_) => {
                walk.part(
                    place,
                    &self.type_name(),
                    size_of_val(self) as u64,
                    self.self_bytes(),
                    |walk| self.references(walk),
                );
            }
        }
    }

    /// What the value is called as a key of a map; nothing for what has no short text.
    fn label(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether no value of the type ever refers to anything, so that a collection of them needs no walk.
    fn is_leaf() -> bool
    where
        Self: Sized,
    {
        false
    }
}

/// Where in its owner a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A field of a struct.
    Field(&'a str),
    /// A place in a list.
    Element(usize),
    /// A value of a map by its key.
    Key(&'a str),
}

/// `alloc::vec::Vec<app::bus::Handler>` as `Vec<Handler>`.
pub(super) fn short_type_name(path: &'static str) -> Cow<'static, str> {
    if !path.contains("::") {
        return Cow::Borrowed(path);
    }
    let mut short = String::with_capacity(path.len());
    let mut word = 0;
    for character in path.chars() {
        if character == ':' {
            // Everything since the last bracket, space or comma was a module.
            short.truncate(word);
            continue;
        }
        short.push(character);
        if !character.is_alphanumeric() && character != '_' {
            word = short.len();
        }
    }
    Cow::Owned(short)
}
