//! How hard an incident is to read.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Sets the number and the closeness of coincidences, and how noisy ordinary life is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    /// Two coincidences, far from the onset; hardly any noise.
    Junior,
    /// Two coincidences at some distance.
    Mid,
    /// Three coincidences near the onset.
    Senior,
    /// Four coincidences, close to the onset; noisy partners.
    Staff,
}

/// A difficulty that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDifficulty(pub String);

impl fmt::Display for UnknownDifficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no difficulty `{}`: use junior, mid, senior or staff",
            self.0
        )
    }
}

impl std::error::Error for UnknownDifficulty {}

impl FromStr for Difficulty {
    type Err = UnknownDifficulty;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "junior" => Ok(Self::Junior),
            "mid" => Ok(Self::Mid),
            "senior" => Ok(Self::Senior),
            "staff" => Ok(Self::Staff),
            other => Err(UnknownDifficulty(other.to_owned())),
        }
    }
}

impl Difficulty {
    /// How many coincidences there are.
    pub(crate) const fn red_herrings(self) -> usize {
        match self {
            Self::Junior | Self::Mid => 2,
            Self::Senior => 3,
            Self::Staff => 4,
        }
    }

    /// How far from the onset coincidences are, in minutes: at least and at most.
    pub(crate) const fn distance_minutes(self) -> (f64, f64) {
        match self {
            Self::Junior => (25.0, 55.0),
            Self::Mid => (12.0, 40.0),
            Self::Senior => (4.0, 25.0),
            Self::Staff => (1.0, 12.0),
        }
    }

    /// Share of calls that partners and customers' endpoints fail at any time.
    pub(crate) const fn background_failures(self) -> f64 {
        match self {
            Self::Junior => 0.002,
            Self::Mid => 0.005,
            Self::Senior => 0.010,
            Self::Staff => 0.025,
        }
    }
}
