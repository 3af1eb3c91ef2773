//! A run of a live recording: what came between two moments, as a folder of Parquet files.
//!
//! It has the form of a recording, so that there is one format, and lets the live recording forget
//! its log up to the later moment.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::background::Background;
use super::durable::{sync_folder, write_durably};
use super::error::RecordingError;
use super::manifest::{self, Manifest, RecordingInfo};
use super::metrics_file;
use super::reader::{check_files, open_table};
use super::segments::{Segments, describe, write_segments};
use super::sink::Part;
use crate::metrics::{MetricCut, MetricStore};
use crate::table::{Stored, TableBuilder, TableLimits, Tables};

/// Everything that there was at a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut {
    segments: Segments,
    metrics: MetricCut,
}

impl Cut {
    /// Seals the open segments and says what there is. The caller sees to it that nothing is
    /// appended meanwhile.
    pub(crate) fn now(tables: &Tables, metrics: &RwLock<MetricStore>) -> Self {
        for mut stored in [tables.spans_mut(), tables.logs_mut(), tables.samples_mut()] {
            if let Stored::Open(table) = &mut *stored {
                table.seal();
            }
        }
        Self::of(
            tables,
            &metrics.read().unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// What is sealed of the tables, and all of the metrics.
    pub(crate) fn of(tables: &Tables, metrics: &MetricStore) -> Self {
        Self {
            segments: Segments::of(tables),
            metrics: metrics.cut(),
        }
    }
}

/// Writes what came between two cuts to `folder`, which is there whole or not at all. `about` goes
/// into the manifest's private part.
pub(crate) fn write_run(
    folder: &Path,
    tables: &Tables,
    metrics: &RwLock<MetricStore>,
    (from, to): (&Cut, &Cut),
    about: serde_json::Map<String, serde_json::Value>,
) -> Result<(), RecordingError> {
    let writing = folder.with_extension("writing");
    if writing.exists() {
        fs::remove_dir_all(&writing).map_err(RecordingError::io("remove", &writing))?;
    }
    fs::create_dir(&writing).map_err(RecordingError::io("create", &writing))?;
    let mut background = Background::start(&writing)?;
    write_segments(tables, &from.segments, &to.segments, &mut background)?;
    let mut files = background.finish()?;
    let mut manifest = Manifest::new(RecordingInfo {
        private: about,
        ..RecordingInfo::default()
    });
    for part in Part::ALL {
        describe(
            &mut manifest,
            tables,
            part,
            (&from.segments, &to.segments),
            &mut files,
        );
    }
    {
        let store = metrics.read().unwrap_or_else(PoisonError::into_inner);
        metrics_file::write(
            &writing,
            &store,
            (&from.metrics, &to.metrics),
            &mut manifest,
        )?;
    }
    write_durably(&writing.join(manifest::FILE), &manifest.to_json())?;
    sync_folder(&writing)?;
    fs::rename(&writing, folder).map_err(RecordingError::io("rename", &writing))?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Reads runs back, in order, into tables that take more rows; also what was given as `about` for
/// the last one.
pub(crate) fn read_runs(
    folders: &[PathBuf],
) -> Result<
    (
        Tables,
        MetricStore,
        serde_json::Map<String, serde_json::Value>,
    ),
    RecordingError,
> {
    let mut store = MetricStore::default();
    let mut runs = Vec::new();
    for folder in folders {
        let manifest = Manifest::read(folder)?;
        check_files((folder, &manifest))?;
        metrics_file::read(folder, &mut store)?;
        runs.push((folder.as_path(), manifest));
    }
    let Some((_, last)) = runs.last() else {
        return Ok((Tables::default(), store, serde_json::Map::new()));
    };
    let about = last.private.clone();
    let folders: Vec<_> = runs
        .iter()
        .map(|(folder, manifest)| (*folder, manifest))
        .collect();
    let [spans, logs, samples] = Part::ALL.map(|part| -> Result<Stored, RecordingError> {
        let table = open_table(&folders, part)?;
        Ok(Stored::Open(TableBuilder::resume(
            table,
            TableLimits::default(),
        )?))
    });
    Ok((Tables::new(spans?, logs?, samples?), store, about))
}
