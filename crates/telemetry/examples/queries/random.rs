//! Random numbers that are the same on every machine.

/// A small generator (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// A number from 0 up to 1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, part: f64) -> bool {
        self.part() < part
    }

    /// Small numbers often, large ones seldom.
    pub(crate) fn skewed(&mut self, count: usize) -> usize {
        let part = self.part();
        ((part * part * part * count as f64) as usize).min(count - 1)
    }

    /// A duration around a median with a long tail.
    pub(crate) fn duration(&mut self, median: f64) -> i64 {
        let normal = (0..6).map(|_| self.part()).sum::<f64>() - 3.0;
        (median * (normal * 0.9).exp()) as i64
    }
}
