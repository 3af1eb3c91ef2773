//! Percentiles: exact by selection, or from a log-linear histogram with sixteen buckets per octave.

use crate::column::{from_ordered, to_ordered};

/// Buckets per octave, as a power of two: sixteen, so a bucket's middle is at most 3.2 % off.
const PER_OCTAVE_BITS: u32 = 4;
/// Buckets of floating-point numbers are the upper bits of their form.
const FLOAT_SHIFT: u32 = 52 - PER_OCTAVE_BITS;
/// Floating-point numbers nearer to zero than 2^-20 count as zero.
const FLOAT_ZERO: i64 = (1023 - 20) << PER_OCTAVE_BITS;

/// Quarter octaves of duration from 1 µs on; everything shorter is in the first.
pub(crate) const DURATION_BUCKETS: usize = 160;
const SHORTEST: i64 = 1_024;

/// The bucket of a duration in nanoseconds.
pub(crate) fn duration_bucket(duration: i64) -> usize {
    if duration < SHORTEST {
        return 0;
    }
    let octave = 63 - duration.leading_zeros() as usize;
    let quarter = (duration >> (octave - 2)) as usize & 3;
    ((octave - 10) * 4 + quarter + 1).min(DURATION_BUCKETS - 1)
}

/// Where a bucket of duration begins, in nanoseconds.
pub(crate) fn duration_bucket_start(bucket: usize) -> i64 {
    match bucket {
        0 => 0,
        _ => {
            let (octave, quarter) = ((bucket - 1) / 4 + 10, (bucket - 1) % 4);
            (4 + quarter as i64) << (octave - 2)
        }
    }
}

/// The buckets between the smallest and greatest number of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    first: i64,
    pub(crate) buckets: usize,
    float: bool,
}

impl Scale {
    /// A scale over numbers from `min` to `max` (ordered form when `float`).
    pub(crate) fn new(min: i64, max: i64, float: bool) -> Self {
        let mut scale = Self {
            first: 0,
            buckets: 1,
            float,
        };
        scale.first = scale.raw(min);
        scale.buckets = (scale.raw(max) - scale.first).max(0) as usize + 1;
        scale
    }

    /// The bucket of a number.
    #[inline]
    pub(crate) fn bucket(&self, number: i64) -> usize {
        ((self.raw(number) - self.first).max(0) as usize).min(self.buckets - 1)
    }

    /// A number in the middle of a bucket, in the form of the field.
    fn middle(&self, bucket: usize) -> i64 {
        let raw = self.first + bucket as i64;
        if self.float {
            let bits = (raw.abs() + FLOAT_ZERO) << FLOAT_SHIFT | 1 << (FLOAT_SHIFT - 1);
            let size = if raw == 0 {
                0.0
            } else {
                f64::from_bits(bits as u64)
            };
            return to_ordered(if raw < 0 { -size } else { size });
        }
        let size = raw.unsigned_abs();
        let middle = if size < 32 {
            size
        } else {
            let width = 1u64 << ((size >> PER_OCTAVE_BITS) - 1);
            (16 + (size & 15)) * width + width / 2
        };
        i64::try_from(middle).map_or(i64::MAX, |middle| if raw < 0 { -middle } else { middle })
    }

    /// The number of the bucket counted from zero; negative for negative numbers.
    #[inline]
    fn raw(&self, number: i64) -> i64 {
        if self.float {
            let value = from_ordered(number);
            let size = ((value.to_bits() & !(1 << 63)) >> FLOAT_SHIFT) as i64;
            let raw = (size - FLOAT_ZERO).max(0);
            return if value < 0.0 { -raw } else { raw };
        }
        let size = number.unsigned_abs();
        let raw = if size < 16 {
            size as i64
        } else {
            let octave = 63 - size.leading_zeros();
            let within = (size >> (octave - PER_OCTAVE_BITS)) & 15;
            (i64::from(octave - PER_OCTAVE_BITS + 1) << PER_OCTAVE_BITS) + within as i64
        };
        if number < 0 { -raw } else { raw }
    }

    /// Percentiles of a histogram over this scale, kept between the smallest and greatest number seen.
    pub(crate) fn percentiles(
        &self,
        histogram: &[u32],
        wanted: &[f64],
        min: i64,
        max: i64,
    ) -> Vec<i64> {
        let total: u64 = histogram.iter().map(|count| u64::from(*count)).sum();
        wanted
            .iter()
            .map(|part| {
                let wanted_rank = rank(total as usize, *part) as u64;
                let mut below = 0u64;
                let bucket = histogram.iter().position(|count| {
                    below += u64::from(*count);
                    below > wanted_rank
                });
                bucket.map_or(max, |bucket| self.middle(bucket).clamp(min, max))
            })
            .collect()
    }
}

/// Position, among `count` sorted values, of the smallest one that at least this part of the values
/// does not exceed (the nearest-rank definition).
fn rank(count: usize, part: f64) -> usize {
    ((count as f64 * part).ceil() as usize).clamp(1, count.max(1)) - 1
}

/// Exact percentiles; reorders the values. Empty input gives zeros.
pub(crate) fn exact(values: &mut [i64], wanted: &[f64]) -> Vec<i64> {
    let mut result = vec![0; wanted.len()];
    if values.is_empty() {
        return result;
    }
    // From the greatest down, so that each selection narrows the next.
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*b].total_cmp(&wanted[*a]));
    let count = values.len();
    let mut end = count;
    for index in order {
        let position = rank(count, wanted[index]).min(end - 1);
        result[index] = *values[..end].select_nth_unstable(position).1;
        end = position + 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{DURATION_BUCKETS, Scale, duration_bucket, duration_bucket_start, exact};
    use crate::column::to_ordered;

    #[test]
    fn exact_percentiles_are_values_by_nearest_rank() {
        let mut values: Vec<i64> = (1..=100).rev().collect();
        assert_eq!(
            exact(&mut values, &[0.5, 0.99, 0.95, 0.0, 1.0]),
            [50, 99, 95, 1, 100]
        );
        assert_eq!(exact(&mut [7], &[0.5, 0.99]), [7, 7]);
        assert_eq!(exact(&mut [1, 2], &[0.5, 0.51]), [1, 2]);
        assert_eq!(exact(&mut [], &[0.5]), [0]);
    }

    #[test]
    fn histograms_are_near_for_any_sign_and_size() {
        for values in [
            (1..20_000).map(|n| n * 977).collect::<Vec<i64>>(),
            (-5_000..5_000).collect(),
            vec![i64::MIN, -1, 0, 1, i64::MAX],
            vec![42; 10],
        ] {
            let (min, max) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
            let scale = Scale::new(min, max, false);
            let mut histogram = vec![0; scale.buckets];
            for value in &values {
                histogram[scale.bucket(*value)] += 1;
            }
            let wanted = [0.5, 0.95, 0.99];
            let near = scale.percentiles(&histogram, &wanted, min, max);
            for (near, exact) in near.iter().zip(exact(&mut values.clone(), &wanted)) {
                let error = (*near as f64 - exact as f64).abs();
                assert!(
                    error <= exact.unsigned_abs() as f64 * 0.032 + 1.0,
                    "{near} for {exact}"
                );
            }
        }
        let scale = Scale::new(to_ordered(-2.5), to_ordered(8.0), true);
        assert!(scale.bucket(to_ordered(-2.5)) < scale.bucket(to_ordered(0.1)));
    }

    #[test]
    fn duration_buckets_cover_everything_in_order() {
        assert_eq!(duration_bucket(-5), 0);
        for bucket in 1..DURATION_BUCKETS - 1 {
            assert_eq!(duration_bucket(duration_bucket_start(bucket)), bucket);
            assert_eq!(
                duration_bucket(duration_bucket_start(bucket + 1) - 1),
                bucket
            );
        }
        assert_eq!(duration_bucket(i64::MAX), DURATION_BUCKETS - 1);
    }
}
