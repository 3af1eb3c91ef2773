//! The rows of one table with their versions, and its indexes.
//!
//! A row has a committed version and at most one pending version, written by the transaction that holds its lock;
//! read committed needs no more. An index has an entry for the key of each version, so a reader checks that the
//! version it sees really has the key. Slots of vanished rows are used again, so a table's size follows its rows.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    key::{Key, KeyBuilder},
    locks::TransactionId,
    value::Value,
};

/// One version of a row.
pub(super) type Tuple = Arc<[Value]>;

/// A version that its transaction has not committed; `None` is a deletion.
#[derive(Debug)]
struct Pending {
    transaction: TransactionId,
    tuple: Option<Tuple>,
}

#[derive(Debug, Default)]
struct Slot {
    committed: Option<Tuple>,
    pending: Option<Pending>,
}

/// Rows and index entries.
#[derive(Debug, Default)]
pub(super) struct Storage {
    slots: Vec<Slot>,
    free: Vec<usize>,
    live: usize,
    indexes: Vec<IndexEntries>,
}

/// The entries of one index.
#[derive(Debug)]
struct IndexEntries {
    columns: Box<[usize]>,
    entries: BTreeSet<Entry>,
}

/// An index entry, or a bound of a search: entries of one key are in the order of their rows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    key: Key,
    row: u32,
}

/// Where a search in an index begins, and the place before which it ends.
pub(super) struct Range {
    pub(super) from: Entry,
    pub(super) to: Entry,
}

impl Range {
    /// Everything that starts with some values.
    pub(super) fn of_prefix(prefix: KeyBuilder) -> Self {
        Range {
            from: Entry::before(prefix.clone()),
            to: Entry::after(prefix),
        }
    }

    /// The range of some values, unless one is NULL, which equals nothing.
    pub(super) fn of_values<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Self> {
        let mut key = KeyBuilder::default();
        for value in values {
            if value.is_null() {
                return None;
            }
            key.push(value);
        }
        Some(Range::of_prefix(key))
    }
}

impl Entry {
    /// The place before all entries with this prefix.
    pub(super) fn before(prefix: KeyBuilder) -> Self {
        Entry {
            key: prefix.before(),
            row: 0,
        }
    }

    /// The place of the first entry with these values as its key, unless one is NULL, which equals nothing.
    pub(super) fn first_of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Self> {
        let key = Key::of_known(values)?;
        Some(Entry { key, row: 0 })
    }

    /// The place after all entries with this prefix.
    pub(super) fn after(prefix: KeyBuilder) -> Self {
        Entry {
            key: prefix.after(),
            row: 0,
        }
    }

    /// The entry of a version of a row.
    fn of(columns: &[usize], tuple: &Tuple, row: usize) -> Self {
        Entry {
            key: Key::of(columns.iter().map(|column| &tuple[*column])),
            row: u32::try_from(row).expect("a table in memory has fewer than four billion rows"),
        }
    }

    pub(super) fn row(&self) -> usize {
        self.row as usize
    }
}

impl Storage {
    /// Adds an index over the rows that are there; `covered` says which versions it has entries for.
    pub(super) fn add_index(&mut self, columns: &[usize], covers: impl Fn(&Tuple) -> bool) {
        let mut entries = BTreeSet::new();
        for (row, slot) in self.slots.iter().enumerate() {
            for tuple in slot.versions().filter(|tuple| covers(tuple)) {
                entries.insert(Entry::of(columns, tuple, row));
            }
        }
        self.indexes.push(IndexEntries {
            columns: columns.into(),
            entries,
        });
    }

    pub(super) fn remove_index(&mut self, index: usize) {
        self.indexes.remove(index);
    }

    /// A row whose key in a unique index another row has too, NULLs aside.
    pub(super) fn first_duplicate(&self, index: usize) -> Option<&Tuple> {
        let IndexEntries { columns, entries } = &self.indexes[index];
        let pairs = entries.iter().zip(entries.iter().skip(1));
        pairs
            .filter(|(a, b)| a.key == b.key)
            .filter_map(|(a, _)| self.slots[a.row()].committed.as_ref())
            .find(|tuple| !columns.iter().any(|column| tuple[*column].is_null()))
    }

    /// Replaces every version, as when a column is added; index entries stay.
    pub(super) fn map_rows(&mut self, change: impl Fn(&Tuple) -> Tuple) {
        for slot in &mut self.slots {
            if let Some(tuple) = &mut slot.committed {
                *tuple = change(tuple);
            }
        }
    }

    /// Removes every row.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
        self.live = 0;
        for index in &mut self.indexes {
            index.entries.clear();
        }
    }

    /// Committed rows.
    pub(super) fn live_rows(&self) -> usize {
        self.live
    }

    /// Every slot number in use or free, in order.
    pub(super) fn row_numbers(&self) -> std::ops::Range<usize> {
        0..self.slots.len()
    }

    /// The version that a transaction sees: its own pending one, or the committed one.
    pub(super) fn visible(&self, row: usize, transaction: Option<TransactionId>) -> Option<&Tuple> {
        let slot = self.slots.get(row)?;
        match &slot.pending {
            Some(pending) if Some(pending.transaction) == transaction => pending.tuple.as_ref(),
            _ => slot.committed.as_ref(),
        }
    }

    /// Whether the row has only one version, whose keys are then exactly its index entries.
    pub(super) fn is_settled(&self, row: usize) -> bool {
        self.slots[row].pending.is_none()
    }

    /// The transaction with a pending version of the row, and whether that version is a deletion.
    pub(super) fn pending(&self, row: usize) -> Option<(TransactionId, bool)> {
        self.slots[row]
            .pending
            .as_ref()
            .map(|pending| (pending.transaction, pending.tuple.is_none()))
    }

    /// The committed and the pending version of a row.
    pub(super) fn versions(&self, row: usize) -> impl Iterator<Item = &Tuple> {
        self.slots[row].versions()
    }

    /// Entries of an index in a range.
    pub(super) fn index_range(
        &self,
        index: usize,
        range: &Range,
    ) -> impl DoubleEndedIterator<Item = &Entry> {
        let Range { from, to } = range;
        // The set panics on an inverted range; a contradictory condition simply finds nothing.
        (from <= to)
            .then(|| self.indexes[index].entries.range(from..to))
            .into_iter()
            .flatten()
    }

    /// The rows of entries that have all of a key.
    pub(super) fn rows_with_key(&self, index: usize, key: &Entry) -> impl Iterator<Item = usize> {
        let entries = self.indexes[index].entries.range(key..);
        entries
            .take_while(|entry| entry.key == key.key)
            .map(Entry::row)
    }

    /// Whether a version has the key of an index entry.
    pub(super) fn entry_matches(&self, index: usize, found: &Entry, tuple: &Tuple) -> bool {
        let columns = &self.indexes[index].columns;
        Key::of(columns.iter().map(|column| &tuple[*column])) == found.key
    }

    /// A slot for a new row.
    pub(super) fn allocate(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        })
    }

    /// Gives a vanished row's slot back once nobody holds or awaits its lock.
    pub(super) fn reclaim(&mut self, row: usize) {
        let slot = &self.slots[row];
        if slot.committed.is_none() && slot.pending.is_none() {
            self.free.push(row);
        }
    }

    /// Sets the pending version of a row. `covers(index, tuple)` says which indexes have entries for a version.
    pub(super) fn write(
        &mut self,
        row: usize,
        transaction: TransactionId,
        tuple: Option<Tuple>,
        covers: impl Fn(usize, &Tuple) -> bool,
    ) {
        let slot = &mut self.slots[row];
        let previous = slot.pending.take().and_then(|pending| pending.tuple);
        let committed = slot.committed.as_ref();
        for (number, index) in self.indexes.iter_mut().enumerate() {
            let covered = |tuple: &&Tuple| covers(number, tuple);
            let old = previous.as_ref().filter(covered);
            let new = tuple.as_ref().filter(covered);
            if old.is_none() && new.is_none() {
                continue;
            }
            let kept = committed.filter(covered);
            if let Some(old) = old
                && !index.same_key(old, new)
                && !index.same_key(old, kept)
            {
                index.remove(old, row);
            }
            if let Some(new) = new
                && !index.same_key(new, old)
                && !index.same_key(new, kept)
            {
                index.insert(new, row);
            }
        }
        slot.pending = Some(Pending { transaction, tuple });
    }

    /// Makes the pending version the committed one, or forgets it.
    pub(super) fn settle(
        &mut self,
        row: usize,
        commit: bool,
        covers: impl Fn(usize, &Tuple) -> bool,
    ) {
        let slot = &mut self.slots[row];
        let Some(pending) = slot.pending.take() else {
            return;
        };
        let gone = if commit {
            let before = std::mem::replace(&mut slot.committed, pending.tuple);
            self.live =
                self.live + usize::from(slot.committed.is_some()) - usize::from(before.is_some());
            before
        } else {
            pending.tuple
        };
        let Some(gone) = gone else { return };
        for (number, index) in self.indexes.iter_mut().enumerate() {
            let covered = |tuple: &&Tuple| covers(number, tuple);
            if covered(&&gone) && !index.same_key(&gone, slot.committed.as_ref().filter(covered)) {
                index.remove(&gone, row);
            }
        }
    }
}

impl IndexEntries {
    /// Whether another version has the key of this one.
    fn same_key(&self, tuple: &Tuple, other: Option<&Tuple>) -> bool {
        let columns = &self.columns;
        other.is_some_and(|other| {
            columns
                .iter()
                .all(|column| tuple[*column].total_cmp(&other[*column]).is_eq())
        })
    }

    fn insert(&mut self, tuple: &Tuple, row: usize) {
        self.entries.insert(Entry::of(&self.columns, tuple, row));
    }

    fn remove(&mut self, tuple: &Tuple, row: usize) {
        self.entries.remove(&Entry::of(&self.columns, tuple, row));
    }
}

impl Slot {
    fn versions(&self) -> impl Iterator<Item = &Tuple> {
        self.committed.iter().chain(
            self.pending
                .iter()
                .filter_map(|pending| pending.tuple.as_ref()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITER: TransactionId = TransactionId(1);

    fn tuple(values: [i64; 2]) -> Tuple {
        values.map(Value::Int).into()
    }

    fn entries(storage: &Storage) -> usize {
        storage.indexes[0].entries.len()
    }

    fn rows_with(storage: &Storage, key: i64) -> Vec<usize> {
        let range = Range::of_values([&Value::Int(key)]).unwrap();
        storage.index_range(0, &range).map(Entry::row).collect()
    }

    /// A table with an index on its first column and one committed row.
    fn one_row() -> (Storage, usize) {
        let mut storage = Storage::default();
        storage.add_index(&[0], |_| true);
        let row = storage.allocate();
        storage.write(row, WRITER, Some(tuple([7, 0])), |_, _| true);
        storage.settle(row, true, |_, _| true);
        (storage, row)
    }

    #[test]
    fn an_index_has_the_keys_of_both_versions_until_one_wins() {
        for commit in [true, false] {
            let (mut storage, row) = one_row();
            storage.write(row, WRITER, Some(tuple([8, 0])), |_, _| true);
            storage.write(row, WRITER, Some(tuple([9, 0])), |_, _| true);
            assert_eq!(
                (
                    rows_with(&storage, 7),
                    rows_with(&storage, 8),
                    rows_with(&storage, 9)
                ),
                (vec![row], vec![], vec![row])
            );
            assert_eq!(storage.visible(row, None), Some(&tuple([7, 0])));
            assert_eq!(storage.visible(row, Some(WRITER)), Some(&tuple([9, 0])));
            storage.settle(row, commit, |_, _| true);
            let (kept, gone) = if commit { (9, 7) } else { (7, 9) };
            assert_eq!(
                (rows_with(&storage, kept), rows_with(&storage, gone)),
                (vec![row], vec![])
            );
        }
    }

    #[test]
    fn vanished_rows_leave_nothing_and_their_slots_are_used_again() {
        let (mut storage, row) = one_row();
        for round in 0..100 {
            let other = storage.allocate();
            storage.write(other, WRITER, Some(tuple([round, 1])), |_, _| true);
            storage.settle(other, round % 2 == 0, |_, _| true);
            if round % 2 == 0 {
                storage.write(other, WRITER, None, |_, _| true);
                assert_eq!(storage.visible(other, Some(WRITER)), None);
                storage.settle(other, true, |_, _| true);
            }
            storage.reclaim(other);
        }
        assert_eq!(
            (storage.slots.len(), entries(&storage), storage.live_rows()),
            (2, 1, 1)
        );
        assert_eq!(rows_with(&storage, 7), [row]);
    }

    #[test]
    fn an_upper_bound_is_not_found_even_in_the_first_row() {
        let (storage, row) = one_row();
        assert_eq!(row, 0);
        let key = |value: i64| {
            let mut key = KeyBuilder::default();
            key.push(&Value::Int(value));
            key
        };
        let found = |to: Entry| {
            let from = Entry::before(KeyBuilder::default());
            storage.index_range(0, &Range { from, to }).count()
        };
        assert_eq!(found(Entry::before(key(7))), 0);
        assert_eq!(found(Entry::after(key(7))), 1);
    }

    #[test]
    fn bounds_enclose_exactly_the_keys_with_their_prefix() {
        let mut storage = Storage::default();
        storage.add_index(&[0, 1], |_| true);
        for values in [[1, 1], [1, 2], [2, 1], [2, 2], [3, 1]] {
            let row = storage.allocate();
            storage.write(row, WRITER, Some(tuple(values)), |_, _| true);
        }
        let range = |from: Entry, to: Entry| {
            let range = Range { from, to };
            let found = storage.index_range(0, &range);
            found.map(Entry::row).collect::<Vec<_>>()
        };
        let key = |values: &[i64]| {
            let mut key = KeyBuilder::default();
            values
                .iter()
                .for_each(|value| key.push(&Value::Int(*value)));
            key
        };
        assert_eq!(
            range(Entry::before(key(&[2])), Entry::after(key(&[2]))),
            [2, 3]
        );
        assert_eq!(
            range(Entry::after(key(&[1])), Entry::after(key(&[]))),
            [2, 3, 4]
        );
        assert_eq!(
            range(Entry::before(key(&[1, 2])), Entry::before(key(&[2, 2]))),
            [1, 2]
        );
        assert_eq!(
            range(Entry::after(key(&[2])), Entry::before(key(&[1]))),
            [0_usize; 0]
        );
    }
}
