//! Building blocks of a table in memory: bitmaps, dictionaries, packed codes and typed columns.
//!
//! A [`Column`] holds one key of one type for one segment. Text is kept as codes into a list of the
//! values that occur in the segment, and those point into the key's [`Dictionary`]; numbers are packed
//! as offsets from the smallest. Either form is sparse when fewer than a quarter of the rows have the
//! key. Start at [`Column`].
//!
//! Nothing here knows of spans, logs or queries.

mod bitmap;
mod build;
mod data;
mod dictionary;
mod float;
mod packed;
mod parents;
mod texts;
mod traces;

pub use bitmap::Bitmap;
pub use build::{NumberInput, TextInput, build_numbers, build_texts};
pub use data::{Column, NO_TEXT, NumberColumn, TextColumn};
pub use dictionary::{Dictionary, DictionaryLimits};
pub use float::{from_ordered, to_ordered};
pub use packed::{Codes, Ints};
pub use parents::{Parent, Parents};
pub use texts::Texts;
pub use traces::TraceIndex;
