//! `manifest.json`: what a recording is, and what its files hold. It is written last, so that a
//! folder with a manifest is a whole recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::attachments::AttachmentEntry;
use super::error::RecordingError;
use crate::table::{KeyType, Resource};

/// The manifest's file name.
pub(crate) const FILE: &str = "manifest.json";
/// What the manifest says it belongs to.
const FORMAT: &str = "firedrill-recording";
/// The version of the format that this program writes, and the latest that it reads.
pub(crate) const VERSION: u32 = 1;

/// What the author of a recording says about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordingInfo {
    /// An identifier, unique where recordings are kept together.
    pub id: String,
    /// A title for people.
    pub title: String,
    /// What must not reach a candidate: the system, the scenario, the seed and the like.
    pub private: serde_json::Map<String, serde_json::Value>,
}

/// Counts of what a recording holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Spans.
    pub spans: u64,
    /// Log records, without database samples.
    pub logs: u64,
    /// Database samples: events `db.server.*`.
    pub samples: u64,
    /// Series of metrics.
    pub series: u64,
    /// Samples of all series.
    pub metric_samples: u64,
    /// Exemplars.
    pub exemplars: u64,
}

/// A file of the recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its size.
    pub bytes: u64,
    /// XXH3 (64 bits, hexadecimal) of its bytes.
    pub xxh3: String,
}

/// A key of a table, and the Parquet column that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// The key as filters write it.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub key_type: KeyType,
    /// How many rows have it.
    pub rows: u64,
    /// The column's name: the key's, unless another column has that name.
    pub column: String,
}

/// What a table's file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableEntry {
    /// The keys, in the order of the table.
    pub keys: Vec<KeyEntry>,
    /// The resources that the column `resource` counts into.
    pub resources: Vec<Resource>,
}

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    /// Version of the format.
    pub version: u32,
    /// An identifier, unique where recordings are kept together.
    pub id: String,
    /// A title for people.
    pub title: String,
    /// Hash of the telemetry in order of arrival; equal for two runs of one seed.
    pub content_hash: String,
    /// Earliest time in the recording, nanoseconds since the Unix epoch; 0 when it is empty.
    #[serde(with = "decimal")]
    pub start_unix_nano: i64,
    /// Just after the latest time in the recording; 0 when it is empty.
    #[serde(with = "decimal")]
    pub end_unix_nano: i64,
    /// What it holds.
    pub counts: Counts,
    /// The services that sent spans or logs, sorted.
    pub services: Vec<String>,
    /// The files beside the manifest.
    pub files: BTreeMap<String, FileEntry>,
    /// The tables by file name without its ending: `spans`, `logs`, `samples`.
    pub tables: BTreeMap<String, TableEntry>,
    /// Files such as heap snapshots, in order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentEntry>,
    /// What must not reach a candidate.
    pub private: serde_json::Map<String, serde_json::Value>,
}

impl Manifest {
    pub(crate) fn new(info: RecordingInfo) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            id: info.id,
            title: info.title,
            content_hash: String::new(),
            start_unix_nano: 0,
            end_unix_nano: 0,
            counts: Counts::default(),
            services: Vec::new(),
            files: BTreeMap::new(),
            tables: BTreeMap::new(),
            attachments: Vec::new(),
            private: info.private,
        }
    }

    /// Widens the range of times to what a file holds.
    pub(crate) fn extend(&mut self, start: i64, end: i64) {
        let empty = self.end_unix_nano == 0;
        self.start_unix_nano = if empty {
            start
        } else {
            self.start_unix_nano.min(start)
        };
        self.end_unix_nano = self.end_unix_nano.max(end);
    }

    /// Bytes of all files, without the manifest itself.
    #[must_use]
    pub fn bytes_on_disk(&self) -> u64 {
        self.files.values().map(|file| file.bytes).sum()
    }

    /// Reads the manifest of a recording's folder.
    ///
    /// # Errors
    /// When there is none, or it belongs to something else, to a later version, or is damaged.
    pub fn read(folder: &Path) -> Result<Self, RecordingError> {
        let path = folder.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let path = folder.to_owned();
                return Err(match folder.is_dir() {
                    true => RecordingError::NotARecording { path },
                    false => RecordingError::Missing { path },
                });
            }
            Err(error) => return Err(RecordingError::io("read", &path)(error)),
        };
        let damaged = |error: serde_json::Error| RecordingError::damaged(&path, error);
        // Format and version come first: the rest may look different in another version.
        let head: Head = serde_json::from_slice(&text).map_err(damaged)?;
        let path = || folder.to_owned();
        if head.format != FORMAT {
            return Err(RecordingError::Foreign {
                path: path(),
                format: head.format,
            });
        }
        if head.version > VERSION {
            return Err(RecordingError::NewerVersion {
                path: path(),
                found: head.version,
            });
        }
        serde_json::from_slice(&text).map_err(damaged)
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Maps with string keys and plain values cannot fail to serialise.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
}

/// Nanoseconds as decimal text: JavaScript's numbers would round them.
pub(super) mod decimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in crate::recording) fn serialize<S: Serializer>(
        value: &i64,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(in crate::recording) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<i64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("a time is not a decimal number"))
    }
}
