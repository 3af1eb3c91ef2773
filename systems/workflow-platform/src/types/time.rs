//! Instants as the API shows them: RFC 3339, UTC, milliseconds.

use serde::de::Error as _;
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
        serializer.collect_str(&format_args!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
            civil.millisecond()
        ))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let instant: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        let nanos = u64::try_from(instant.as_nanosecond()).map_err(D::Error::custom)?;
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
