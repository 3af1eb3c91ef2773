//! What application code updates: counters, gauges, histograms.
//!
//! Start at [`Histogram`], the only one with more than a number in it. Updates never block on a collection
//! for longer than copying one histogram takes.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use metrics::{CounterFn, GaugeFn, HistogramFn};

use crate::context::{SpanContext, current_span};

/// A monotonic sum.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl CounterFn for Counter {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }
}

/// A number that goes up and down, kept as its bits.
#[derive(Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    pub(crate) fn value(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, delta: f64) {
        let add = |bits| Some((f64::from_bits(bits) + delta).to_bits());
        // The closure always gives a value, so the update cannot fail.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl GaugeFn for Gauge {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// A distribution in explicit buckets.
pub(crate) struct Histogram {
    pub(crate) bounds: Arc<[f64]>,
    state: Mutex<Distribution>,
}

/// State of a histogram.
#[derive(Clone)]
pub(crate) struct Distribution {
    /// One more than there are bounds: the last bucket is open.
    pub(crate) buckets: Vec<u64>,
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) exemplar: Option<Exemplar>,
}

/// The largest value since the last collection that was recorded inside a span.
#[derive(Clone, Copy)]
pub(crate) struct Exemplar {
    pub(crate) value: f64,
    pub(crate) time: u64,
    pub(crate) span: SpanContext,
}

impl Histogram {
    pub(crate) fn new(bounds: Arc<[f64]>) -> Self {
        let buckets = vec![0; bounds.len() + 1];
        Self {
            bounds,
            state: Mutex::new(Distribution {
                buckets,
                count: 0,
                sum: 0.0,
                exemplar: None,
            }),
        }
    }

    /// The state, whose exemplar is thereby used up.
    pub(crate) fn collect(&self) -> Distribution {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let collected = state.clone();
        state.exemplar = None;
        collected
    }

    fn record(&self, value: f64, clock: fn() -> u64) {
        if value.is_nan() {
            // It belongs to no bucket and would turn the sum into NaN for ever.
            return;
        }
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.buckets[bucket] += 1;
        state.count += 1;
        state.sum += value;
        let slowest = state.exemplar.is_none_or(|exemplar| value > exemplar.value);
        if slowest && let Some(span) = current_span() {
            state.exemplar = Some(Exemplar {
                value,
                time: clock(),
                span,
            });
        }
    }
}

/// A histogram with the clock that stamps its exemplars.
pub(crate) struct ClockedHistogram {
    pub(crate) histogram: Histogram,
    pub(crate) clock: fn() -> u64,
}

impl HistogramFn for ClockedHistogram {
    fn record(&self, value: f64) {
        self.histogram.record(value, self.clock);
    }
}
