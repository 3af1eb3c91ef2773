//! Instants as the API shows them: RFC 3339, UTC, milliseconds.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sim::Timestamp;

/// An instant that serialises as RFC 3339, for example `2026-03-04T09:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl Instant {
    /// Now, by the clock of the process.
    #[must_use]
    pub fn now() -> Self {
        Self(sim::now())
    }

    /// The same instant on the calendar, in UTC.
    #[must_use]
    pub fn civil(self) -> jiff::civil::DateTime {
        let nanos = i128::from(self.0.as_unix_nanos());
        let instant =
            jiff::Timestamp::from_nanosecond(nanos).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        jiff::tz::Offset::UTC.to_datetime(instant)
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let civil = self.civil();
        // Digit by digit: lists are full of instants, and padded formatting takes ten times as long.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        write_digits(&mut text[0..4], civil.year().unsigned_abs());
        write_digits(&mut text[5..7], civil.month().unsigned_abs().into());
        write_digits(&mut text[8..10], civil.day().unsigned_abs().into());
        write_digits(&mut text[11..13], civil.hour().unsigned_abs().into());
        write_digits(&mut text[14..16], civil.minute().unsigned_abs().into());
        write_digits(&mut text[17..19], civil.second().unsigned_abs().into());
        write_digits(&mut text[20..23], civil.millisecond().unsigned_abs());
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

/// Writes the last digits of `number`, as many as there is room for.
fn write_digits(room: &mut [u8], mut number: u16) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let instant: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        let nanos = u64::try_from(instant.as_nanosecond()).map_err(serde::de::Error::custom)?;
        Ok(Self(Timestamp::from_unix_nanos(nanos)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_travel_as_rfc_3339_in_utc() {
        let instant = Instant(Timestamp::from_unix_nanos(1_772_614_800_250_000_000));
        let json = serde_json::to_string(&instant).expect("serialises");
        assert_eq!(json, r#""2026-03-04T09:00:00.250Z""#);
        assert_eq!(
            serde_json::from_str::<Instant>(&json).expect("parses"),
            instant
        );
    }
}
