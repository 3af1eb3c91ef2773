//! Arrivals per second as a function of time. Start at [`Curve::constant`].

use std::{f64::consts::TAU, time::Duration};

use crate::{random::mix, time::Timestamp};

const DAY: f64 = 86_400.0;

/// Arrivals per second over time: a base rate, shaped by the time of day, noise and spikes.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    base: f64,
    daily: Option<Daily>,
    noise: Option<Noise>,
    spikes: Vec<Spike>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Daily {
    /// Second of the day (UTC) with the most arrivals.
    peak: f64,
    /// Half the distance between peak and trough, as a share of the base.
    amplitude: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Noise {
    seed: u64,
    amplitude: f64,
    period: Duration,
}

/// A time in which the rate is multiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// What the rate is multiplied by.
    pub factor: f64,
}

impl Curve {
    /// Always `rate` arrivals per second; what is not positive means none.
    pub fn constant(rate: f64) -> Self {
        Self {
            base: if rate > 0.0 { rate } else { 0.0 },
            daily: None,
            noise: None,
            spikes: Vec::new(),
        }
    }

    /// A sine over the day with its peak at this time of day (UTC), `amplitude` (0 to 1) up and down.
    pub fn with_daily_shape(mut self, peak: Duration, amplitude: f64) -> Self {
        self.daily = Some(Daily {
            peak: peak.as_secs_f64(),
            amplitude: amplitude.clamp(0.0, 1.0),
        });
        self
    }

    /// Slow random swings by up to `amplitude` (0 to 1), a new direction every `period`. The same seed swings
    /// the same way.
    pub fn with_noise(mut self, seed: u64, amplitude: f64, period: Duration) -> Self {
        let period = period.max(Duration::from_millis(1));
        self.noise = Some(Noise {
            seed,
            amplitude: amplitude.clamp(0.0, 1.0),
            period,
        });
        self
    }

    /// Adds a spike; overlapping ones multiply.
    pub fn with_spike(mut self, spike: Spike) -> Self {
        self.spikes.push(spike);
        self
    }

    /// Arrivals per second at this time.
    pub fn rate(&self, at: Timestamp) -> f64 {
        let seconds = at.as_unix_nanos() as f64 / 1e9;
        let daily = self.daily.map_or(1.0, |daily| {
            1.0 + daily.amplitude * ((seconds % DAY - daily.peak) / DAY * TAU).cos()
        });
        let noise = self.noise.map_or(1.0, |noise| noise.at(at));
        let spiking = self
            .spikes
            .iter()
            .filter(|spike| (spike.from..spike.until).contains(&at));
        let spikes: f64 = spiking.map(|spike| spike.factor.max(0.0)).product();
        self.base * daily * noise * spikes
    }

    /// A rate that is never exceeded.
    pub(super) fn ceiling(&self) -> f64 {
        let daily = self.daily.map_or(1.0, |daily| 1.0 + daily.amplitude);
        let noise = self.noise.map_or(1.0, |noise| 1.0 + noise.amplitude);
        let spikes: f64 = self
            .spikes
            .iter()
            .map(|spike| spike.factor.max(1.0))
            .product();
        self.base * daily * noise * spikes
    }
}

impl Noise {
    /// Random values at the ends of each period, with a smooth line between them.
    fn at(&self, at: Timestamp) -> f64 {
        let position = at.as_unix_nanos() as f64 / self.period.as_nanos() as f64;
        let (index, within) = (position.floor(), position.fract());
        let value =
            |index: f64| mix(self.seed ^ mix(index as u64)) as f64 / u64::MAX as f64 * 2.0 - 1.0;
        let smooth = within * within * (3.0 - 2.0 * within);
        let (left, right) = (value(index), value(index + 1.0));
        1.0 + self.amplitude * (left + (right - left) * smooth)
    }
}
