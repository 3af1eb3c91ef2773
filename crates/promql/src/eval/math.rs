//! Arithmetic as upstream defines it, where it differs from Rust's.

/// The sum of two numbers, and what rounding lost, so that long sums stay exact
/// (Kahan's summation with Neumaier's improvement).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) value: f64,
    pub(crate) lost: f64,
}

impl Sum {
    pub(crate) fn add(self, value: f64) -> Self {
        let total = self.value + value;
        let lost = if total.is_infinite() {
            0.0
        } else if self.value.abs() >= value.abs() {
            self.lost + ((self.value - total) + value)
        } else {
            self.lost + ((value - total) + self.value)
        };
        Sum { value: total, lost }
    }

    pub(crate) fn total(self) -> f64 {
        self.value + self.lost
    }
}

/// The mean of a growing set of numbers: a plain sum as long as it fits, and from then on a
/// running mean, which cannot overflow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    sum: Sum,
    count: f64,
    is_running: bool,
}

impl Mean {
    pub(crate) fn of(first: f64) -> Self {
        Mean {
            sum: Sum {
                value: first,
                lost: 0.0,
            },
            count: 1.0,
            is_running: false,
        }
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.count += 1.0;
        if !self.is_running {
            let sum = self.sum.add(value);
            if !sum.value.is_infinite() {
                self.sum = sum;
                return;
            }
            self.is_running = true;
            self.sum.value /= self.count - 1.0;
            self.sum.lost /= self.count - 1.0;
        }
        let weight = (self.count - 1.0) / self.count;
        let scaled = Sum {
            value: weight * self.sum.value,
            lost: weight * self.sum.lost,
        };
        self.sum = scaled.add(value / self.count);
    }

    pub(crate) fn value(self) -> f64 {
        if self.is_running {
            self.sum.total()
        } else {
            self.sum.value / self.count + self.sum.lost / self.count
        }
    }
}

/// The `q`-quantile; sorts the values, NaN first.
pub(crate) fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(|a, b| {
        b.is_nan()
            .cmp(&a.is_nan())
            .then_with(|| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
    });
    let last = values.len() - 1;
    let rank = q * last as f64;
    let lower = (rank.floor() as usize).min(last);
    let upper = (lower + 1).min(last);
    let weight = rank - rank.floor();
    values[lower] * (1.0 - weight) + values[upper] * weight
}

/// The smaller number, or NaN when one is NaN.
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
}

/// The larger number, or NaN when one is NaN.
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// Rounds to the nearest multiple, halves up.
pub(crate) fn round_to(value: f64, nearest: f64) -> f64 {
    // The inverse loses less precision than the multiple.
    let inverse = 1.0 / nearest;
    (value * inverse + 0.5).floor() / inverse
}

pub(crate) fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

pub(crate) fn radians(degrees: f64) -> f64 {
    degrees * std::f64::consts::PI / 180.0
}

pub(crate) fn degrees(radians: f64) -> f64 {
    radians * 180.0 / std::f64::consts::PI
}
