//! Figures and limits in words.

use catalogue::Limit;

/// A figure with three digits that count: `0.478`, `47.8`, `47,800`.
#[must_use]
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size >= 1_000.0 {
        return thousands(value);
    }
    let digits = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 1.0 {
        2
    } else {
        3
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn thousands(value: f64) -> String {
    let text = format!("{value:.0}");
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A limit in words; `bound` is the figure that a share of *before* comes to.
pub(super) fn limit(limit: Limit, bound: Option<f64>) -> String {
    let share = |share: f64, of: &str| {
        let share = figure(share * 100.0);
        match bound {
            Some(bound) => format!("{} ({share} % of {of})", figure(bound)),
            None => format!("{share} % of {of}"),
        }
    };
    match limit {
        Limit::NeverAbove(it) => format!("at most {} at any time", figure(it)),
        Limit::NeverBelow(it) => format!("at least {} at any time", figure(it)),
        Limit::Reaches(it) => format!("at least {} at some time", figure(it)),
        Limit::EndsAtLeast(it) => format!("at least {} in the end", figure(it)),
        Limit::EndsAtMost(it) => format!("at most {} in the end", figure(it)),
        Limit::EndsAtLeastOfBefore(it) => {
            format!("at least {} in the end", share(it, "what it was before"))
        }
        Limit::EndsAtMostOfBefore(it) => {
            format!("at most {} in the end", share(it, "what it was before"))
        }
        Limit::NeverAboveOfBefore(it) => {
            format!("at most {} at any time", share(it, "the peak before"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_a_person_reads() {
        for (value, expect) in [
            (0.0, "0"),
            (0.4781, "0.478"),
            (0.5, "0.5"),
            (12.04, "12"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1_234_567.8, "1,234,568"),
            (-1_000.0, "-1,000"),
            (999.6, "1000"),
        ] {
            assert_eq!(figure(value), expect);
        }
    }

    #[test]
    fn limits_are_sentences() {
        assert_eq!(
            limit(Limit::NeverAbove(0.5), None),
            "at most 0.5 at any time"
        );
        assert_eq!(
            limit(Limit::EndsAtLeastOfBefore(0.98), Some(17_640.0)),
            "at least 17,640 (98 % of what it was before) in the end"
        );
    }
}
