//! The moments at which something arrives. Start at [`arrivals()`].

use std::time::Duration;

use super::curve::Curve;
use crate::{
    Rng, dist,
    time::{Timestamp, now, sleep_until},
};

/// Less than one arrival in thirty years counts as none.
const FEWEST: f64 = 1e-9;

/// Arrivals by a Poisson process whose rate follows `curve`, from now until `until`. Draws are made for
/// `purpose`, so that several streams do not disturb each other.
///
/// # Panics
/// Outside a [`crate::Runtime`].
pub fn arrivals(curve: Curve, purpose: &'static str, until: Timestamp) -> Arrivals {
    Arrivals {
        ceiling: curve.ceiling(),
        curve,
        rng: crate::rng(purpose),
        last: now(),
        until,
    }
}

/// See [`arrivals()`].
#[derive(Clone, Debug)]
pub struct Arrivals {
    curve: Curve,
    ceiling: f64,
    rng: Rng,
    last: Timestamp,
    until: Timestamp,
}

impl Arrivals {
    /// Waits for the next arrival and returns its time; `None` when there are no more.
    ///
    /// When the caller is late the arrivals that were missed follow at once: load does not wait.
    pub async fn next(&mut self) -> Option<Timestamp> {
        let arrival = self.draw()?;
        sleep_until(arrival).await;
        Some(arrival)
    }

    /// Thinning: draw at the highest rate and keep each arrival with the share of that rate which applies.
    fn draw(&mut self) -> Option<Timestamp> {
        if self.ceiling < FEWEST {
            return None;
        }
        let mean = Duration::from_secs_f64(1.0 / self.ceiling);
        loop {
            self.last += dist::gap(&mut self.rng, mean);
            if self.last >= self.until {
                return None;
            }
            if self.rng.chance(self.curve.rate(self.last) / self.ceiling) {
                return Some(self.last);
            }
        }
    }
}
