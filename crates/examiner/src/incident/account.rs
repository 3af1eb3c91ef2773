//! The world's own account, kept apart from what a system says of itself.
//!
//! A world may speak too: what customers, partners and operators saw, under the resource `service.name = "world"`.
//! The examiner judges by it, and a candidate must not see it, so that everything of that resource goes into a
//! second recording. Start at [`split`], which takes one export request apart without decoding what is inside.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use telemetry::recording::{Recording, RecordingError};

/// The resource that the world speaks under.
const WORLD: &[u8] = b"world";
const SERVICE_NAME: &[u8] = b"service.name";

/// The folder of the account, in that of the recording.
pub(crate) const FOLDER: &str = "account";

/// Opens the world's account of a recorded incident; `None` when the world said nothing.
///
/// # Errors
///
/// When it is there and cannot be read.
pub fn account(recording: &Path) -> Result<Option<Recording>, RecordingError> {
    let folder = recording.join(FOLDER);
    if !folder.is_dir() {
        return Ok(None);
    }
    Recording::open(&folder).map(Some)
}

/// Where the account lies until the recording is there to take it in.
pub(crate) fn waiting_folder(recording: &Path) -> PathBuf {
    let name = recording.file_name().unwrap_or_default().to_string_lossy();
    recording.with_file_name(format!(".{name}.{FOLDER}.writing"))
}

/// One export request, in two.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Split<'a> {
    /// What anybody may see; empty when there is nothing.
    pub(crate) visible: Cow<'a, [u8]>,
    /// What the world said; empty when it said nothing.
    pub(crate) account: Vec<u8>,
}

/// The request is no protobuf message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the telemetry is no OTLP: byte {0} begins no field")]
pub(crate) struct Malformed(usize);

/// Takes an export request of any signal apart by resource. All three have the same frame: resources in field 1,
/// and in each of them the resource itself in field 1.
pub(crate) fn split(request: &[u8]) -> Result<Split<'_>, Malformed> {
    let mut account = Vec::new();
    let mut visible = Vec::new();
    for field in Fields::of(request) {
        let field = field?;
        let is_world = match field.number_and_bytes() {
            Some((1, bytes)) => is_world(bytes)?,
            _ => false,
        };
        let part = if is_world { &mut account } else { &mut visible };
        part.push(field.whole);
    }
    // The world speaks seldom; a request without it is passed on as it is.
    if account.is_empty() {
        return Ok(Split {
            visible: Cow::Borrowed(request),
            account: Vec::new(),
        });
    }
    Ok(Split {
        visible: Cow::Owned(visible.concat()),
        account: account.concat(),
    })
}

/// Whether a `ResourceSpans`, `ResourceLogs` or `ResourceMetrics` is the world's. A field that comes twice is one
/// message in two parts, so that every part counts.
fn is_world(resource_data: &[u8]) -> Result<bool, Malformed> {
    for resource in Fields::numbered(resource_data, 1) {
        for attribute in Fields::numbered(resource?, 1) {
            let attribute = attribute?;
            if last(attribute, 1)? == Some(SERVICE_NAME)
                && let Some(value) = last(attribute, 2)?
                && last(value, 1)? == Some(WORLD)
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The last field of this number that holds bytes.
fn last(message: &[u8], number: u64) -> Result<Option<&[u8]>, Malformed> {
    Fields::numbered(message, number).try_fold(None, |_, bytes| bytes.map(Some))
}

/// One field of a message.
struct Field<'a> {
    number: u64,
    /// What a length stands before; `None` for numbers.
    bytes: Option<&'a [u8]>,
    /// Key, length and all.
    whole: &'a [u8],
}

impl<'a> Field<'a> {
    fn number_and_bytes(&self) -> Option<(u64, &'a [u8])> {
        Some((self.number, self.bytes?))
    }
}

/// The fields of a message, one after the other.
struct Fields<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn of(message: &'a [u8]) -> Self {
        Self { message, at: 0 }
    }

    /// The bytes of the fields with this number.
    fn numbered(
        message: &'a [u8],
        number: u64,
    ) -> impl Iterator<Item = Result<&'a [u8], Malformed>> {
        Self::of(message).filter_map(move |field| match field {
            Ok(field) if field.number == number => field.bytes.map(Ok),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.message.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn field(&mut self) -> Option<Field<'a>> {
        let start = self.at;
        let key = self.varint()?;
        let length = match key & 7 {
            0 => {
                self.varint()?;
                None
            }
            1 => Some(8),
            2 => Some(usize::try_from(self.varint()?).ok()?),
            5 => Some(4),
            _ => return None,
        };
        let inner = self.at;
        self.at = inner.checked_add(length.unwrap_or(0))?;
        let bytes = self.message.get(inner..self.at)?;
        Some(Field {
            number: key >> 3,
            bytes: (key & 7 == 2).then_some(bytes),
            whole: &self.message[start..self.at],
        })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.message.len() {
            return None;
        }
        let start = self.at;
        let field = self.field();
        if field.is_none() {
            // Nothing that follows could be understood.
            self.at = self.message.len();
        }
        Some(field.ok_or(Malformed(start)))
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
