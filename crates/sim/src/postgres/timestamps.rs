//! Points in time as text and as calendar fields, all in UTC and in whole microseconds as PostgreSQL keeps them.
//!
//! The calendar is the proleptic Gregorian one, by Howard Hinnant's day-count algorithms. Times before 1970 and after
//! 2554 are outside [`Timestamp`] and give an error, not a wrong date.

use std::fmt::Write as _;

use super::interval::{DAY_MICROS, Interval};
use crate::Timestamp;

/// Drops what is finer than a microsecond.
pub(super) fn to_micros_precision(timestamp: Timestamp) -> Timestamp {
    Timestamp::from_unix_nanos(timestamp.as_unix_nanos() / 1_000 * 1_000)
}

pub(super) fn micros(timestamp: Timestamp) -> i64 {
    // Cannot be lossy: u64 nanoseconds are at most 1.8e16 microseconds.
    (timestamp.as_unix_nanos() / 1_000) as i64
}

pub(super) fn from_micros(micros: i64) -> Option<Timestamp> {
    u64::try_from(micros)
        .ok()?
        .checked_mul(1_000)
        .map(Timestamp::from_unix_nanos)
}

/// Days since 1970-01-01 of a date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a count of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let next = if month == 12 {
        days_from_civil(year + 1, 1, 1)
    } else {
        days_from_civil(year, month + 1, 1)
    };
    next - days_from_civil(year, month, 1)
}

/// Calendar fields of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// Microseconds since midnight.
    pub(super) time: i64,
    /// Days since 1970-01-01, a Thursday.
    pub(super) days: i64,
}

impl Fields {
    pub(super) fn of(timestamp: Timestamp) -> Self {
        let micros = micros(timestamp);
        let days = micros.div_euclid(DAY_MICROS);
        let (year, month, day) = civil_from_days(days);
        Fields {
            year,
            month,
            day,
            time: micros.rem_euclid(DAY_MICROS),
            days,
        }
    }

    /// Day of the week, Sunday = 0.
    pub(super) fn day_of_week(self) -> i64 {
        (self.days + 4).rem_euclid(7)
    }

    pub(super) fn day_of_year(self) -> i64 {
        self.days - days_from_civil(self.year, 1, 1) + 1
    }
}

/// `2026-03-05 07:08:09.5+00`, as PostgreSQL prints a `timestamptz` in UTC.
pub(super) fn format(timestamp: Timestamp) -> String {
    let mut text = date_and_time(timestamp, ' ');
    text.push_str("+00");
    text
}

/// `2026-03-05T07:08:09.500000Z`, for telemetry.
pub(super) fn format_rfc3339(timestamp: Timestamp) -> String {
    let mut text = date_and_time(timestamp, 'T');
    text.push('Z');
    text
}

fn date_and_time(timestamp: Timestamp, separator: char) -> String {
    let fields = Fields::of(timestamp);
    let seconds = fields.time / 1_000_000;
    let mut text = format!(
        "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        fields.year,
        fields.month,
        fields.day,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    let fraction = fields.time % 1_000_000;
    if fraction != 0 {
        // Writing to a String cannot fail.
        let _ = write!(text, ".{fraction:06}");
        text.truncate(text.trim_end_matches('0').len());
    }
    text
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadTime {
    Syntax,
    /// It is spelt like a time but there is none such, or none that a [`Timestamp`] can hold.
    Range,
}

/// Reads `2026-03-05`, `2026-03-05 07:08[:09[.5]]`, `T` in the middle, with `Z` or an offset.
pub(super) fn parse(text: &str) -> Result<Timestamp, BadTime> {
    let (date, rest) = text.trim().split_at_checked(10).ok_or(BadTime::Syntax)?;
    let days = parse_date(date)?;
    let clock = rest.trim_start_matches(['T', 't', ' ']);
    let zone_at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (time, zone) = clock.split_at(zone_at);
    let time = match time.trim_end() {
        "" => 0,
        _ if clock.len() == rest.len() => return Err(BadTime::Syntax),
        time => parse_time(time)?,
    };
    let offset = parse_offset(zone).ok_or(BadTime::Syntax)?;
    from_micros(days * DAY_MICROS + time - offset).ok_or(BadTime::Range)
}

/// Days since 1970-01-01.
fn parse_date(text: &str) -> Result<i64, BadTime> {
    let mut parts = text.split('-').map(digits);
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(BadTime::Syntax);
    };
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return Err(BadTime::Range);
    }
    Ok(days_from_civil(year, month, day))
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// Microseconds since midnight.
fn parse_time(text: &str) -> Result<i64, BadTime> {
    let mut parts = text.split(':');
    let mut next = |default| match parts.next() {
        None => default,
        Some(part) => Some(part),
    };
    let (hours, minutes, seconds) = (next(None), next(None), next(Some("0")));
    let (Some(hours), Some(minutes), Some(seconds)) = (hours, minutes, seconds) else {
        return Err(BadTime::Syntax);
    };
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let numbers = [hours, minutes, seconds, fraction, &micros].map(digits);
    let [
        Some(hours),
        Some(minutes),
        Some(seconds),
        Some(_),
        Some(micros),
    ] = numbers
    else {
        return Err(BadTime::Syntax);
    };
    if parts.next().is_some() {
        return Err(BadTime::Syntax);
    }
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(BadTime::Range);
    }
    Ok(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

fn parse_offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (digits(hours)?, digits(minutes)?),
        None if rest.len() == 4 => (digits(&rest[..2])?, digits(&rest[2..])?),
        None => (digits(rest)?, 0),
    };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000_000)
}

/// Adds an interval: months first (clamped to the month's last day), then days, then microseconds.
pub(super) fn add(timestamp: Timestamp, interval: Interval) -> Option<Timestamp> {
    let fields = Fields::of(timestamp);
    let months = fields.year * 12 + fields.month - 1 + i64::from(interval.months);
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let day = fields.day.min(days_in_month(year, month));
    days_from_civil(year, month, day)
        .checked_add(i64::from(interval.days))?
        .checked_mul(DAY_MICROS)?
        .checked_add(fields.time)?
        .checked_add(interval.micros)
        .and_then(from_micros)
}

/// The interval from `earlier` to `later`, in whole days and the rest, as PostgreSQL subtracts.
pub(super) fn difference(later: Timestamp, earlier: Timestamp) -> Interval {
    let total = micros(later) - micros(earlier);
    // Both fit: a u64 of nanoseconds is at most 213,503 days.
    Interval {
        months: 0,
        days: (total / DAY_MICROS) as i32,
        micros: total % DAY_MICROS,
    }
}

/// `date_trunc`; `None` for a unit it does not know.
pub(super) fn truncate(unit: &str, timestamp: Timestamp) -> Option<Timestamp> {
    let fields = Fields::of(timestamp);
    let total = micros(timestamp);
    let cut = |size: i64| total - total.rem_euclid(size);
    from_micros(match unit {
        "microseconds" => total,
        "milliseconds" => cut(1_000),
        "second" => cut(1_000_000),
        "minute" => cut(60_000_000),
        "hour" => cut(3_600_000_000),
        "day" => cut(DAY_MICROS),
        "week" => (fields.days - (fields.day_of_week() + 6).rem_euclid(7)) * DAY_MICROS,
        "month" => days_from_civil(fields.year, fields.month, 1) * DAY_MICROS,
        "quarter" => days_from_civil(fields.year, (fields.month - 1) / 3 * 3 + 1, 1) * DAY_MICROS,
        "year" => days_from_civil(fields.year, 1, 1) * DAY_MICROS,
        _ => return None,
    })
}
