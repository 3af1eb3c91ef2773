//! Brings a table's keys and parts in from its files, row groups in parallel.
//!
//! A sealed recording has one file for a table; a live one has one for each time that its log was
//! turned into a segment. Row groups count through all of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType, UInt16Type};
use arrow_array::{Array, ArrayRef};

use super::arrays::core;
use super::durable::guarded;
use super::error::RecordingError;
use super::part_file::{PartFile, Wanted};
use crate::column::{
    Column, Dictionary, DictionaryLimits, NumberInput, Parents, TextInput, Texts, TraceIndex,
    build_numbers, build_texts, to_ordered,
};
use crate::table::{Identities, KeyData, KeyType, LoadError, Loader, Signal};

/// Threads that decode one column: as many as the product is made for cores.
const THREADS: usize = 2;

/// The files of one table, in order.
#[derive(Debug)]
pub(crate) struct ParquetLoader {
    signal: Signal,
    files: Vec<PartFile>,
}

impl ParquetLoader {
    pub(crate) fn new(signal: Signal, files: Vec<PartFile>) -> Self {
        Self { signal, files }
    }

    /// The times of all rows by row group.
    pub(crate) fn times(&self) -> Result<Vec<Vec<i64>>, RecordingError> {
        let times = self.read_core(core::TIME, |array| {
            array
                .as_primitive_opt::<TimestampNanosecondType>()
                .map(|times| times.values().to_vec())
        });
        Ok(times?)
    }

    /// Reads a column that every file has.
    fn read_core<T: Send>(
        &self,
        name: &'static str,
        convert: impl Fn(&ArrayRef) -> Option<T> + Sync,
    ) -> Result<Vec<T>, LoadError> {
        let parts = self.read(Wanted::Core(name), convert)?.into_iter();
        let missing = || LoadError::damaged(format!("column {name}"), "a file does not have it");
        parts.map(|part| part.ok_or_else(missing)).collect()
    }

    /// Reads one column: `convert` gets a row group's array and returns `None` when its type is not
    /// what it should be. A row group whose file does not have the column gives `None`.
    fn read<T: Send>(
        &self,
        wanted: Wanted<'_>,
        convert: impl Fn(&ArrayRef) -> Option<T> + Sync,
    ) -> Result<Vec<Option<T>>, LoadError> {
        let groups: Vec<(&PartFile, usize)> = (self.files.iter())
            .flat_map(|file| (0..file.groups()).map(move |group| (file, group)))
            .collect();
        let one = |(file, group): (&PartFile, usize)| {
            let what = || {
                format!(
                    "{wanted:?} in row group {group} of {}",
                    file.path().display()
                )
            };
            let read = guarded(|| match file.read(wanted, group)? {
                // The outer option: whether the file has the column; the inner: whether it fits.
                Some(array) => Ok(Some(convert(&array))),
                None => Ok(None),
            });
            match read {
                Some(Ok(None)) => Ok(None),
                Some(Ok(Some(Some(converted)))) => Ok(Some(converted)),
                Some(Ok(Some(None))) => Err(LoadError::damaged(what(), "it has another type")),
                Some(Err(error)) => {
                    let error: Box<dyn std::error::Error + Send + Sync> = error;
                    Err(LoadError::unreadable(what(), error))
                }
                None => Err(LoadError::damaged(what(), "it cannot be decoded")),
            }
        };
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Option<T>)>, LoadError> {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(group) = groups.get(index) else {
                    return Ok(done);
                };
                done.push((index, one(*group)?));
            }
        };
        let mut parts = std::thread::scope(|scope| -> Result<Vec<_>, LoadError> {
            let others: Vec<_> = (1..THREADS.min(groups.len()))
                .map(|_| scope.spawn(work))
                .collect();
            let mut parts = work()?;
            for other in others {
                let panicked =
                    |_| LoadError::damaged(format!("{wanted:?}"), "it cannot be decoded");
                parts.extend(other.join().map_err(panicked)??);
            }
            Ok(parts)
        })?;
        parts.sort_by_key(|(index, _)| *index);
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }

    fn texts(&self, wanted: Wanted<'_>) -> Result<KeyData, LoadError> {
        /// A row group's distinct texts, and per entry its row and text.
        struct Part {
            rows: usize,
            texts: Texts,
            present: Vec<u16>,
            codes: Vec<u16>,
        }
        let parts = self.read(wanted, |array| {
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
            let Some(part) = part else {
                columns.push(None);
                continue;
            };
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
                return Err(LoadError::damaged(
                    format!("{wanted:?}"),
                    "a code leads nowhere",
                ));
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

    fn booleans(&self, wanted: Wanted<'_>) -> Result<KeyData, LoadError> {
        let mut dictionary = Dictionary::default();
        let ids = [dictionary.intern("false"), dictionary.intern("true")];
        let columns = self.read(wanted, |array| {
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
        let columns = columns.into_iter().map(Option::flatten).collect();
        Ok(KeyData {
            dictionary,
            columns,
        })
    }

    fn numbers(
        &self,
        wanted: Wanted<'_>,
        values: impl Fn(&ArrayRef) -> Option<Vec<i64>> + Sync,
    ) -> Result<KeyData, LoadError> {
        let columns: Vec<Option<Option<Column>>> = self.read(wanted, |array| {
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
        let columns = columns.into_iter().map(Option::flatten).collect();
        Ok(KeyData {
            dictionary: Dictionary::default(),
            columns,
        })
    }
}

impl Loader for ParquetLoader {
    fn key(&self, name: &str, key_type: KeyType) -> Result<KeyData, LoadError> {
        let wanted = Wanted::Key(name, key_type);
        match key_type {
            KeyType::Str => self.texts(wanted),
            KeyType::Bool => self.booleans(wanted),
            KeyType::I64 => self.numbers(wanted, |array| {
                array
                    .as_primitive_opt::<Int64Type>()
                    .map(|array| array.values().to_vec())
            }),
            KeyType::F64 => self.numbers(wanted, |array| {
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
        self.read_core(core::DURATION, |array| {
            array
                .as_primitive_opt::<Int64Type>()
                .map(|array| array.values().to_vec())
        })
    }

    fn traces(&self) -> Result<Vec<TraceIndex>, LoadError> {
        self.read_core(core::TRACE_ID, |array| {
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
        let span_ids = self.read_core(core::SPAN_ID, eight_bytes)?;
        if self.signal == Signal::Logs {
            let identities = |span_ids| Identities {
                span_ids,
                parents: Parents::default(),
            };
            return Ok(span_ids.into_iter().map(identities).collect());
        }
        let deltas = self.read_core(core::PARENT_ROWS, |array| {
            array
                .as_primitive_opt::<Int32Type>()
                .map(|array| array.iter().collect::<Vec<_>>())
        })?;
        let elsewhere = self.read_core(core::PARENT_SPAN_ID, |array| {
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
        self.read_core(core::BODY, |array| {
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
