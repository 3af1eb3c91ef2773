//! One Parquet file of a table: its footer, and single columns of single row groups.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;

use super::arrays::{core_columns, core_type, field, key_type};
use super::durable::guarded;
use super::error::RecordingError;
use super::manifest::TableEntry;
use crate::table::{KeyType, SEGMENT_ROWS, Signal};

/// A file whose footer has been read.
#[derive(Debug)]
pub(crate) struct PartFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The column of each key.
    columns: HashMap<(String, KeyType), String>,
}

/// A column by what it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// One of the columns that every table of a signal has.
    Core(&'static str),
    /// A key of the table.
    Key(&'a str, KeyType),
}

impl PartFile {
    pub(crate) fn open(
        path: &Path,
        entry: &TableEntry,
        signal: Signal,
    ) -> Result<Self, RecordingError> {
        let opened = guarded(|| Self::open_sound(path, entry, signal));
        opened.unwrap_or_else(|| {
            Err(RecordingError::damaged(
                path,
                "its footer cannot be decoded",
            ))
        })
    }

    fn open_sound(path: &Path, entry: &TableEntry, signal: Signal) -> Result<Self, RecordingError> {
        let damaged = |error: ParquetError| RecordingError::damaged(path, error);
        let file = File::open(path).map_err(RecordingError::io("open", path))?;
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let plain = ArrowReaderMetadata::load(&file, plain).map_err(damaged)?;
        // The types that the writer had: text comes back as a dictionary and not as texts.
        let core = core_columns(signal)
            .iter()
            .map(|name| (*name, core_type(name)));
        let keys = entry
            .keys
            .iter()
            .map(|key| (key.column.as_str(), key_type(key.key_type)));
        let known: HashMap<&str, _> = core.chain(keys).collect();
        let fields = plain.schema().fields().iter().map(|found| {
            let data_type = known.get(found.name().as_str()).cloned();
            field(
                found.name(),
                data_type.unwrap_or_else(|| found.data_type().clone()),
            )
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options);
        let keys = entry.keys.iter();
        let columns = keys.map(|key| ((key.name.clone(), key.key_type), key.column.clone()));
        let (path, columns) = (path.to_owned(), columns.collect());
        Ok(Self {
            metadata: metadata.map_err(damaged)?,
            path,
            columns,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// One column of one row group; `None` when the file has no such column, or nothing in it there.
    pub(crate) fn read(
        &self,
        wanted: Wanted<'_>,
        group: usize,
    ) -> Result<Option<ArrayRef>, Box<dyn Error + Send + Sync>> {
        let name = match wanted {
            Wanted::Core(name) => name,
            Wanted::Key(name, key_type) => match self.columns.get(&(name.to_owned(), key_type)) {
                Some(column) => column,
                None => return Ok(None),
            },
        };
        let Ok(index) = self.metadata.schema().index_of(name) else {
            return Ok(None);
        };
        let row_group = self.metadata.metadata().row_group(group);
        let nulls = row_group
            .column(index)
            .statistics()
            .and_then(Statistics::null_count_opt);
        if nulls.is_some_and(|nulls| nulls as i64 == row_group.num_rows()) {
            return Ok(None);
        }
        // By position: a name with dots would be taken for a path.
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), [index]);
        // A file of its own: readers that share one share its position, and several threads read.
        let file = File::open(&self.path)?;
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(SEGMENT_ROWS)
                .build()?;
        let mut arrays = Vec::new();
        for batch in reader {
            arrays.push(Arc::clone(batch?.column(0)));
        }
        match (arrays.pop(), arrays.is_empty()) {
            (Some(array), true) => Ok(Some(array)),
            _ => Err("a row group is empty, or larger than a segment".into()),
        }
    }
}
