//! Times that databases write as text.

/// Nanoseconds since the epoch of `2026-03-01T09:00:00.25Z` or PostgreSQL's `2026-03-01 09:00:00.25+00`.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = whole.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (
        clock.next()??,
        clock.next()??,
        clock.next().unwrap_or(Some(0))?,
    );
    let valid = (1970..2262).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..61).contains(&second);
    if !valid || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    (seconds - zone_seconds(zone)?)
        .checked_mul(1_000_000_000)?
        .checked_add(nanos)
}

/// Seconds east of Greenwich of `Z`, `+00`, `+0530`, `-03:30` or nothing.
fn zone_seconds(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z') => return Some(0),
        Some('-') => -1,
        Some(_) => 1,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..4)
        .map_or(Some(0), |minutes| minutes.parse().ok())?;
    Some(sign * (hours * 3_600 + minutes * 60))
}

/// Days from 1 January 1970 in the Gregorian calendar; years are counted from March, so that the leap
/// day is the last of a year.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse_time;

    fn check(text: &str, expect: Option<i64>) {
        assert_eq!(parse_time(text), expect, "{text}");
    }

    #[test]
    fn times_in_both_notations() {
        check("1970-01-01T00:00:00Z", Some(0));
        check("2026-03-01T09:00:00.25Z", Some(1_772_355_600_250_000_000));
        check("2026-03-01 09:00:00.25+00", Some(1_772_355_600_250_000_000));
        check("2026-03-01 14:30:00+05:30", Some(1_772_355_600_000_000_000));
        check("2024-02-29T12:00:00-0100", Some(1_709_211_600_000_000_000));
        check("yesterday", None);
        check("2026-13-01T09:00:00Z", None);
        check("2026-03-01T09:00:0xZ", None);
        check("", None);
    }
}
