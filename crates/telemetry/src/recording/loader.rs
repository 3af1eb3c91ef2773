//! Reads single columns of a table's Parquet file, row groups in parallel.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType, UInt16Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::arrays::{core, core_columns, core_type, field, key_type};
use super::error::RecordingError;
use super::manifest::TableEntry;
use crate::column::{
    Column, Dictionary, DictionaryLimits, NumberInput, Parents, TextInput, Texts, TraceIndex,
    build_numbers, build_texts, to_ordered,
};
use crate::table::{Identities, KeyData, KeyType, LoadError, Loader, SEGMENT_ROWS, Signal};

/// Threads that decode one column: the product shares two cores with nobody else worth waiting for.
const THREADS: usize = 2;

/// The file of one table.
#[derive(Debug)]
pub(crate) struct ParquetLoader {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The column of each key.
    columns: HashMap<(String, KeyType), String>,
}

impl ParquetLoader {
    pub(crate) fn open(
        path: &Path,
        entry: &TableEntry,
        signal: Signal,
    ) -> Result<Self, RecordingError> {
        let damaged = |error: parquet::errors::ParquetError| RecordingError::damaged(path, error);
        let file = File::open(path).map_err(RecordingError::io("open", path))?;
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let plain = ArrowReaderMetadata::load(&file, plain).map_err(damaged)?;
        // The types that the writer had: text comes back as a dictionary and not as texts.
        let known: HashMap<&str, _> = (core_columns(signal).iter())
            .map(|name| (*name, core_type(name)))
            .chain(
                entry
                    .keys
                    .iter()
                    .map(|key| (key.column.as_str(), key_type(key.key_type))),
            )
            .collect();
        let fields = plain.schema().fields().iter().map(|found| {
            let data_type = known.get(found.name().as_str()).cloned();
            field(
                found.name(),
                data_type.unwrap_or_else(|| found.data_type().clone()),
            )
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(damaged)?;
        let columns = entry.keys.iter();
        let columns = columns
            .map(|key| ((key.name.clone(), key.key_type), key.column.clone()))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            metadata,
            columns,
        })
    }

    /// The times of all rows by row group.
    pub(crate) fn times(&self) -> Result<Vec<Vec<i64>>, RecordingError> {
        let times = self.read(core::TIME, |array| {
            array
                .as_primitive_opt::<TimestampNanosecondType>()
                .map(|times| times.values().to_vec())
        });
        times.map_err(|error| RecordingError::damaged(&self.path, error))
    }

    /// Reads one column: `convert` gets a row group's array and returns `None` when its type is not
    /// what it should be.
    fn read<T: Send>(
        &self,
        column: &str,
        convert: impl Fn(&ArrayRef) -> Option<T> + Sync,
    ) -> Result<Vec<T>, LoadError> {
        let what = || format!("column {column} of {}", self.path.display());
        let schema = self.metadata.schema();
        let Ok(index) = schema.index_of(column) else {
            return Err(LoadError::damaged(what(), "the file does not have it"));
        };
        // By position: a name with dots would be taken for a path.
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), [index]);
        let groups = self.metadata.metadata().num_row_groups();
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, T)>, LoadError> {
            let mut done = Vec::new();
            let file =
                File::open(&self.path).map_err(|error| LoadError::unreadable(what(), error))?;
            loop {
                let group = next.fetch_add(1, Ordering::Relaxed);
                if group >= groups {
                    return Ok(done);
                }
                let array = self
                    .group(&file, group, &mask)
                    .map_err(|error| LoadError::unreadable(what(), error))?;
                let converted = array.as_ref().and_then(&convert);
                let converted = converted.ok_or_else(|| {
                    LoadError::damaged(what(), format!("row group {group} has another type"))
                })?;
                done.push((group, converted));
            }
        };
        let mut parts = std::thread::scope(|scope| -> Result<Vec<(usize, T)>, LoadError> {
            let others: Vec<_> = (1..THREADS.min(groups))
                .map(|_| scope.spawn(work))
                .collect();
            let mut parts = work()?;
            for other in others {
                let panicked = |_| LoadError::damaged(what(), "decoding it failed");
                parts.extend(other.join().map_err(panicked)??);
            }
            Ok(parts)
        })?;
        parts.sort_by_key(|(group, _)| *group);
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }

    /// One column of one row group; `None` when the row group is empty.
    fn group(
        &self,
        file: &File,
        group: usize,
        mask: &ProjectionMask,
    ) -> Result<Option<ArrayRef>, Box<dyn std::error::Error>> {
        let file = file.try_clone()?;
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask.clone())
                .with_batch_size(SEGMENT_ROWS)
                .build()?;
        let mut arrays = Vec::new();
        for batch in reader {
            arrays.push(Arc::clone(batch?.column(0)));
        }
        if arrays.len() > 1 {
            return Err("a row group is larger than a segment".into());
        }
        Ok(arrays.pop())
    }

    fn texts(&self, column: &str) -> Result<KeyData, LoadError> {
        /// A row group's distinct texts, and per entry its row and text.
        struct Part {
            rows: usize,
            texts: Texts,
            present: Vec<u16>,
            codes: Vec<u16>,
        }
        let parts = self.read(column, |array| {
            let array = array.as_dictionary_opt::<UInt16Type>()?;
            let values = array.values().as_string_opt::<i32>()?;
            let texts = values.iter().map(Option::unwrap_or_default).collect();
            let (mut present, mut codes) = (Vec::new(), Vec::new());
            let keys = array.keys().values();
            match array.nulls() {
                None => {
                    present.extend((0..keys.len()).map(|row| row as u16));
                    codes.extend_from_slice(keys);
                }
                Some(nulls) => {
                    present.extend(nulls.valid_indices().map(|row| row as u16));
                    codes.extend(nulls.valid_indices().map(|row| keys[row]));
                }
            }
            Some(Part {
                rows: array.len(),
                texts,
                present,
                codes,
            })
        })?;
        let mut dictionary = Dictionary::default();
        let limits = DictionaryLimits::default();
        let mut scratch = Vec::new();
        let mut columns = Vec::with_capacity(parts.len());
        for part in parts {
            let mut own = Texts::default();
            let ids: Vec<u32> = (part.texts.iter())
                .map(|text| {
                    dictionary.intern_within(text, limits).unwrap_or_else(|| {
                        own.push(text);
                        TextInput::own(own.len() as u32 - 1)
                    })
                })
                .collect();
            let ids = part
                .codes
                .iter()
                .map(|code| ids.get(usize::from(*code)).copied());
            let Some(ids) = ids.collect::<Option<Vec<u32>>>() else {
                return Err(LoadError::damaged(column, "a code leads nowhere"));
            };
            let input = TextInput {
                segment_rows: part.rows,
                rows: &part.present,
                ids: &ids,
                own: Some(&own),
            };
            columns.push(build_texts(input, dictionary.len(), &mut scratch));
        }
        Ok(KeyData {
            dictionary,
            columns,
        })
    }

    fn booleans(&self, column: &str) -> Result<KeyData, LoadError> {
        let mut dictionary = Dictionary::default();
        let ids = [dictionary.intern("false"), dictionary.intern("true")];
        let columns = self.read(column, |array| {
            let array = array.as_boolean_opt()?;
            let entries = array.iter().enumerate();
            let (rows, ids): (Vec<u16>, Vec<u32>) = entries
                .filter_map(|(row, value)| Some((row as u16, ids[usize::from(value?)])))
                .unzip();
            let input = TextInput {
                segment_rows: array.len(),
                rows: &rows,
                ids: &ids,
                own: None,
            };
            Some(build_texts(input, 2, &mut Vec::new()))
        })?;
        Ok(KeyData {
            dictionary,
            columns,
        })
    }

    fn numbers(
        &self,
        column: &str,
        values: impl Fn(&ArrayRef) -> Option<Vec<i64>> + Sync,
    ) -> Result<KeyData, LoadError> {
        let columns: Vec<Option<Column>> = self.read(column, |array| {
            let all = values(array)?;
            let (rows, values): (Vec<u16>, Vec<i64>) = match array.nulls() {
                None => ((0..all.len()).map(|row| row as u16).collect(), all),
                Some(nulls) => nulls
                    .valid_indices()
                    .map(|row| (row as u16, all[row]))
                    .unzip(),
            };
            Some(build_numbers(NumberInput {
                segment_rows: array.len(),
                rows: &rows,
                values: &values,
            }))
        })?;
        Ok(KeyData {
            dictionary: Dictionary::default(),
            columns,
        })
    }
}

impl Loader for ParquetLoader {
    fn key(&self, name: &str, key_type: KeyType) -> Result<KeyData, LoadError> {
        let Some(column) = self.columns.get(&(name.to_owned(), key_type)) else {
            // The table knows the key, but no row has it.
            return Ok(KeyData::default());
        };
        match key_type {
            KeyType::Str => self.texts(column),
            KeyType::Bool => self.booleans(column),
            KeyType::I64 => self.numbers(column, |array| {
                array
                    .as_primitive_opt::<Int64Type>()
                    .map(|array| array.values().to_vec())
            }),
            KeyType::F64 => self.numbers(column, |array| {
                let array = array.as_primitive_opt::<Float64Type>()?;
                Some(
                    array
                        .values()
                        .iter()
                        .map(|value| to_ordered(*value))
                        .collect(),
                )
            }),
        }
    }

    fn durations(&self) -> Result<Vec<Vec<i64>>, LoadError> {
        self.read(core::DURATION, |array| {
            array
                .as_primitive_opt::<Int64Type>()
                .map(|array| array.values().to_vec())
        })
    }

    fn traces(&self) -> Result<Vec<TraceIndex>, LoadError> {
        self.read(core::TRACE_ID, |array| {
            let array = array.as_fixed_size_binary_opt()?;
            let ids = array.iter().map(|id| match id {
                Some(id) => id.try_into().ok().map(u128::from_be_bytes),
                None => Some(0),
            });
            ids.collect::<Option<Vec<u128>>>()
                .map(|ids| TraceIndex::build(&ids))
        })
    }

    fn identities(&self) -> Result<Vec<Identities>, LoadError> {
        let span_ids = self.read(core::SPAN_ID, eight_bytes)?;
        if self.metadata.schema().index_of(core::PARENT_ROWS).is_err() {
            let identities = |span_ids| Identities {
                span_ids,
                parents: Parents::default(),
            };
            return Ok(span_ids.into_iter().map(identities).collect());
        }
        let deltas = self.read(core::PARENT_ROWS, |array| {
            array
                .as_primitive_opt::<Int32Type>()
                .map(|array| array.iter().collect::<Vec<_>>())
        })?;
        let elsewhere = self.read(core::PARENT_SPAN_ID, |array| {
            let ids = eight_bytes(array)?.into_iter().enumerate();
            Some(
                ids.filter(|(_, id)| *id != 0)
                    .map(|(row, id)| (row as u16, id))
                    .collect::<Vec<_>>(),
            )
        })?;
        let parts = span_ids.into_iter().zip(deltas).zip(elsewhere);
        let identities = parts.map(|((span_ids, deltas), elsewhere)| Identities {
            span_ids,
            parents: Parents::from_deltas(deltas.into_iter(), elsewhere),
        });
        Ok(identities.collect())
    }

    fn bodies(&self) -> Result<Vec<Texts>, LoadError> {
        self.read(core::BODY, |array| {
            let array = array.as_string_opt::<i32>()?;
            Some(array.iter().map(Option::unwrap_or_default).collect())
        })
    }
}

fn eight_bytes(array: &ArrayRef) -> Option<Vec<u64>> {
    let array = array.as_fixed_size_binary_opt()?;
    let ids = array.iter().map(|id| match id {
        Some(id) => id.try_into().ok().map(u64::from_be_bytes),
        None => Some(0),
    });
    ids.collect()
}
