//! Spans of time as SQL has them: months and days apart from microseconds, because their length depends on the date.
//!
//! Parses what programs write (`'1 hour'`, `'2 days 03:04:05'`, `'-30 seconds'`) and prints PostgreSQL's default
//! style. ISO 8601 durations and the SQL-standard `1-2` form are not read.

use std::fmt;

/// Microseconds in a day.
pub(super) const DAY_MICROS: i64 = 86_400_000_000;

/// A span of time: calendar months, days, and microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    /// Calendar months; a year is twelve.
    pub months: i32,
    /// Days, whose length is always 24 hours here because every time is UTC.
    pub days: i32,
    /// The rest, in microseconds.
    pub micros: i64,
}

impl Interval {
    /// An interval of so many microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Interval {
            months: 0,
            days: 0,
            micros,
        }
    }

    /// The length used for comparisons: PostgreSQL counts a month as 30 days.
    pub(super) fn comparable_micros(self) -> i128 {
        i128::from(self.micros)
            + (i128::from(self.days) + 30 * i128::from(self.months)) * i128::from(DAY_MICROS)
    }

    pub(super) fn checked_add(self, other: Self) -> Option<Self> {
        Some(Interval {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            micros: self.micros.checked_add(other.micros)?,
        })
    }

    pub(super) fn checked_neg(self) -> Option<Self> {
        Some(Interval {
            months: self.months.checked_neg()?,
            days: self.days.checked_neg()?,
            micros: self.micros.checked_neg()?,
        })
    }

    /// Multiplies; fractions of months and days flow down as in PostgreSQL (a month is 30 days).
    pub(super) fn checked_mul(self, factor: f64) -> Option<Self> {
        let months = f64::from(self.months) * factor;
        let days = f64::from(self.days) * factor + months.fract() * 30.0;
        let micros = self.micros as f64 * factor + days.fract() * DAY_MICROS as f64;
        let in_range = months.abs() < f64::from(i32::MAX)
            && days.abs() < f64::from(i32::MAX)
            && micros.abs() < 9.2e18;
        in_range.then(|| Interval {
            months: months.trunc() as i32,
            days: days.trunc() as i32,
            micros: micros.round() as i64,
        })
    }

    /// Reads an interval literal; `None` if it does not spell one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut total = Interval::default();
        let mut words = text.split_whitespace().peekable();
        let mut seen = false;
        while let Some(word) = words.next() {
            seen = true;
            if word.contains(':') {
                total.micros = total.micros.checked_add(parse_clock(word)?)?;
                continue;
            }
            let split = word
                .find(|c: char| c.is_ascii_alphabetic())
                .unwrap_or(word.len());
            let (number, attached) = word.split_at(split);
            let amount: f64 = number
                .parse()
                .ok()
                .filter(|amount: &f64| amount.is_finite())?;
            let unit = if attached.is_empty() {
                words.next().unwrap_or("seconds")
            } else {
                attached
            };
            total = total.checked_add(unit_interval(unit)?.checked_mul(amount)?)?;
            if words
                .peek()
                .is_some_and(|word| word.eq_ignore_ascii_case("ago"))
            {
                words.next();
                total = total.checked_neg()?;
            }
        }
        seen.then_some(total)
    }
}

fn unit_interval(unit: &str) -> Option<Interval> {
    let lower = unit.to_ascii_lowercase();
    let micros = |micros| Some(Interval::from_micros(micros));
    match lower.as_str() {
        "us" | "usec" | "usecs" | "microsecond" | "microseconds" => micros(1),
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => micros(1_000),
        "s" | "sec" | "secs" | "second" | "seconds" => micros(1_000_000),
        "m" | "min" | "mins" | "minute" | "minutes" => micros(60_000_000),
        "h" | "hr" | "hrs" | "hour" | "hours" => micros(3_600_000_000),
        "d" | "day" | "days" => Some(Interval {
            days: 1,
            ..Interval::default()
        }),
        "w" | "week" | "weeks" => Some(Interval {
            days: 7,
            ..Interval::default()
        }),
        "mon" | "mons" | "month" | "months" => Some(Interval {
            months: 1,
            ..Interval::default()
        }),
        "y" | "yr" | "yrs" | "year" | "years" => Some(Interval {
            months: 12,
            ..Interval::default()
        }),
        _ => None,
    }
}

fn parse_clock(word: &str) -> Option<i64> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let mut parts = digits.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    if parts.next().is_some()
        || !(0..60).contains(&minutes)
        || !(0.0..60.0).contains(&seconds)
        || hours < 0
    {
        return None;
    }
    let micros = hours
        .checked_mul(3_600_000_000)?
        .checked_add(minutes * 60_000_000 + (seconds * 1e6).round() as i64)?;
    Some(if negative { -micros } else { micros })
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut part = |amount: i64, one: &str| {
            if amount != 0 {
                parts.push(format!(
                    "{amount} {one}{}",
                    if amount == 1 { "" } else { "s" }
                ));
            }
        };
        part(i64::from(self.months / 12), "year");
        part(i64::from(self.months % 12), "mon");
        part(i64::from(self.days), "day");
        if self.micros != 0 || parts.is_empty() {
            let magnitude = self.micros.unsigned_abs();
            let (seconds, fraction) = (magnitude / 1_000_000, magnitude % 1_000_000);
            let mut clock = format!(
                "{}{:02}:{:02}:{:02}",
                if self.micros < 0 { "-" } else { "" },
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            );
            if fraction != 0 {
                clock.push_str(format!(".{fraction:06}").trim_end_matches('0'));
            }
            parts.push(clock);
        }
        f.write_str(&parts.join(" "))
    }
}
