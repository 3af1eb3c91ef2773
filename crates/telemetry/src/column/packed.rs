//! Numbers in the fewest bytes that hold them.

/// Local codes of a segment, one or two bytes each.
#[derive(Clone, Debug)]
pub enum Codes {
    /// At most 255 distinct values.
    U8(Vec<u8>),
    /// More.
    U16(Vec<u16>),
}

impl Codes {
    /// The code at `index`.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> u16 {
        match self {
            Self::U8(codes) => u16::from(codes[index]),
            Self::U16(codes) => codes[index],
        }
    }

    /// Number of codes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len() * 2,
        }
    }
}

/// Numbers as distances from a base, in as few bytes as the greatest needs.
#[derive(Clone, Debug)]
pub enum Ints {
    /// Distances up to 255.
    U8(Vec<u8>),
    /// Distances up to 65,535.
    U16(Vec<u16>),
    /// Distances up to 4,294,967,295.
    U32(Vec<u32>),
    /// Anything (wrapping distance).
    I64(Vec<i64>),
}

impl Ints {
    /// Packs `values` as distances from `base`, none of which exceeds `range`.
    #[must_use]
    pub fn pack(values: &[i64], base: i64, range: u64) -> Self {
        let distance = |value: &i64| value.wrapping_sub(base);
        match range {
            0..=0xff => Self::U8(values.iter().map(|value| distance(value) as u8).collect()),
            0x100..=0xffff => {
                Self::U16(values.iter().map(|value| distance(value) as u16).collect())
            }
            0x1_0000..=0xffff_ffff => {
                Self::U32(values.iter().map(|value| distance(value) as u32).collect())
            }
            _ => Self::I64(values.iter().map(distance).collect()),
        }
    }

    /// The distance at `index`.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> i64 {
        match self {
            Self::U8(values) => i64::from(values[index]),
            Self::U16(values) => i64::from(values[index]),
            Self::U32(values) => i64::from(values[index]),
            Self::I64(values) => values[index],
        }
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::I64(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U16(values) => values.len() * 2,
            Self::U32(values) => values.len() * 4,
            Self::I64(values) => values.len() * 8,
        }
    }
}
