//! Numbers and times as text, in the forms that upstream uses.

use crate::eval::date::Civil;

/// The shortest text without an exponent, as `count_values` labels it.
pub(crate) fn plain(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    format!("{value}")
}

/// The shortest text, with an exponent for very large and very small numbers (`%g` in Go).
pub(crate) fn general(value: f64) -> String {
    let exponent = value.abs().log10().floor();
    if !value.is_finite() || value == 0.0 || (-4.0..6.0).contains(&exponent) {
        return plain(value);
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// As OpenMetrics writes a float: whole numbers keep a `.0`.
pub(crate) fn open_metrics(value: f64) -> String {
    let text = general(value);
    let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if is_whole { text + ".0" } else { text }
}

/// A time in UTC, to the second.
pub(crate) fn rfc3339(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    let civil = Civil::at(seconds);
    let of_day = seconds.rem_euclid(86_400);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        civil.year,
        civil.month,
        civil.day,
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_upstream() {
        assert_eq!(plain(1e21), "1000000000000000000000");
        assert_eq!(plain(f64::INFINITY), "+Inf");
        assert_eq!(plain(-0.5), "-0.5");
        assert_eq!(general(1e6), "1e+06");
        assert_eq!(general(123_456.0), "123456");
        assert_eq!(general(0.000_012_5), "1.25e-05");
        assert_eq!(general(f64::NAN), "NaN");
        assert_eq!(general(1.1), "1.1");
        assert_eq!(open_metrics(1.0), "1.0");
        assert_eq!(open_metrics(0.99), "0.99");
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
    }
}
