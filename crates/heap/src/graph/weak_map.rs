//! The names by which V8 tells of a value in a `WeakMap`.
//!
//! Such a value is kept alive by its key *and* the table together, and V8 writes one edge from
//! each, both named `… / part of key (…) -> value (…) pair in WeakMap (table @ID)`. Every pair has a
//! name of its own, so it must be recognised by its text; a name is looked at once.

use crate::kind::EdgeType;
use crate::snapshot::Snapshot;

/// Recognises the names of pairs in a snapshot's `WeakMap`s.
pub(crate) struct WeakMapNames<'a> {
    snapshot: &'a Snapshot,
    /// A bit per string: known to be no such name.
    others: Vec<u64>,
}

impl<'a> WeakMapNames<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            others: vec![0; snapshot.strings.len().div_ceil(64)],
        }
    }

    /// For an edge of a pair, the id of its table.
    pub(crate) fn table_of(&mut self, edge: usize) -> Option<u32> {
        if self.snapshot.edge_kinds[edge] != EdgeType::Internal {
            return None;
        }
        let name = self.snapshot.edge_names[edge];
        let (word, bit) = (name as usize / 64, 1 << (name % 64));
        if self.others[word] & bit != 0 {
            return None;
        }
        let table = table_in(self.snapshot.strings.get(name));
        if table.is_none() {
            self.others[word] |= bit;
        }
        table
    }
}

/// The id of the table in the name of a pair's edge.
fn table_in(name: &str) -> Option<u32> {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let pair = name[digits..].strip_prefix(" / part of key (")?;
    let (_, table) = pair.rsplit_once(" pair in WeakMap (table @")?;
    (digits > 0).then_some(())?;
    table
        .strip_suffix(')')
        .map(|table| table.strip_suffix(')').unwrap_or(table))?
        .parse()
        .ok()
}
