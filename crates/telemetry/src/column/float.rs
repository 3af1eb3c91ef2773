//! Floating-point numbers as integers of the same order, so that one kind of number column is enough.

/// The integer that sorts as `value` does. Negative zero becomes zero.
#[must_use]
pub fn to_ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The number that [`to_ordered`] made into `ordered`.
#[must_use]
pub fn from_ordered(ordered: i64) -> f64 {
    f64::from_bits((ordered ^ (((ordered >> 63) as u64) >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::{from_ordered, to_ordered};

    #[test]
    fn order_is_kept_and_values_come_back() {
        let values = [
            f64::NEG_INFINITY,
            -1e300,
            -1.5,
            -1e-300,
            0.0,
            1e-300,
            1.5,
            1e300,
            f64::INFINITY,
        ];
        let ordered: Vec<i64> = values.iter().map(|value| to_ordered(*value)).collect();
        assert!(ordered.is_sorted());
        assert_eq!(
            ordered
                .iter()
                .map(|value| from_ordered(*value))
                .collect::<Vec<_>>(),
            values
        );
        assert_eq!(to_ordered(-0.0), to_ordered(0.0));
    }
}
