//! Runs of a table's segments: copied for writing, and described in a manifest.
//!
//! A recording that is written at once is one run from the first segment to the last; a live one is
//! written a run at a time.

use super::arrays::{Group, group};
use super::background::{Background, Finished};
use super::error::RecordingError;
use super::manifest::{KeyEntry, Manifest, TableEntry};
use super::sink::{Part, SealedSegment};
use crate::column::Column;
use crate::table::{Key, KeyId, Stored, Table, TableBuilder, Tables};

/// How many sealed segments each table has at a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments {
    counts: [usize; 3],
}

impl Segments {
    pub(crate) fn of(tables: &Tables) -> Self {
        Self {
            counts: Part::ALL.map(|part| with_table(tables, part, |table| table.segments().len())),
        }
    }

    fn count(&self, part: Part) -> usize {
        self.counts[part as usize]
    }
}

/// A segment on its way to its file.
pub(crate) type Sealed = (Part, Group);

/// Copies a segment while its table is locked.
pub(crate) fn copy(table: &TableBuilder, segment: SealedSegment) -> Option<Sealed> {
    group(table.table(), segment.index).map(|group| (segment.part, group))
}

/// Hands a run of segments to the files.
pub(crate) fn write_segments(
    tables: &Tables,
    from: &Segments,
    to: &Segments,
    background: &mut Background,
) -> Result<(), RecordingError> {
    for part in Part::ALL {
        // One segment at a time, so that no more than the queue is in memory twice.
        for index in from.count(part)..to.count(part) {
            if let Some(group) = with_table(tables, part, |table| group(table, index)) {
                background.write(part, group)?;
            }
        }
    }
    Ok(())
}

/// Enters a run of a table's segments, and the file that they were written to, into the manifest.
pub(crate) fn describe(
    manifest: &mut Manifest,
    tables: &Tables,
    part: Part,
    (from, to): (&Segments, &Segments),
    files: &mut Finished,
) {
    let Some(file) = files.remove(&part) else {
        return;
    };
    let range = from.count(part)..to.count(part);
    with_table(tables, part, |table| {
        let rows_of = |key: &Key| {
            let columns = key.data().map(|data| &data.columns[..]).unwrap_or_default();
            let columns = columns.get(range.start.min(columns.len())..range.end.min(columns.len()));
            columns
                .into_iter()
                .flatten()
                .flatten()
                .map(|column: &Column| column.count() as u64)
                .sum()
        };
        let keys = table.keys().iter().enumerate().filter_map(|(index, key)| {
            let column = file.columns.get(&KeyId(index as u16))?.clone();
            Some(KeyEntry {
                name: key.name.clone(),
                key_type: key.key_type,
                rows: rows_of(key),
                column,
            })
        });
        let entry = TableEntry {
            keys: keys.collect(),
            resources: table.resources().to_vec(),
        };
        manifest.tables.insert(part.name().to_owned(), entry);
        let segments = table.segments().get(range.clone()).unwrap_or_default();
        let rows: usize = segments.iter().map(crate::table::Segment::rows).sum();
        match part {
            Part::Spans => manifest.counts.spans = rows as u64,
            Part::Logs => manifest.counts.logs = rows as u64,
            Part::Samples => manifest.counts.samples = rows as u64,
        }
        for segment in segments {
            manifest.extend(segment.first_time(), segment.last_time().saturating_add(1));
        }
        if part != Part::Samples {
            let services = table
                .resources()
                .iter()
                .map(|resource| resource.service.clone());
            manifest.services.extend(services);
            manifest.services.sort();
            manifest.services.dedup();
        }
    });
    manifest.files.insert(part.file(), file.entry);
}

fn with_table<T>(tables: &Tables, part: Part, read: impl FnOnce(&Table) -> T) -> T {
    let stored = match part {
        Part::Spans => tables.spans(),
        Part::Logs => tables.logs(),
        Part::Samples => tables.samples(),
    };
    match &*stored {
        Stored::Open(builder) => read(builder.table()),
        Stored::Sealed(table) => read(table),
    }
}
