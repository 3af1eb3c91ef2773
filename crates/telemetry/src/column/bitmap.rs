//! One bit per row of a segment, in words of 64: how a selection is kept while a filter runs.
//!
//! A plain word bitmap, because at 65,535 rows it beats compressed forms and ANDs in microseconds.

/// A set of rows of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    /// The empty set over `rows` rows.
    #[must_use]
    pub fn empty(rows: usize) -> Self {
        Self {
            words: vec![0; rows.div_ceil(64)],
        }
    }

    /// The rows `from..to` of a segment of `rows` rows.
    #[must_use]
    pub fn range(rows: usize, from: usize, to: usize) -> Self {
        let mut set = Self::empty(rows);
        if from >= to {
            return set;
        }
        for word in from / 64..to.div_ceil(64) {
            let start = word * 64;
            let mut mask = !0u64;
            if start < from {
                mask &= !0 << (from - start);
            }
            if start + 64 > to {
                mask &= !0 >> (start + 64 - to);
            }
            set.words[word] = mask;
        }
        set
    }

    /// Adds one row.
    pub fn insert(&mut self, row: usize) {
        self.words[row >> 6] |= 1 << (row & 63);
    }

    /// Removes one row.
    pub fn remove(&mut self, row: usize) {
        self.words[row >> 6] &= !(1 << (row & 63));
    }

    /// Whether the row is in the set.
    #[must_use]
    #[inline]
    pub fn contains(&self, row: usize) -> bool {
        self.words[row >> 6] >> (row & 63) & 1 == 1
    }

    /// Number of rows in the set.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Whether no row is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Removes every row.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Keeps the rows that are also in `other`.
    pub fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds the rows of `other`.
    pub fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Removes the rows of `other`.
    pub fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Calls `visit` with every row, in order.
    #[inline]
    pub fn for_each(&self, mut visit: impl FnMut(usize)) {
        for (index, word) in self.words.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                visit(index * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> Vec<u16> {
        let mut rows = Vec::with_capacity(self.count());
        for (index, word) in self.words.iter().enumerate() {
            let start = index * 64;
            if *word == !0 {
                rows.extend((start..start + 64).map(|row| row as u16));
            } else {
                let mut rest = *word;
                while rest != 0 {
                    rows.push((start + rest.trailing_zeros() as usize) as u16);
                    rest &= rest - 1;
                }
            }
        }
        rows
    }

    /// Keeps the rows whose value passes `test`. Crowded words are tested without branches, thin ones
    /// row by row.
    #[inline(always)]
    pub fn retain<T: Copy>(&mut self, values: &[T], test: impl Fn(T) -> bool) {
        for (word, values) in self.words.iter_mut().zip(values.chunks(64)) {
            let mut rest = *word;
            if rest == 0 {
                continue;
            }
            let mut kept = 0u64;
            if rest.count_ones() < 12 {
                while rest != 0 {
                    let bit = rest.trailing_zeros();
                    kept |= u64::from(test(values[bit as usize])) << bit;
                    rest &= rest - 1;
                }
                *word = kept;
            } else {
                for (bytes, values) in values.chunks(8).enumerate() {
                    let mut byte = 0u64;
                    for (bit, value) in values.iter().enumerate() {
                        byte |= u64::from(test(*value)) << bit;
                    }
                    kept |= byte << (bytes * 8);
                }
                *word &= kept;
            }
        }
    }

    /// Keeps, of the rows listed in `rows`, those whose position in the list passes `test`; removes all
    /// others. This is how a sparse column is tested.
    #[inline]
    pub fn retain_listed(&mut self, rows: &[u16], test: impl Fn(usize) -> bool) {
        let mut kept = vec![0u64; self.words.len()];
        for (position, row) in rows.iter().enumerate() {
            let (word, bit) = (usize::from(row >> 6), row & 63);
            if self.words[word] >> bit & 1 == 1 && test(position) {
                kept[word] |= 1 << bit;
            }
        }
        self.words = kept;
    }

    /// Whether the set is over exactly `rows` rows and has none beyond.
    #[must_use]
    pub fn covers(&self, rows: usize) -> bool {
        let beyond = if rows.is_multiple_of(64) {
            0
        } else {
            self.words.last().map_or(0, |word| word >> (rows % 64))
        };
        self.words.len() == rows.div_ceil(64) && beyond == 0
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.words.len() * 8
    }
}
