//! Quantiles and fractions of classic histograms.

use crate::eval::notes::Correction;

/// One bucket: how many observations are at most as large as the bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) bound: f64,
    pub(crate) count: f64,
}

/// Counts this close to each other differ by rounding only.
const TOLERANCE: f64 = 1e-12;

/// The `q`-quantile, interpolated within its bucket, and how the counts had to be corrected to
/// rise from bucket to bucket. Changes the buckets.
pub(crate) fn quantile(q: f64, buckets: &mut Vec<Bucket>) -> (f64, Option<Correction>) {
    if q.is_nan() {
        return (f64::NAN, None);
    }
    if q < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if q > 1.0 {
        return (f64::INFINITY, None);
    }
    if !order(buckets) {
        return (f64::NAN, None);
    }
    let correction = make_monotonic(buckets);
    let last = buckets.len() - 1;
    let observations = buckets[last].count;
    if last == 0 || observations == 0.0 {
        return (f64::NAN, correction);
    }
    let rank = q * observations;
    let at = buckets[..last].partition_point(|bucket| bucket.count < rank);
    let value = if at == last {
        buckets[last - 1].bound
    } else if at == 0 && buckets[0].bound <= 0.0 {
        buckets[0].bound
    } else {
        let below = match at.checked_sub(1) {
            Some(below) => buckets[below],
            None => Bucket {
                bound: 0.0,
                count: 0.0,
            },
        };
        let share = (rank - below.count) / (buckets[at].count - below.count);
        below.bound + (buckets[at].bound - below.bound) * share
    };
    (value, correction)
}

/// The share of observations between two bounds, interpolated within buckets. Changes the
/// buckets.
pub(crate) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<Bucket>) -> f64 {
    if !order(buckets) {
        return f64::NAN;
    }
    let total = buckets[buckets.len() - 1].count;
    if total == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank(upper, buckets).min(total) - rank(lower, buckets).min(total)) / total
}

/// How many observations are below a value.
fn rank(value: f64, buckets: &[Bucket]) -> f64 {
    let mut below = Bucket {
        // Observations are taken to be positive unless a bucket says otherwise.
        bound: if buckets[0].bound <= 0.0 {
            f64::NEG_INFINITY
        } else {
            0.0
        },
        count: 0.0,
    };
    for bucket in buckets {
        if below.bound >= value {
            return below.count;
        }
        if bucket.bound > value {
            // Within an endless bucket there is nothing to interpolate.
            if below.bound == f64::NEG_INFINITY {
                return bucket.count;
            }
            let share = (value - below.bound) / (bucket.bound - below.bound);
            return below.count + (bucket.count - below.count) * share;
        }
        below = *bucket;
    }
    below.count
}

/// Sorts by bound and adds up buckets with the same bound. False when the histogram is incomplete,
/// because the bucket for all observations is missing.
fn order(buckets: &mut Vec<Bucket>) -> bool {
    buckets.sort_by(|a, b| a.bound.total_cmp(&b.bound));
    buckets.dedup_by(|later, earlier| {
        let same = later.bound == earlier.bound;
        if same {
            earlier.count += later.count;
        }
        same
    });
    buckets
        .last()
        .is_some_and(|last| last.bound == f64::INFINITY)
}

/// Lets counts rise from bucket to bucket, as they must; a count that falls was read at another
/// time than its neighbours.
fn make_monotonic(buckets: &mut [Bucket]) -> Option<Correction> {
    let mut correction: Option<Correction> = None;
    let mut previous = buckets[0].count;
    for bucket in &mut buckets[1..] {
        if almost_equal(previous, bucket.count) {
            bucket.count = previous;
        } else if bucket.count < previous {
            let found = correction.get_or_insert(Correction {
                min_bucket: bucket.bound,
                max_bucket: bucket.bound,
                max_diff: 0.0,
            });
            found.max_bucket = bucket.bound;
            found.max_diff = found.max_diff.max(previous - bucket.count);
            bucket.count = previous;
        } else {
            previous = bucket.count;
        }
    }
    correction
}

fn almost_equal(a: f64, b: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    let sum = a.abs() + b.abs();
    let difference = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < TOLERANCE
}
