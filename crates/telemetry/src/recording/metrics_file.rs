//! `metrics.parquet` and `exemplars.parquet`: one row a sample, sorted by series and time.
//!
//! The columns `name` and `labels` (JSON) repeat for every sample of a series and take next to
//! nothing on disk; in return any tool can read the file without knowing anything of it. What is
//! known about each metric is JSON in the file's metadata.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int32Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::durable::{HashedFile, guarded};
use super::error::RecordingError;
use super::manifest::Manifest;
use crate::metrics::{
    Labels, METRIC_NAME, Metadata, MetricCut, MetricStore, Samples, SeriesId, StoredExemplar,
};

pub(crate) const METRICS: &str = "metrics.parquet";
pub(crate) const EXEMPLARS: &str = "exemplars.parquet";
const METADATA: &str = "firedrill.metrics";

/// Rows of a batch in memory; series are not split between batches.
const BATCH_ROWS: usize = 1 << 18;

/// Writes what a store got between two cuts, and enters the files into the manifest.
pub(crate) fn write(
    folder: &Path,
    store: &MetricStore,
    (from, to): (&MetricCut, &MetricCut),
    manifest: &mut Manifest,
) -> Result<(), RecordingError> {
    manifest.counts.series = store.series_count() as u64;
    manifest.counts.metric_samples = store.sample_count() as u64;
    manifest.counts.exemplars = store.exemplar_count() as u64;
    if let Some((first, last)) = store.extent_ms() {
        manifest.extend(
            first.saturating_mul(1_000_000),
            last.saturating_mul(1_000_000) + 1,
        );
    }
    for (file, exemplars) in [(METRICS, false), (EXEMPLARS, true)] {
        let path = folder.join(file);
        let failed = |error: String| RecordingError::damaged(&path, error);
        let mut writer = ArrowWriter::try_new(
            HashedFile::create(&path)?,
            Arc::new(schema(exemplars)),
            Some(properties(store)),
        )
        .map_err(|error| failed(error.to_string()))?;
        let mut batch = Batch::default();
        let mut flush = |batch: &mut Batch| -> Result<(), RecordingError> {
            let batch = std::mem::take(batch).finish(exemplars);
            let batch = batch.map_err(|error| failed(error.to_string()))?;
            writer
                .write(&batch)
                .map_err(|error| failed(error.to_string()))
        };
        for (index, (labels, samples, of_series)) in store.iter().enumerate() {
            let range = from.of(index, exemplars)..to.of(index, exemplars);
            if range.is_empty() {
                continue;
            }
            batch.start_series(labels);
            if exemplars {
                let wanted = of_series.get(range).unwrap_or_default();
                wanted.iter().for_each(|exemplar| batch.exemplar(exemplar));
            } else {
                batch.samples(samples, range);
            }
            if batch.times.len() >= BATCH_ROWS {
                flush(&mut batch)?;
            }
        }
        flush(&mut batch)?;
        let file = writer
            .into_inner()
            .map_err(|error| failed(error.to_string()))?;
        manifest
            .files
            .insert(file_name(exemplars).to_owned(), file.finish()?);
    }
    Ok(())
}

fn file_name(exemplars: bool) -> &'static str {
    if exemplars { EXEMPLARS } else { METRICS }
}

/// Reads both files into a store, after what it holds already.
pub(crate) fn read(folder: &Path, store: &mut MetricStore) -> Result<(), RecordingError> {
    for exemplars in [false, true] {
        let path = folder.join(file_name(exemplars));
        let read = guarded(|| read_file(&path, exemplars, store));
        read.unwrap_or_else(|| Err(RecordingError::damaged(&path, "it cannot be decoded")))?;
    }
    Ok(())
}

fn read_file(path: &Path, exemplars: bool, store: &mut MetricStore) -> Result<(), RecordingError> {
    let damaged = |error: String| RecordingError::damaged(path, error);
    let file = File::open(path).map_err(RecordingError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| damaged(error.to_string()))?;
    let about = builder.metadata().file_metadata().key_value_metadata();
    let about = about
        .into_iter()
        .flatten()
        .find(|entry| entry.key == METADATA);
    if let Some(text) = about.and_then(|entry| entry.value.as_deref()) {
        let metadata: BTreeMap<String, Metadata> =
            serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        metadata
            .into_iter()
            .for_each(|(name, metadata)| store.describe(&name, metadata));
    }
    let reader = builder.with_batch_size(BATCH_ROWS).build();
    for batch in reader.map_err(|error| damaged(error.to_string()))? {
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        read_batch(&batch, exemplars, store).map_err(|error| damaged(error.to_owned()))?;
    }
    Ok(())
}

fn read_batch(
    batch: &RecordBatch,
    exemplars: bool,
    store: &mut MetricStore,
) -> Result<(), &'static str> {
    let columns = Columns::of(batch).ok_or("its columns are not those of a metrics file")?;
    let mut current = None;
    for row in 0..batch.num_rows() {
        let key = (
            columns.names.keys().value(row),
            columns.labels.keys().value(row),
        );
        let id = match current {
            Some((last, id)) if last == key => id,
            _ => {
                let id = columns.series(key, store)?;
                current = Some((key, id));
                id
            }
        };
        let (time_ms, value) = (columns.times.value(row), columns.values.value(row));
        if exemplars {
            let (trace_id, span_id) = columns.ids(row).ok_or("it has no ids")?;
            store.append_exemplar(
                id,
                StoredExemplar {
                    time_ms,
                    value,
                    trace_id,
                    span_id,
                },
            );
        } else if !store.append(id, time_ms, value) {
            return Err("the samples of a series are not in order of time");
        }
    }
    Ok(())
}

struct Columns<'a> {
    names: &'a DictionaryArray<Int32Type>,
    name_texts: &'a StringArray,
    labels: &'a DictionaryArray<Int32Type>,
    label_texts: &'a StringArray,
    times: &'a TimestampMillisecondArray,
    values: &'a Float64Array,
    ids: Option<(&'a FixedSizeBinaryArray, &'a FixedSizeBinaryArray)>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Option<&'a T> {
            batch.column_by_name(name)?.as_any().downcast_ref()
        }
        let names: &DictionaryArray<Int32Type> = column(batch, "name")?;
        let labels: &DictionaryArray<Int32Type> = column(batch, "labels")?;
        let ids = column(batch, "trace_id").zip(column(batch, "span_id"));
        Some(Self {
            names,
            name_texts: names.values().as_any().downcast_ref()?,
            labels,
            label_texts: labels.values().as_any().downcast_ref()?,
            times: column(batch, "time")?,
            values: column(batch, "value")?,
            ids,
        })
    }

    fn series(&self, key: (i32, i32), store: &mut MetricStore) -> Result<SeriesId, &'static str> {
        let text = |texts: &'a StringArray, key: i32| {
            let index = usize::try_from(key)
                .ok()
                .filter(|index| *index < texts.len());
            index.map(|index| texts.value(index))
        };
        let name = text(self.name_texts, key.0).ok_or("a name is missing")?;
        let labels = text(self.label_texts, key.1).ok_or("labels are missing")?;
        let pairs: BTreeMap<String, String> =
            serde_json::from_str(labels).map_err(|_| "labels are not a JSON object of texts")?;
        let name = (METRIC_NAME.to_owned(), name.to_owned());
        let labels = Labels::new(std::iter::once(name).chain(pairs));
        store
            .series(&labels)
            .ok_or("it has more series than can be held")
    }

    fn ids(&self, row: usize) -> Option<(u128, u64)> {
        let (traces, spans) = self.ids?;
        let trace = traces.value(row).try_into().ok().map(u128::from_be_bytes)?;
        let span = spans.value(row).try_into().ok().map(u64::from_be_bytes)?;
        Some((trace, span))
    }
}

/// Rows before they are written.
#[derive(Default)]
struct Batch {
    names: Vec<String>,
    labels: Vec<String>,
    /// Per row the series, which counts into `names` and `labels`.
    series: Vec<i32>,
    times: Vec<i64>,
    values: Vec<f64>,
    trace_ids: Vec<u8>,
    span_ids: Vec<u8>,
}

impl Batch {
    fn start_series(&mut self, labels: &Labels) {
        let others = labels.iter().filter(|(name, _)| &***name != METRIC_NAME);
        let others: BTreeMap<&str, &str> =
            others.map(|(name, value)| (&**name, &**value)).collect();
        self.names.push(labels.metric_name().to_owned());
        // A map of texts cannot fail to serialise.
        self.labels
            .push(serde_json::to_string(&others).unwrap_or_default());
    }

    fn samples(&mut self, samples: &Samples, range: Range<usize>) {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        samples.read(i64::MIN, i64::MAX, &mut times, &mut values);
        self.times
            .extend_from_slice(times.get(range.clone()).unwrap_or_default());
        self.values
            .extend_from_slice(values.get(range).unwrap_or_default());
        self.series
            .resize(self.times.len(), self.names.len() as i32 - 1);
    }

    fn exemplar(&mut self, exemplar: &StoredExemplar) {
        self.series.push(self.names.len() as i32 - 1);
        self.times.push(exemplar.time_ms);
        self.values.push(exemplar.value);
        self.trace_ids.extend(exemplar.trace_id.to_be_bytes());
        self.span_ids.extend(exemplar.span_id.to_be_bytes());
    }

    fn finish(self, exemplars: bool) -> Result<RecordBatch, ArrowError> {
        let dictionary = |texts: Vec<String>| -> Result<ArrayRef, ArrowError> {
            let keys = Int32Array::from(self.series.clone());
            let values = Arc::new(StringArray::from(texts));
            Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
                keys, values,
            )?))
        };
        let mut columns = vec![
            dictionary(self.names)?,
            dictionary(self.labels)?,
            Arc::new(TimestampMillisecondArray::from(self.times).with_timezone("UTC")),
            Arc::new(Float64Array::from(self.values)),
        ];
        if exemplars {
            let fixed =
                |width, bytes: Vec<u8>| FixedSizeBinaryArray::try_new(width, bytes.into(), None);
            columns.push(Arc::new(fixed(16, self.trace_ids)?));
            columns.push(Arc::new(fixed(8, self.span_ids)?));
        }
        RecordBatch::try_new(Arc::new(schema(exemplars)), columns)
    }
}

fn schema(exemplars: bool) -> Schema {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields = vec![
        Field::new("name", text(), false),
        Field::new("labels", text(), false),
        Field::new(
            "time",
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            false,
        ),
        Field::new("value", DataType::Float64, false),
    ];
    if exemplars {
        fields.push(Field::new("trace_id", DataType::FixedSizeBinary(16), false));
        fields.push(Field::new("span_id", DataType::FixedSizeBinary(8), false));
    }
    Schema::new(fields)
}

fn properties(store: &MetricStore) -> WriterProperties {
    let path = |name: &str| ColumnPath::from(vec![name.to_owned()]);
    // A map of texts and plain values cannot fail to serialise.
    let metadata = serde_json::to_string(store.all_metadata()).unwrap_or_default();
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_dictionary_enabled(path("time"), false)
        .set_column_encoding(path("time"), Encoding::DELTA_BINARY_PACKED)
        .set_column_dictionary_enabled(path("value"), false)
        .set_column_encoding(path("value"), Encoding::BYTE_STREAM_SPLIT)
        .set_key_value_metadata(Some(vec![KeyValue::new(METADATA.to_owned(), metadata)]))
        .build()
}
