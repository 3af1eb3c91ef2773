//! Cron expressions: minute, hour, day of month, month, day of week, in UTC.
//!
//! A field is `*`, a number, a range `1-5`, a list `0,30` or a step `*/15`. As in every cron, when both day
//! fields are restricted, a day that matches either one counts.

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use thiserror::Error;

/// A parsed cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// Why an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CronError {
    /// There are not five fields.
    #[error("a schedule has five fields (minute hour day month weekday), found {0}")]
    FieldCount(usize),
    /// A field is malformed or out of range.
    #[error(
        "`{text}` is no {field}: use *, a number, a list, a range or a step between {min} and {max}"
    )]
    Field {
        /// Which field.
        field: &'static str,
        /// What was written.
        text: String,
        /// The smallest number allowed.
        min: u8,
        /// The largest number allowed.
        max: u8,
    },
}

/// A set of numbers below 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    bits: u64,
    restricted: bool,
}

impl Field {
    fn parse(field: &'static str, text: &str, min: u8, max: u8) -> Result<Self, CronError> {
        let malformed = || CronError::Field {
            field,
            text: text.to_owned(),
            min,
            max,
        };
        let mut bits = 0_u64;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, step.parse::<u8>().map_err(|_| malformed())?),
                None => (part, 1),
            };
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (min, max),
                Some((first, last)) => (
                    first.parse().map_err(|_| malformed())?,
                    last.parse().map_err(|_| malformed())?,
                ),
                None => {
                    let number = range.parse().map_err(|_| malformed())?;
                    (number, if part.contains('/') { max } else { number })
                }
            };
            if step == 0 || first < min || last > max || first > last {
                return Err(malformed());
            }
            for number in (first..=last).step_by(usize::from(step)) {
                bits |= 1 << number;
            }
        }
        Ok(Self {
            bits,
            restricted: text != "*",
        })
    }

    fn contains(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.bits & (1 << number) != 0)
    }
}

impl Cron {
    /// Reads an expression such as `*/15 8-18 * * 1-5`.
    ///
    /// # Errors
    /// When it does not have five well-formed fields.
    pub fn parse(expression: &str) -> Result<Self, CronError> {
        let fields: Vec<_> = expression.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(CronError::FieldCount(fields.len()));
        };
        Ok(Self {
            minutes: Field::parse("minute", minutes, 0, 59)?,
            hours: Field::parse("hour", hours, 0, 23)?,
            days: Field::parse("day of month", days, 1, 31)?,
            months: Field::parse("month", months, 1, 12)?,
            weekdays: Field::parse("day of week", weekdays, 0, 6)?,
        })
    }

    /// The first matching minute after `after`, or `None` when there is none within four years
    /// (`0 0 30 2 *` never comes).
    #[must_use]
    pub fn next_after(&self, after: DateTime) -> Option<DateTime> {
        let horizon = after.checked_add(4.years()).ok()?;
        let start_of_minute = after.with().second(0).subsec_nanosecond(0).build().ok()?;
        let mut at = start_of_minute.checked_add(1.minute()).ok()?;
        while at < horizon {
            if !self.matches_day(at) {
                at = at.date().checked_add(1.day()).ok()?.at(0, 0, 0, 0);
            } else if !self.hours.contains(at.hour()) {
                at = at
                    .with()
                    .minute(0)
                    .build()
                    .ok()?
                    .checked_add(1.hour())
                    .ok()?;
            } else if !self.minutes.contains(at.minute()) {
                at = at.checked_add(1.minute()).ok()?;
            } else {
                return Some(at);
            }
        }
        None
    }

    fn matches_day(&self, at: DateTime) -> bool {
        let day = self.days.contains(at.day());
        let weekday = self.weekdays.contains(at.weekday().to_sunday_zero_offset());
        let day_matches = if self.days.restricted && self.weekdays.restricted {
            day || weekday
        } else {
            day && weekday
        };
        day_matches && self.months.contains(at.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, after: &str, expect: &str) {
        let cron = Cron::parse(expression).expect("a cron expression");
        let next = cron.next_after(after.parse().expect("a date and time"));
        assert_eq!(
            next.map(|at| at.strftime("%Y-%m-%dT%H:%M").to_string())
                .as_deref(),
            Some(expect)
        );
    }

    #[test]
    fn finds_the_next_minute() {
        check("0 * * * *", "2026-03-04T09:00:00", "2026-03-04T10:00");
        check("*/15 * * * *", "2026-03-04T09:59:59", "2026-03-04T10:00");
        check("30 2 * * *", "2026-02-28T03:00:00", "2026-03-01T02:30");
        check("5/20 * * * *", "2026-03-04T09:26:00", "2026-03-04T09:45");
        check("0 8-18 * * 1-5", "2026-03-06T18:00:00", "2026-03-09T08:00");
        check("0 0 29 2 *", "2026-03-01T00:00:00", "2028-02-29T00:00");
    }

    #[test]
    fn either_day_field_counts_when_both_are_restricted() {
        check("0 0 13 * 5", "2026-03-10T00:00:00", "2026-03-13T00:00");
        check("0 0 13 * 5", "2026-03-13T00:00:00", "2026-03-20T00:00");
    }

    #[test]
    fn a_day_that_never_comes_has_no_next() {
        let cron = Cron::parse("0 0 30 2 *").expect("well-formed");
        assert_eq!(
            cron.next_after("2026-01-01T00:00:00".parse().expect("a date")),
            None
        );
    }

    #[test]
    fn malformed_expressions_say_which_field() {
        assert_eq!(Cron::parse("* * *"), Err(CronError::FieldCount(3)));
        for expression in [
            "60 * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "x * * * *",
            "300 * * * *",
        ] {
            let error = Cron::parse(expression).expect_err(expression);
            assert!(error.to_string().contains("is no minute"), "{error}");
        }
    }
}
