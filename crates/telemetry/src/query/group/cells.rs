//! The cells of a segment: every combination of the fields' local codes, numbered.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::domain::FieldCodes;

/// Most cells that are laid out side by side whether they occur or not.
const DENSE_CELLS: usize = 1 << 16;
/// Most possible cells among which those that occur are numbered through a table; beyond, by hashing.
const TABLE_CELLS: usize = 1 << 20;

/// Packs up to four 32-bit codes of the whole query.
pub(super) type GroupKey = u128;

/// The cell of each row, and the group that each cell belongs to.
#[derive(Debug)]
pub(super) struct Cells {
    /// Per selected row its cell.
    pub(super) of_row: Vec<u32>,
    /// Number of cells; not all need to occur.
    pub(super) count: usize,
    /// Keys of the cells made so far, when they were renumbered.
    renumbered: Option<Vec<GroupKey>>,
    /// Fields added since: the global codes of their local codes, and their place in the key.
    fields: Vec<(Vec<u32>, u32)>,
}

impl Cells {
    /// All rows in one cell.
    pub(super) fn new(rows: usize) -> Self {
        Self {
            of_row: vec![0; rows],
            count: 1,
            renumbered: None,
            fields: Vec::new(),
        }
    }

    /// Splits the cells by one more field.
    pub(super) fn split(&mut self, codes: FieldCodes, place: u32) {
        let width = codes.global.len();
        if self.count.saturating_mul(width) <= DENSE_CELLS {
            let count = self.count as u32;
            if count == 1 {
                self.of_row = codes.local;
            } else {
                for (cell, code) in self.of_row.iter_mut().zip(&codes.local) {
                    *cell += code * count;
                }
            }
            self.count *= width;
            self.fields.push((codes.global, place));
            return;
        }
        let mut keys: Vec<GroupKey> = Vec::new();
        let mut cells = std::mem::take(&mut self.of_row);
        let mut enter = |cell: u32, code: u32| {
            let global = GroupKey::from(codes.global[code as usize]) << (32 * place);
            keys.push(self.key(cell as usize) | global);
            keys.len() as u32 - 1
        };
        if self.count.saturating_mul(width) <= TABLE_CELLS {
            const UNSEEN: u32 = u32::MAX;
            let mut numbers = vec![UNSEEN; self.count * width];
            for (cell, code) in cells.iter_mut().zip(&codes.local) {
                let number = &mut numbers[*cell as usize * width + *code as usize];
                if *number == UNSEEN {
                    *number = enter(*cell, *code);
                }
                *cell = *number;
            }
        } else {
            let mut numbers: HashMap<u64, u32, FixedState> = HashMap::default();
            for (cell, code) in cells.iter_mut().zip(&codes.local) {
                let pair = u64::from(*cell) << 32 | u64::from(*code);
                *cell = *numbers.entry(pair).or_insert_with(|| enter(*cell, *code));
            }
        }
        self.of_row = cells;
        self.count = keys.len();
        self.renumbered = Some(keys);
        self.fields.clear();
    }

    /// The group of a cell.
    pub(super) fn key(&self, cell: usize) -> GroupKey {
        let mut rest = cell;
        let mut key = match &self.renumbered {
            Some(keys) => {
                let index = rest % keys.len().max(1);
                rest /= keys.len().max(1);
                keys[index]
            }
            None => 0,
        };
        for (global, place) in &self.fields {
            key |= GroupKey::from(global[rest % global.len()]) << (32 * place);
            rest /= global.len();
        }
        key
    }

    /// Number of rows per cell.
    pub(super) fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0u32; self.count];
        for cell in &self.of_row {
            sizes[*cell as usize] += 1;
        }
        sizes
    }
}
