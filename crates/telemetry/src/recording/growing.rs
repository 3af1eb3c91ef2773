//! A recording in the making, for whoever asks questions while it is written.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::attachments::{AttachmentEntry, AttachmentReader, Attachments};
use super::error::RecordingError;
use super::manifest::Counts;
use super::sink::count;
use crate::metrics::MetricStore;
use crate::table::{Tables, TimeRange};

/// The tables and metrics of a recording that grows; a cheap handle. What it shows stays when the recording is
/// sealed, and is freed when the last handle goes.
#[derive(Debug, Clone)]
pub struct Growing {
    tables: Arc<Tables>,
    metrics: Arc<RwLock<MetricStore>>,
    attachments: Arc<Attachments>,
}

impl Growing {
    pub(crate) fn new(
        tables: &Arc<Tables>,
        metrics: &Arc<RwLock<MetricStore>>,
        attachments: &Arc<Attachments>,
    ) -> Self {
        Self {
            tables: Arc::clone(tables),
            metrics: Arc::clone(metrics),
            attachments: Arc::clone(attachments),
        }
    }

    /// Spans, logs and database samples so far.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The metrics so far. Nothing is appended while the guard is held.
    pub fn metrics(&self) -> RwLockReadGuard<'_, MetricStore> {
        self.metrics.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files so far, in order of arrival.
    #[must_use]
    pub fn attachments(&self) -> Vec<AttachmentEntry> {
        self.attachments.list()
    }

    /// A file's content, by its place in [`Growing::attachments`]; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open_attachment(
        &self,
        number: usize,
    ) -> Result<Option<AttachmentReader>, RecordingError> {
        self.attachments.open(number)
    }

    /// What it holds by now. Cheap enough to ask after every request.
    #[must_use]
    pub fn counts(&self) -> Counts {
        count(&self.tables, &self.metrics())
    }

    /// Services that have sent spans or logs by now, sorted; a sealed recording's manifest lists the same ones.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let (spans, logs) = (self.tables.spans(), self.tables.logs());
        let (spans, logs) = (spans.view(), logs.view());
        let resources = spans.resources().iter().chain(logs.resources());
        let services: BTreeSet<&String> = resources.map(|resource| &resource.service).collect();
        services.into_iter().cloned().collect()
    }

    /// From the first to the last moment of what the tables hold by now; `None` while they are empty.
    #[must_use]
    pub fn extent(&self) -> Option<TimeRange> {
        let extents = [
            self.tables.spans().view().extent(),
            self.tables.logs().view().extent(),
            self.tables.samples().view().extent(),
        ];
        let known = || extents.iter().flatten();
        let start = known().map(|extent| extent.start).min()?;
        let end = known().map(|extent| extent.end).max()?;
        Some(TimeRange::new(start, end))
    }
}
