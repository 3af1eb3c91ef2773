//! A sealed run of rows sorted by time: everything that is not a key.

use std::sync::OnceLock;

use crate::column::{Parents, Texts, TraceIndex};

/// Span ids and parents of a segment's rows. Logs have span ids and no parents.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// Span id per row; 0 for none.
    pub span_ids: Vec<u64>,
    /// Parent per row; empty for logs.
    pub parents: Parents,
}

/// Rows sorted by time. Parts other than the times may be loaded later; until then they read as empty.
#[derive(Debug)]
pub struct Segment {
    times: Vec<i64>,
    pub(crate) durations: OnceLock<Vec<i64>>,
    pub(crate) max_duration: OnceLock<i64>,
    pub(crate) traces: OnceLock<TraceIndex>,
    pub(crate) identities: OnceLock<Identities>,
    pub(crate) bodies: OnceLock<Texts>,
}

impl Segment {
    /// A segment of which only the times are known. Times must not be empty and are sorted.
    pub(crate) fn new(times: Vec<i64>) -> Self {
        Self {
            times,
            durations: OnceLock::new(),
            max_duration: OnceLock::new(),
            traces: OnceLock::new(),
            identities: OnceLock::new(),
            bodies: OnceLock::new(),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.times.len()
    }

    /// Start (spans) or time (logs) per row, nanoseconds since the epoch, ascending.
    #[must_use]
    #[inline]
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Earliest time.
    #[must_use]
    pub fn first_time(&self) -> i64 {
        self.times.first().copied().unwrap_or(i64::MAX)
    }

    /// Latest time.
    #[must_use]
    pub fn last_time(&self) -> i64 {
        self.times.last().copied().unwrap_or(i64::MIN)
    }

    /// Duration per row in nanoseconds (spans).
    #[must_use]
    #[inline]
    pub fn durations(&self) -> &[i64] {
        self.durations.get().map_or(&[], Vec::as_slice)
    }

    /// Longest duration.
    #[must_use]
    pub fn max_duration(&self) -> i64 {
        *self
            .max_duration
            .get_or_init(|| self.durations().iter().copied().max().unwrap_or(0))
    }

    /// Traces of the rows.
    #[must_use]
    pub fn traces(&self) -> &TraceIndex {
        static NONE: TraceIndex = TraceIndex {
            ids: Vec::new(),
            codes: Vec::new(),
        };
        self.traces.get().unwrap_or(&NONE)
    }

    /// Span ids and parents of the rows.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        static NONE: std::sync::LazyLock<Identities> =
            std::sync::LazyLock::new(Identities::default);
        self.identities.get().unwrap_or(&NONE)
    }

    /// Bodies of the rows (logs).
    #[must_use]
    pub fn bodies(&self) -> &Texts {
        static NONE: std::sync::LazyLock<Texts> = std::sync::LazyLock::new(Texts::default);
        self.bodies.get().unwrap_or(&NONE)
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let identities = self.identities();
        (self.times.len() + self.durations().len() + identities.span_ids.len()) * 8
            + identities.parents.bytes()
            + self.traces().bytes()
            + self.bodies().bytes()
    }
}
