//! The recorder behind the `metrics` facade, and the collection of its series as OTLP.
//!
//! `recorder` receives the facade's calls, `series` knows every series and encodes them, `instruments` are the
//! values that application code updates, `buckets` the boundaries of histograms.
//!
//! It does not keep samples: a collection reports the state of each series at that moment.

mod buckets;
mod instruments;
mod recorder;
mod series;

pub use buckets::Buckets;
pub(crate) use recorder::{GlobalRecorder, LocalRecorder};
pub(crate) use series::Series;
