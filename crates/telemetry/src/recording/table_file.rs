//! A Parquet file whose columns need not be known when it is begun.
//!
//! Attributes appear as a system runs, but a Parquet file has one schema, and it stands at its end.
//! So row groups are written with the columns that they have, and when the file is finished the
//! columns that came later are added to the earlier groups as nulls, a few dozen bytes each. The
//! result is an ordinary file; no data is copied or held back.
//!
//! One row group is one segment of the table.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter,
    RowGroupMetaData,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::{ColumnPath, SchemaDescriptor};

use super::arrays::{ColumnId, Group, core, core_type, field, key_type};
use super::durable::HashedFile;
use super::error::RecordingError;
use super::manifest::FileEntry;
use crate::table::KeyId;

/// Dictionaries up to here stay dictionaries: a segment's values, even if each row has its own, are
/// read back faster as codes than as texts.
const DICTIONARY_BYTES: usize = 8 << 20;

/// A file being written.
pub(crate) struct TableFile {
    path: PathBuf,
    out: TrackedWrite<HashedFile>,
    columns: Vec<FileColumn>,
    by_id: HashMap<ColumnId, usize>,
    groups: Vec<FileGroup>,
}

struct FileColumn {
    id: ColumnId,
    name: String,
    data_type: DataType,
}

struct FileGroup {
    rows: usize,
    /// By column; `None` where the column was not known yet, or has no value in the group.
    chunks: Vec<Option<ColumnChunkMetaData>>,
}

/// What a finished file is, for the manifest.
#[derive(Debug)]
pub(crate) struct FinishedFile {
    pub(crate) entry: FileEntry,
    /// The column of each key, by key number.
    pub(crate) columns: HashMap<KeyId, String>,
}

impl TableFile {
    pub(crate) fn create(path: &Path) -> Result<Self, RecordingError> {
        let mut out = TrackedWrite::new(HashedFile::create(path)?);
        out.write_all(b"PAR1")
            .map_err(RecordingError::io("write to", path))?;
        let (columns, by_id, groups) = Default::default();
        Ok(Self {
            path: path.to_owned(),
            out,
            columns,
            by_id,
            groups,
        })
    }

    /// Appends a row group.
    pub(crate) fn write(&mut self, group: Group) -> Result<(), RecordingError> {
        let mut arrays: Vec<(usize, ArrayRef)> = Vec::with_capacity(group.columns.len());
        for column in group.columns {
            let data_type = match column.key_type {
                Some(of_key) => key_type(of_key),
                None => core_type(&column.name),
            };
            arrays.push((
                self.column(column.id, &column.name, data_type),
                column.array,
            ));
        }
        let written = self.encode(&arrays, group.rows, false)?;
        let mut chunks = Vec::new();
        chunks.resize_with(self.columns.len(), || None);
        for ((index, _), chunk) in arrays.iter().zip(written) {
            chunks[*index] = Some(chunk);
        }
        self.groups.push(FileGroup {
            rows: group.rows,
            chunks,
        });
        Ok(())
    }

    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Makes core columns known before there is a row.
    pub(crate) fn declare(&mut self, core: &[&'static str]) {
        for name in core {
            self.column(ColumnId::Core(name), name, core_type(name));
        }
    }

    /// Completes the file and forces it to disk.
    pub(crate) fn finish(mut self) -> Result<FinishedFile, RecordingError> {
        for index in 0..self.groups.len() {
            self.fill(index)?;
        }
        let fields: Vec<usize> = (0..self.columns.len()).collect();
        let schema = Arc::new(self.parquet_schema(&fields)?);
        let mut total = 0;
        let mut row_groups = Vec::with_capacity(self.groups.len());
        for (ordinal, group) in std::mem::take(&mut self.groups).into_iter().enumerate() {
            total += group.rows as i64;
            let chunks: Vec<ColumnChunkMetaData> = group.chunks.into_iter().flatten().collect();
            let bytes = chunks
                .iter()
                .map(ColumnChunkMetaData::uncompressed_size)
                .sum();
            let built = RowGroupMetaData::builder(Arc::clone(&schema))
                .set_num_rows(group.rows as i64)
                .set_total_byte_size(bytes)
                .set_column_metadata(chunks)
                // The format's ordinals end at 32,767; readers do without them.
                .set_ordinal(
                    i32::try_from(ordinal)
                        .unwrap_or(i32::MAX)
                        .min(i32::from(i16::MAX)),
                )
                .build();
            row_groups.push(built.map_err(|error| self.failed(error))?);
        }
        let created_by = Some(format!("firedrill {}", env!("CARGO_PKG_VERSION")));
        let about = KeyValue::new(
            "firedrill.format".to_owned(),
            super::manifest::VERSION.to_string(),
        );
        let file = FileMetaData::new(2, total, created_by, Some(vec![about]), schema, None);
        let metadata = ParquetMetaData::new(file, row_groups);
        // Through memory, because the metadata's writer would swallow a full disk's error.
        let mut footer = Vec::new();
        let written = ParquetMetaDataWriter::new(&mut footer, &metadata).finish();
        written.map_err(|error| self.failed(error))?;
        self.out
            .write_all(&footer)
            .map_err(RecordingError::io("write to", &self.path))?;
        self.close()
    }

    fn close(self) -> Result<FinishedFile, RecordingError> {
        let out = self
            .out
            .into_inner()
            .map_err(|error| RecordingError::damaged(&self.path, error))?;
        let entry = out.finish()?;
        let keys = self
            .columns
            .into_iter()
            .filter_map(|column| match column.id {
                ColumnId::Key(key) => Some((key, column.name)),
                ColumnId::Core(_) => None,
            });
        Ok(FinishedFile {
            entry,
            columns: keys.collect(),
        })
    }

    /// The place of a column in the file, which is new at its first sight.
    fn column(&mut self, id: ColumnId, name: &str, data_type: DataType) -> usize {
        if let Some(index) = self.by_id.get(&id) {
            return *index;
        }
        let mut name = name.to_owned();
        // A key may come with several types, or be called like a core column.
        while self.columns.iter().any(|column| column.name == name) {
            name.push_str(match &data_type {
                DataType::Int64 => ".i64",
                DataType::Float64 => ".f64",
                DataType::Boolean => ".bool",
                _ => ".str",
            });
        }
        let index = self.columns.len();
        self.columns.push(FileColumn {
            id,
            name,
            data_type,
        });
        self.by_id.insert(id, index);
        index
    }

    /// Writes nulls for the columns that a group does not have.
    fn fill(&mut self, index: usize) -> Result<(), RecordingError> {
        let group = &self.groups[index];
        let rows = group.rows;
        let missing = |at: &usize| group.chunks.get(*at).is_none_or(Option::is_none);
        let arrays: Vec<(usize, ArrayRef)> = (0..self.columns.len())
            .filter(missing)
            .map(|at| (at, new_null_array(&self.columns[at].data_type, rows)))
            .collect();
        let written = self.encode(&arrays, rows, true)?;
        let group = &mut self.groups[index];
        group.chunks.resize_with(self.columns.len(), || None);
        for ((at, _), chunk) in arrays.iter().zip(written) {
            group.chunks[*at] = Some(chunk);
        }
        Ok(())
    }

    /// Encodes arrays as column chunks at the end of the file.
    fn encode(
        &mut self,
        arrays: &[(usize, ArrayRef)],
        rows: usize,
        fill: bool,
    ) -> Result<Vec<ColumnChunkMetaData>, RecordingError> {
        if arrays.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Vec<usize> = arrays.iter().map(|(index, _)| *index).collect();
        let schema = self.parquet_schema(&columns)?;
        let arrow = Arc::new(self.arrow_schema(&columns));
        let properties = Arc::new(self.properties(&columns, rows, fill));
        let path = self.path.clone();
        let failed = |error: ParquetError| RecordingError::damaged(&path, error);
        // Column writers can be had only from a file's writer; this one writes nowhere.
        let template = SerializedFileWriter::new(
            io::sink(),
            schema.root_schema_ptr(),
            Arc::clone(&properties),
        );
        let template = template.map_err(failed)?;
        let writers = ArrowRowGroupWriterFactory::new(&template, Arc::clone(&arrow));
        let writers = writers.create_column_writers(0).map_err(failed)?;
        let mut row_group =
            SerializedRowGroupWriter::new(Arc::new(schema), properties, &mut self.out, 0, None);
        for ((mut writer, field), (_, array)) in writers.into_iter().zip(arrow.fields()).zip(arrays)
        {
            for leaf in compute_leaves(field, array).map_err(failed)? {
                writer.write(&leaf).map_err(failed)?;
            }
            let chunk = writer.close().map_err(failed)?;
            chunk.append_to_row_group(&mut row_group).map_err(failed)?;
        }
        let written = row_group.close().map_err(failed)?;
        Ok(written.columns().to_vec())
    }

    fn arrow_schema(&self, columns: &[usize]) -> Schema {
        let fields = columns.iter().map(|index| {
            let column = &self.columns[*index];
            field(&column.name, column.data_type.clone())
        });
        Schema::new(fields.collect::<Vec<Field>>())
    }

    fn parquet_schema(&self, columns: &[usize]) -> Result<SchemaDescriptor, RecordingError> {
        let converter = ArrowSchemaConverter::new();
        converter
            .convert(&self.arrow_schema(columns))
            .map_err(|error| self.failed(error))
    }

    fn properties(&self, columns: &[usize], rows: usize, fill: bool) -> WriterProperties {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // That a chunk has nothing but nulls is worth a note: reading it can be skipped.
            .set_statistics_enabled(match fill {
                true => EnabledStatistics::Chunk,
                false => EnabledStatistics::None,
            })
            .set_offset_index_disabled(true)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            // One page a chunk: queries read whole chunks.
            .set_data_page_row_count_limit(rows.max(1))
            .set_data_page_size_limit(16 << 20)
            .set_write_batch_size(8_192);
        for index in columns {
            let column = &self.columns[*index];
            if let ColumnId::Core(name) = column.id {
                properties = core_properties(properties, name);
            }
        }
        properties.build()
    }

    fn failed(&self, error: ParquetError) -> RecordingError {
        RecordingError::damaged(&self.path, error)
    }
}

/// How core columns are encoded: measured, see the module's tests and the benchmark.
fn core_properties(properties: WriterPropertiesBuilder, name: &str) -> WriterPropertiesBuilder {
    let path = || ColumnPath::from(vec![name.to_owned()]);
    match name {
        core::TIME => properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED)
            .set_column_statistics_enabled(path(), EnabledStatistics::Chunk),
        core::DURATION => properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_encoding(path(), Encoding::PLAIN),
        // Random bytes: trying to compress them is wasted.
        core::SPAN_ID => properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_compression(path(), Compression::UNCOMPRESSED),
        core::PARENT_SPAN_ID => properties.set_column_dictionary_enabled(path(), false),
        core::BODY => properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_encoding(path(), Encoding::DELTA_LENGTH_BYTE_ARRAY),
        _ => properties,
    }
}
