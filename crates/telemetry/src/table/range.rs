//! The half-open range of time that a question is about.

/// `start <= time < end`, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    /// First instant inside.
    pub start: i64,
    /// First instant after.
    pub end: i64,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self {
        start: i64::MIN,
        end: i64::MAX,
    };

    /// The range between two nanosecond timestamps.
    #[must_use]
    pub fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    /// The range between two millisecond timestamps; saturates at the ends of time.
    #[must_use]
    pub fn from_millis(start: i64, end: i64) -> Self {
        Self {
            start: start.saturating_mul(1_000_000),
            end: end.saturating_mul(1_000_000),
        }
    }

    /// Whether the instant is inside.
    #[must_use]
    pub fn contains(&self, time: i64) -> bool {
        self.start <= time && time < self.end
    }

    /// Whether nothing can be inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Nanoseconds from start to end; 0 when empty.
    #[must_use]
    pub fn length(&self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }

    /// The part that both ranges share.
    #[must_use]
    pub fn intersect(&self, other: Self) -> Self {
        Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        }
    }
}
