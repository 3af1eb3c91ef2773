//! One key of one type in one segment.

use super::{Bitmap, Codes, Dictionary, Ints, Texts};

/// Stands in [`TextColumn::ids`] for code 0, "the row does not have the key".
pub const NO_TEXT: u32 = u32::MAX;

/// The values of one key of one type in one segment.
#[derive(Clone, Debug)]
pub enum Column {
    /// Text, and booleans as the texts `false` and `true`.
    Text(TextColumn),
    /// Integers, and floating-point numbers in their [ordered](super::to_ordered) form.
    Number(NumberColumn),
}

/// Codes into the list of values that occur in the segment. Code 0 means absent.
#[derive(Clone, Debug)]
pub struct TextColumn {
    /// For each code the number of the value in the key's dictionary, ascending; `ids[0]` is [`NO_TEXT`].
    pub ids: Vec<u32>,
    /// Values that had no room in the dictionary; their codes follow those of `ids`.
    pub own: Option<Box<Texts>>,
    /// One code per row, or per entry of `rows`.
    pub codes: Codes,
    /// When the key is rare: the rows that have it, ascending.
    pub rows: Option<Vec<u16>>,
}

/// Numbers as distances from `base`.
#[derive(Clone, Debug)]
pub struct NumberColumn {
    /// What the distances are counted from (the smallest value).
    pub base: i64,
    /// Smallest value.
    pub min: i64,
    /// Greatest value.
    pub max: i64,
    /// One distance per row, or per entry of `rows`.
    pub values: Ints,
    /// When the key is rare: the rows that have it, ascending.
    pub rows: Option<Vec<u16>>,
    /// When the key is common but not on every row: the rows that have it.
    pub present: Option<Bitmap>,
}

impl TextColumn {
    /// Number of codes, absent included.
    #[must_use]
    pub fn code_count(&self) -> usize {
        self.ids.len() + self.own.as_ref().map_or(0, |own| own.len())
    }

    /// The text of a code; `None` for 0.
    #[must_use]
    pub fn text<'a>(&'a self, code: u16, dictionary: &'a Dictionary) -> Option<&'a str> {
        let code = usize::from(code);
        match (code, self.ids.get(code)) {
            (0, _) => None,
            (_, Some(id)) => Some(dictionary.get(*id)),
            (_, None) => self.own.as_ref().map(|own| own.get(code - self.ids.len())),
        }
    }

    /// The code of a row; 0 when the row does not have the key.
    #[must_use]
    #[inline]
    pub fn code(&self, row: usize) -> u16 {
        match &self.rows {
            None => self.codes.get(row),
            Some(rows) => rows
                .binary_search(&(row as u16))
                .map_or(0, |position| self.codes.get(position)),
        }
    }

    /// Rows with a value and their codes, in row order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        (0..self.codes.len()).filter_map(|position| {
            let row = self
                .rows
                .as_ref()
                .map_or(position as u16, |rows| rows[position]);
            let code = self.codes.get(position);
            (code != 0).then_some((row, code))
        })
    }
}

impl NumberColumn {
    /// The value of a row.
    #[must_use]
    #[inline]
    pub fn value(&self, row: usize) -> Option<i64> {
        let position = match (&self.rows, &self.present) {
            (Some(rows), _) => rows.binary_search(&(row as u16)).ok()?,
            (None, Some(present)) if !present.contains(row) => return None,
            _ => row,
        };
        Some(self.at(position))
    }

    /// The value at a position: a row, or an index into `rows` when the column is sparse.
    #[must_use]
    #[inline]
    pub fn at(&self, position: usize) -> i64 {
        self.base.wrapping_add(self.values.get(position))
    }

    /// Rows with a value and the values, in row order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, i64)> + '_ {
        (0..self.values.len()).filter_map(|position| {
            let row = self
                .rows
                .as_ref()
                .map_or(position as u16, |rows| rows[position]);
            let has = self
                .present
                .as_ref()
                .is_none_or(|present| present.contains(position));
            has.then(|| (row, self.at(position)))
        })
    }
}

impl Column {
    /// Number of rows that have a value.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Text(TextColumn {
                rows: Some(rows), ..
            })
            | Self::Number(NumberColumn {
                rows: Some(rows), ..
            }) => rows.len(),
            Self::Text(column) => match &column.codes {
                Codes::U8(codes) => codes.iter().filter(|code| **code != 0).count(),
                Codes::U16(codes) => codes.iter().filter(|code| **code != 0).count(),
            },
            Self::Number(NumberColumn {
                present: Some(present),
                ..
            }) => present.count(),
            Self::Number(column) => column.values.len(),
        }
    }

    /// Bytes of memory, without the dictionary.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rows = |rows: &Option<Vec<u16>>| rows.as_ref().map_or(0, |rows| rows.len() * 2);
        match self {
            Self::Text(column) => {
                column.ids.len() * 4
                    + column.codes.bytes()
                    + rows(&column.rows)
                    + column.own.as_ref().map_or(0, |own| own.bytes())
            }
            Self::Number(column) => {
                column.values.bytes()
                    + rows(&column.rows)
                    + column.present.as_ref().map_or(0, Bitmap::bytes)
            }
        }
    }
}
