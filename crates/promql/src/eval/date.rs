//! Calendar functions, in UTC.

/// What to read from a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    Year,
    Month,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    DaysInMonth,
    Hour,
    Minute,
}

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: i64,
    /// 1 to 31.
    pub(crate) day: i64,
}

const DAY: i64 = 86_400;

impl Civil {
    /// The date of a time in seconds since the Unix epoch.
    pub(crate) fn at(seconds: i64) -> Self {
        // Years here begin in March, so that the leap day is the last of its year; an era is the
        // 400 years after which the calendar repeats.
        let days = seconds.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: of_year - (153 * march_month + 2) / 5 + 1,
        }
    }

    fn is_leap_year(self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn days_in_month(self, month: i64) -> i64 {
        match month {
            2 if self.is_leap_year() => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn day_of_year(self) -> i64 {
        let before: i64 = (1..self.month).map(|month| self.days_in_month(month)).sum();
        before + self.day
    }
}

/// Reads a part of a time in seconds since the Unix epoch. A number that is no time gives NaN.
pub(crate) fn date_part(part: DatePart, seconds: f64) -> f64 {
    // Far beyond any date that a calendar is meant for.
    if !(-1e15..1e15).contains(&seconds) {
        return f64::NAN;
    }
    // Cut off, not rounded, as upstream does.
    let seconds = seconds as i64;
    let civil = Civil::at(seconds);
    let value = match part {
        DatePart::Year => civil.year,
        DatePart::Month => civil.month,
        DatePart::DayOfMonth => civil.day,
        // The epoch was a Thursday.
        DatePart::DayOfWeek => (seconds.div_euclid(DAY) + 4).rem_euclid(7),
        DatePart::DayOfYear => civil.day_of_year(),
        DatePart::DaysInMonth => civil.days_in_month(civil.month),
        DatePart::Hour => seconds.rem_euclid(DAY) / 3600,
        DatePart::Minute => seconds.rem_euclid(3600) / 60,
    };
    value as f64
}
