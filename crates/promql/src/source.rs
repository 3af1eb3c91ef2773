//! Where samples come from: the one trait that a store implements.

use crate::labels::Labels;
use crate::matcher::Matcher;

/// The bit pattern of the staleness marker. A sample with exactly this value says that the
/// series ended; any other NaN is an ordinary value.
pub const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether a value is the staleness marker.
#[must_use]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE.to_bits()
}

/// A store of series.
///
/// The evaluator asks once per selector of a query, for the whole time that the query needs, and
/// slides over the answer; a source need not cache.
pub trait Source {
    /// The series whose labels fulfil all matchers, with their samples from
    /// [`Selection::start_ms`] to [`Selection::end_ms`], both ends included. Series without a
    /// sample in that time may be left out; samples outside of it do no harm. The series may come
    /// in any order, but each only once.
    ///
    /// # Errors
    ///
    /// [`SourceError`], which ends the query. A source that would exceed
    /// [`Selection::max_series`] or [`Selection::max_samples`] should return
    /// [`SourceError::TooMuch`] instead of filling memory.
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError>;
}

/// What the evaluator asks a [`Source`] for.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// All of these must hold. The metric name is the label `__name__`.
    pub matchers: &'a [Matcher],
    /// First wanted timestamp, in milliseconds since the Unix epoch.
    pub start_ms: i64,
    /// Last wanted timestamp, in milliseconds since the Unix epoch.
    pub end_ms: i64,
    /// How many series the query may still touch.
    pub max_series: usize,
    /// How many samples the query may still touch.
    pub max_samples: usize,
}

impl Selection<'_> {
    /// Whether a series with these labels is wanted.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        let mut matchers = self.matchers.iter();
        matchers.all(|matcher| matcher.matches(labels.value(&matcher.name)))
    }
}

/// A series and its samples, as two columns of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// The identity of the series.
    pub labels: Labels,
    /// Milliseconds since the Unix epoch, strictly ascending.
    pub timestamps: Vec<i64>,
    /// The value at each timestamp. [`STALE`] marks that the series ended there.
    pub values: Vec<f64>,
}

impl Series {
    /// Builds a series from pairs of milliseconds and value, which must be sorted by time.
    pub fn from_samples(labels: Labels, samples: impl IntoIterator<Item = (i64, f64)>) -> Self {
        let (timestamps, values) = samples.into_iter().unzip();
        Series {
            labels,
            timestamps,
            values,
        }
    }

    /// The samples as pairs of milliseconds and value.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = (i64, f64)> {
        let values = self.values.iter().copied();
        self.timestamps.iter().copied().zip(values)
    }
}

/// Why a [`Source`] has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The selection holds more than the query may touch.
    #[error("the selection holds at least {series} series and {samples} samples")]
    TooMuch {
        /// Series found until the source stopped.
        series: usize,
        /// Samples found until the source stopped.
        samples: usize,
    },
    /// The selection holds samples that are not floats, for example native histograms.
    #[error("the selection holds {0}, which cannot be evaluated yet")]
    Unsupported(String),
    /// The store failed.
    #[error("the store failed: {0}")]
    Failed(String),
}
