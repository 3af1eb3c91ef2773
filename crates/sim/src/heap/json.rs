//! JSON values as systems hold them.

use std::borrow::Cow;

use ::heap::NodeType;
use serde_json::{Map, Value};

use super::{
    object::{HeapObject, Place},
    text,
    walk::{MAX_NAMED_KEYS, Walk},
};

impl HeapObject for Value {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed("serde_json::Value")
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("value"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
            Self::String(text) => text::refer(place, text, text.capacity(), walk),
            Self::Array(items) => array(place, items, walk),
            Self::Object(map) => map.refer(place, walk),
        }
    }
}

impl HeapObject for Map<String, Value> {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed("serde_json::Map")
    }

    fn references(&self, walk: &mut Walk) {
        self.refer(Place::Field("entries"), walk);
    }

    fn refer(&self, place: Place<'_>, walk: &mut Walk) {
        if self.is_empty() {
            return;
        }
        // The map keeps its order: an entry has its hash beside it, and its place in the table of indices.
        let entry = size_of::<(String, Value)>() + 2 * size_of::<usize>();
        let bytes = (self.len() * entry) as u64;
        walk.owned(place, NodeType::Object, "serde_json::Map", bytes, |walk| {
            for (at, (key, value)) in self.iter().enumerate() {
                walk.inside("key", |walk| {
                    text::refer(Place::Element(at), key, key.capacity(), walk);
                });
                if self.len() <= MAX_NAMED_KEYS {
                    value.refer(Place::Key(key), walk);
                } else {
                    value.refer(Place::Element(at), walk);
                }
            }
        });
    }
}

fn array(place: Place<'_>, items: &Vec<Value>, walk: &mut Walk) {
    let bytes = (items.capacity() * size_of::<Value>()) as u64;
    if bytes == 0 {
        return;
    }
    walk.owned(
        place,
        NodeType::Object,
        "serde_json::Array",
        bytes,
        |walk| {
            for (at, item) in items.iter().enumerate() {
                item.refer(Place::Element(at), walk);
            }
        },
    );
}
