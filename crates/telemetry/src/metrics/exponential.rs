//! Exponential histograms as classic ones.
//!
//! PromQL's native histograms are not there yet, so the buckets are merged down to at most two an
//! octave, whose bounds stay the same while the sender changes its scale: a scale's buckets nest
//! exactly inside those of every smaller one. Counts stay exact; quantiles are as good as a classic
//! histogram with bounds 41 % apart.

use crate::otlp::Exponential;

/// Buckets whose bounds are `2^(1/2)` apart.
const SCALE: i32 = 1;

/// More buckets than this are merged further: two octaves for each doubling of a `f64`.
const MAX_BUCKETS: usize = 160;

/// The upper bounds, ascending, and the count in each bucket. What is not above zero falls into the
/// bucket with the bound 0, which is there when it has something to hold.
pub(super) fn explicit(histogram: &Exponential) -> (Vec<f64>, Vec<u64>) {
    let (mut bounds, mut counts) = (Vec::new(), Vec::new());
    let not_positive = histogram.zero_count.saturating_add(histogram.negative);
    if not_positive > 0 {
        bounds.push(0.0);
        counts.push(not_positive);
    }
    let mut scale = histogram.scale.min(SCALE);
    let first = i64::from(histogram.positive_offset);
    let last = first + histogram.positive.len() as i64 - 1;
    if last < first {
        return (bounds, counts);
    }
    let at = |index: i64, scale: i32| index >> (histogram.scale - scale).clamp(0, 62);
    while at(last, scale) - at(first, scale) >= MAX_BUCKETS as i64 {
        scale -= 1;
    }
    let mut current = None;
    for (index, count) in (first..).zip(&histogram.positive) {
        let bucket = at(index, scale);
        if current != Some(bucket) {
            current = Some(bucket);
            // Bucket i holds values up to 2^((i + 1) / 2^scale).
            bounds.push(((bucket + 1) as f64 * (-f64::from(scale)).exp2()).exp2());
            counts.push(0);
        }
        if let Some(total) = counts.last_mut() {
            *total = total.saturating_add(*count);
        }
    }
    (bounds, counts)
}

#[cfg(test)]
mod tests {
    use super::explicit;
    use crate::otlp::Exponential;

    #[test]
    fn buckets_are_merged_to_two_an_octave() {
        // Scale 2: four buckets an octave, the first ending at 2^(1/4).
        let histogram = Exponential {
            scale: 2,
            zero_count: 1,
            positive_offset: 0,
            positive: vec![1, 2, 3, 4],
            negative: 2,
        };
        let (bounds, counts) = explicit(&histogram);
        assert_eq!(counts, [3, 3, 7]);
        assert_eq!(bounds[0], 0.0);
        assert!(
            (bounds[1] - 2f64.sqrt()).abs() < 1e-12 && (bounds[2] - 2.0).abs() < 1e-12,
            "{bounds:?}"
        );
    }

    #[test]
    fn coarse_scales_and_wild_offsets_are_kept_within_bounds() {
        for (scale, offset) in [
            (-3, -5),
            (20, i32::MAX - 4),
            (i32::MIN, 0),
            (i32::MAX, i32::MIN),
        ] {
            let histogram = Exponential {
                scale,
                positive_offset: offset,
                positive: vec![1; 4],
                ..Exponential::default()
            };
            let (bounds, counts) = explicit(&histogram);
            assert_eq!(counts.iter().sum::<u64>(), 4);
            assert!(bounds.is_sorted() && bounds.len() <= 4, "{bounds:?}");
        }
    }
}
