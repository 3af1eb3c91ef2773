//! The tables of one recording behind locks: one writer, many readers.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{LoadError, Signal, Table, TableBuilder, View};

/// A table that is being written, or one that is finished.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are three of them in a recording"
)]
pub enum Stored {
    /// Takes rows.
    Open(TableBuilder),
    /// Never changes.
    Sealed(Table),
}

impl Stored {
    /// The table as queries read it.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        match self {
            Self::Open(builder) => builder.view(),
            Self::Sealed(table) => table.view(),
        }
    }

    /// The builder, when the table still takes rows.
    pub fn builder(&mut self) -> Option<&mut TableBuilder> {
        match self {
            Self::Open(builder) => Some(builder),
            Self::Sealed(_) => None,
        }
    }

    /// Loads everything that is still on disk.
    ///
    /// # Errors
    /// When something cannot be read or is damaged.
    pub fn load_all(&self) -> Result<(), LoadError> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Sealed(table) => table.load_all(),
        }
    }
}

/// Spans, logs and database samples of one recording.
///
/// Lock one table at a time, or in the order spans, logs, samples. Writers should hold a lock for one
/// batch only; a query holds it for its whole length (well below 100 ms).
#[derive(Debug)]
pub struct Tables {
    spans: RwLock<Stored>,
    logs: RwLock<Stored>,
    samples: RwLock<Stored>,
}

impl Default for Tables {
    fn default() -> Self {
        let open = |signal| Stored::Open(TableBuilder::new(signal));
        Self::new(open(Signal::Spans), open(Signal::Logs), open(Signal::Logs))
    }
}

impl Tables {
    /// Puts three tables together: spans, logs, and database samples (log events `db.server.*`).
    #[must_use]
    pub fn new(spans: Stored, logs: Stored, samples: Stored) -> Self {
        Self {
            spans: RwLock::new(spans),
            logs: RwLock::new(logs),
            samples: RwLock::new(samples),
        }
    }

    /// Spans, to read. Take [`Stored::view`] of it.
    pub fn spans(&self) -> RwLockReadGuard<'_, Stored> {
        self.spans.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs and events, to read.
    pub fn logs(&self) -> RwLockReadGuard<'_, Stored> {
        self.logs.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Database samples, to read.
    pub fn samples(&self) -> RwLockReadGuard<'_, Stored> {
        self.samples.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Spans, to append to or to replace by the sealed table.
    pub fn spans_mut(&self) -> RwLockWriteGuard<'_, Stored> {
        self.spans.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs and events, to append to or to replace.
    pub fn logs_mut(&self) -> RwLockWriteGuard<'_, Stored> {
        self.logs.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Database samples, to append to or to replace.
    pub fn samples_mut(&self) -> RwLockWriteGuard<'_, Stored> {
        self.samples.write().unwrap_or_else(PoisonError::into_inner)
    }
}
