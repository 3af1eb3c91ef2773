//! The samples of one series, compressed.
//!
//! Every 120 samples are packed: times take no bytes while they come at even steps, and otherwise
//! the change of the step as a variable-length integer; whole numbers are stored as differences,
//! other numbers as the bytes that differ from the value before. Counters and gauges of an ordinary
//! service come to one to three bytes a sample instead of sixteen.

/// Samples per packed block: half an hour at a step of 15 seconds.
const BLOCK: usize = 120;

/// Whole numbers up to here are exact as `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Times in milliseconds since the Unix epoch, strictly ascending, and their values.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    blocks: Vec<Block>,
    times: Vec<i64>,
    values: Vec<f64>,
    last: Option<i64>,
    count: usize,
}

#[derive(Debug, Clone)]
struct Block {
    first: i64,
    last: i64,
    /// The step of even times; 0 when the times are in `bytes`.
    step: i64,
    whole: bool,
    count: u16,
    bytes: Box<[u8]>,
}

impl Samples {
    /// Appends a sample. `false`, and nothing appended, when it is not later than the last one.
    pub fn push(&mut self, time_ms: i64, value: f64) -> bool {
        if self.last.is_some_and(|last| time_ms <= last) {
            return false;
        }
        self.last = Some(time_ms);
        self.count += 1;
        self.times.push(time_ms);
        self.values.push(value);
        if self.times.len() == BLOCK {
            self.blocks.push(Block::pack(&self.times, &self.values));
            self.times.clear();
            self.values.clear();
        }
        true
    }

    /// How many samples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The time of the last sample.
    #[must_use]
    pub fn last_time(&self) -> Option<i64> {
        self.last
    }

    /// Appends the samples with `start_ms <= time <= end_ms` to two columns.
    pub fn read(&self, start_ms: i64, end_ms: i64, times: &mut Vec<i64>, values: &mut Vec<f64>) {
        let mut push = |time: i64, value: f64| {
            if (start_ms..=end_ms).contains(&time) {
                times.push(time);
                values.push(value);
            }
        };
        for block in &self.blocks {
            if block.last >= start_ms && block.first <= end_ms {
                block.unpack(&mut push);
            }
        }
        for (time, value) in self.times.iter().zip(&self.values) {
            push(*time, *value);
        }
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let blocks: usize = self
            .blocks
            .iter()
            .map(|block| block.bytes.len() + size_of::<Block>())
            .sum();
        blocks + (self.times.capacity() + self.values.capacity()) * 8 + size_of::<Self>()
    }
}

impl Block {
    /// Packs at least one sample.
    fn pack(times: &[i64], values: &[f64]) -> Self {
        let first = times.first().copied().unwrap_or(0);
        let last = times.last().copied().unwrap_or(first);
        let step = times.get(1).map_or(1, |second| second - first);
        let even = times.windows(2).all(|pair| pair[1] - pair[0] == step);
        let mut bytes = Vec::new();
        if !even {
            let (mut before, mut gap) = (first, 0);
            for time in &times[1..] {
                push_signed(&mut bytes, (time - before) - gap);
                gap = time - before;
                before = *time;
            }
        }
        // Negative zero is a value of its own, and only the other form keeps it.
        let is_whole = |value: &f64| {
            value.trunc() == *value
                && value.abs() < EXACT
                && !(*value == 0.0 && value.is_sign_negative())
        };
        let whole = values.iter().all(is_whole);
        if whole {
            let mut before = 0;
            for value in values {
                push_signed(&mut bytes, *value as i64 - before);
                before = *value as i64;
            }
        } else {
            let mut before = 0;
            for value in values {
                push_changed(&mut bytes, value.to_bits() ^ before);
                before = value.to_bits();
            }
        }
        let step = if even { step } else { 0 };
        Self {
            first,
            last,
            step,
            whole,
            count: times.len() as u16,
            bytes: bytes.into(),
        }
    }

    fn unpack(&self, push: &mut impl FnMut(i64, f64)) {
        let mut times = [0i64; BLOCK];
        let count = usize::from(self.count).min(BLOCK);
        let mut bytes = &self.bytes[..];
        let (mut time, mut gap) = (self.first, self.step);
        for (index, slot) in times.iter_mut().take(count).enumerate() {
            if index > 0 {
                if self.step == 0 {
                    gap += take_signed(&mut bytes);
                }
                time += gap;
            }
            *slot = time;
        }
        let (mut whole, mut bits) = (0i64, 0u64);
        for time in times.iter().take(count) {
            if self.whole {
                whole += take_signed(&mut bytes);
                push(*time, whole as f64);
            } else {
                bits ^= take_changed(&mut bytes);
                push(*time, f64::from_bits(bits));
            }
        }
    }
}

fn push_signed(bytes: &mut Vec<u8>, value: i64) {
    // The sign goes to the lowest bit, so that small negative numbers stay short.
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn take_signed(bytes: &mut &[u8]) -> i64 {
    let mut value = 0u64;
    let mut shift = 0;
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 || shift > 63 {
            break;
        }
    }
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Writes the bytes of `changed` between its zero bytes, after one byte that counts both sides.
fn push_changed(bytes: &mut Vec<u8>, changed: u64) {
    if changed == 0 {
        bytes.push(0x80);
        return;
    }
    let leading = changed.leading_zeros() / 8;
    let trailing = changed.trailing_zeros() / 8;
    bytes.push((leading << 4 | trailing) as u8);
    let all = changed.to_be_bytes();
    bytes.extend(&all[leading as usize..8 - trailing as usize]);
}

fn take_changed(bytes: &mut &[u8]) -> u64 {
    let Some((head, rest)) = bytes.split_first() else {
        return 0;
    };
    let (leading, trailing) = (usize::from(head >> 4), usize::from(head & 0xf));
    let length = 8usize.saturating_sub(leading + trailing);
    let Some((middle, rest)) = rest.split_at_checked(length) else {
        return 0;
    };
    *bytes = rest;
    let mut all = [0; 8];
    if length > 0 {
        all[leading..leading + length].copy_from_slice(middle);
    }
    u64::from_be_bytes(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Samples;

    fn read(samples: &Samples, start: i64, end: i64) -> Vec<(i64, u64)> {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        samples.read(start, end, &mut times, &mut values);
        times
            .into_iter()
            .zip(values.into_iter().map(f64::to_bits))
            .collect()
    }

    #[test]
    fn a_sample_that_is_not_later_is_refused() {
        let mut samples = Samples::default();
        assert!(samples.push(10, 1.0));
        assert!(!samples.push(10, 2.0));
        assert!(!samples.push(9, 2.0));
        assert_eq!(read(&samples, 0, 100), [(10, 1f64.to_bits())]);
    }

    #[test]
    fn ordinary_series_take_few_bytes() {
        fn check(value: impl Fn(i64) -> f64, at_most: usize) {
            let mut samples = Samples::default();
            for index in 0..12_000 {
                samples.push(1_767_225_600_000 + index * 15_000, value(index));
            }
            let bytes = samples.bytes() * 100 / samples.len();
            assert!(bytes <= at_most, "{bytes} hundredths of a byte per sample");
        }
        check(|_| 200.0, 160);
        check(|index| (index * 37 + index % 5) as f64, 270);
        check(|index| (index % 7) as f64 * 0.25, 460);
    }

    fn series() -> impl Strategy<Value = Vec<(i64, f64)>> {
        let step = prop_oneof![Just(15_000i64), 1i64..100_000];
        let value = prop_oneof![
            Just(0.0),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            (-1000i32..1000).prop_map(f64::from),
            any::<f64>(),
            Just(9_007_199_254_740_993.0),
            Just(-9_007_199_254_740_991.0),
        ];
        (any::<u32>(), prop::collection::vec((step, value), 0..400)).prop_map(|(start, gaps)| {
            let mut time = i64::from(start);
            gaps.into_iter()
                .map(|(gap, value)| {
                    time += gap;
                    (time, value)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_sample_comes_back(series in series(), from in 0usize..400, to in 0usize..400) {
            let mut samples = Samples::default();
            for (time, value) in &series {
                prop_assert!(samples.push(*time, *value));
            }
            let bits: Vec<(i64, u64)> = series.iter().map(|(time, value)| (*time, value.to_bits())).collect();
            prop_assert_eq!(&read(&samples, i64::MIN, i64::MAX), &bits);
            if let (Some(from), Some(to)) = (series.get(from), series.get(to)) {
                let expect: Vec<_> = bits.iter().filter(|it| (from.0..=to.0).contains(&it.0)).copied().collect();
                prop_assert_eq!(read(&samples, from.0, to.0), expect);
            }
        }
    }
}
