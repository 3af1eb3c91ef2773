//! How large a string is: the one place that decides it.

use ::heap::NodeType;

use super::{object::Place, walk::Walk};

/// Bytes of a string's characters in memory.
///
/// Every string of a walk comes through here, those in JSON included. A stand-in for a long text, of which a
/// simulation keeps only the length, is to be recognised here and to give the length that it declares.
pub(super) fn string_bytes(text: &str, capacity: usize) -> u64 {
    let _ = text;
    capacity as u64
}

/// A reference to a string that only this place has; an empty one owns nothing.
pub(super) fn refer(place: Place<'_>, text: &str, capacity: usize, walk: &mut Walk) {
    if capacity > 0 {
        walk.owned(
            place,
            NodeType::Object,
            "String",
            string_bytes(text, capacity),
            |_| {},
        );
    }
}
