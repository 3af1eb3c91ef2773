//! A file that belongs to the telemetry: a heap snapshot, a profile.
//!
//! It is no OTLP signal, since those are made of small records. Start at [`attach`]; `write` and [`Assembly`]
//! are its form in a stream of frames, in parts where it is larger than a frame may be.

use std::io;

use crate::{frames::FrameError, install, resource};

/// Largest attachment that a sink takes and a reader accepts.
pub const MAX_ATTACHMENT: usize = 1 << 30;
/// The longest name, media type, service or instance.
const MAX_TEXT: usize = 1 << 10;

/// A file with what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called; need not be unique.
    pub name: String,
    /// Its media type, such as `application/json`.
    pub media_type: String,
    /// When it was made, in nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// `service.name` of what it was made of.
    pub service: String,
    /// `service.instance.id` of what it was made of; may be empty.
    pub instance: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Hands a file to the sink, filed under the current resource and stamped by the installation's clock. Does nothing
/// when no telemetry is installed; a sink that keeps no files ignores it.
pub fn attach(name: &str, media_type: &str, bytes: Vec<u8>) {
    install::with_installation(|installation| {
        let time_unix_nano = (installation.clock)();
        installation.pipeline(|pipeline| {
            let (service, instance) = pipeline.service_of(resource::current());
            pipeline.attach(&Attachment {
                name: name.to_owned(),
                media_type: media_type.to_owned(),
                time_unix_nano,
                service,
                instance,
                bytes,
            });
        });
    });
}

/// First part of a file.
const BEGINS: u8 = 0;
/// Any further part.
const GOES_ON: u8 = 1;

/// Calls `frame` with each payload. All but the last are as large as a frame may be.
pub(crate) fn write(
    attachment: &Attachment,
    max_payload: usize,
    mut frame: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    check(attachment).map_err(|what| io::Error::new(io::ErrorKind::InvalidData, what))?;
    let mut payload = vec![BEGINS];
    payload.extend_from_slice(&[0; 8]);
    payload.extend_from_slice(&attachment.time_unix_nano.to_le_bytes());
    for text in texts(attachment) {
        // Checked: at most `MAX_TEXT`.
        payload.extend_from_slice(&(text.len() as u16).to_le_bytes());
        payload.extend_from_slice(text.as_bytes());
    }
    let mut rest = attachment.bytes.as_slice();
    loop {
        let (now, later) = rest.split_at(rest.len().min(max_payload - payload.len()));
        payload.extend_from_slice(now);
        payload[1..9].copy_from_slice(&(later.len() as u64).to_le_bytes());
        frame(&payload)?;
        if later.is_empty() {
            return Ok(());
        }
        rest = later;
        payload.clear();
        payload.push(GOES_ON);
        payload.extend_from_slice(&[0; 8]);
    }
}

fn check(attachment: &Attachment) -> Result<(), String> {
    let bytes = attachment.bytes.len();
    if bytes > MAX_ATTACHMENT {
        return Err(format!(
            "attachment of {bytes} bytes exceeds the limit of {MAX_ATTACHMENT} bytes"
        ));
    }
    match texts(attachment).iter().find(|text| text.len() > MAX_TEXT) {
        Some(text) => Err(format!(
            "name, media type, service or instance of an attachment has {} bytes, more than {MAX_TEXT}",
            text.len()
        )),
        None => Ok(()),
    }
}

fn texts(attachment: &Attachment) -> [&str; 4] {
    [
        &attachment.name,
        &attachment.media_type,
        &attachment.service,
        &attachment.instance,
    ]
}

/// An attachment of which some parts have been read.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    begun: Option<(Attachment, usize)>,
}

impl Assembly {
    /// Takes the payload of one frame; gives the attachment once it is whole.
    pub(crate) fn take(&mut self, payload: &[u8]) -> Result<Option<Attachment>, FrameError> {
        let mut parts = Parts(payload);
        let kind = parts.take(1)?[0];
        let left = usize::try_from(parts.number()?).unwrap_or(usize::MAX);
        let mut attachment = match (kind, self.begun.take()) {
            (BEGINS, None) => parts.attachment()?,
            (GOES_ON, Some((begun, expected)))
                if expected == parts.0.len().saturating_add(left) =>
            {
                begun
            }
            _ => return Err(FrameError::BrokenAttachment),
        };
        let total = attachment
            .bytes
            .len()
            .saturating_add(parts.0.len())
            .saturating_add(left);
        if total > MAX_ATTACHMENT {
            return Err(FrameError::TooLarge(total));
        }
        attachment.bytes.extend_from_slice(parts.0);
        if left == 0 {
            return Ok(Some(attachment));
        }
        self.begun = Some((attachment, left));
        Ok(None)
    }

    /// Whether nothing is missing.
    pub(crate) fn is_complete(&self) -> bool {
        self.begun.is_none()
    }
}

/// What is left of a payload.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], FrameError> {
        let (taken, rest) = self
            .0
            .split_at_checked(bytes)
            .ok_or(FrameError::BrokenAttachment)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, FrameError> {
        let bytes = self.take(8)?.try_into();
        bytes
            .map(u64::from_le_bytes)
            .map_err(|_| FrameError::BrokenAttachment)
    }

    fn text(&mut self) -> Result<String, FrameError> {
        let length = self.take(2)?;
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        if length > MAX_TEXT {
            return Err(FrameError::BrokenAttachment);
        }
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| FrameError::BrokenAttachment)
    }

    fn attachment(&mut self) -> Result<Attachment, FrameError> {
        Ok(Attachment {
            time_unix_nano: self.number()?,
            name: self.text()?,
            media_type: self.text()?,
            service: self.text()?,
            instance: self.text()?,
            bytes: Vec::new(),
        })
    }
}
