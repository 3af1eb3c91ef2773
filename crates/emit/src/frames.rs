//! The stream in which a simulation hands its telemetry to whoever started it.
//!
//! A frame is a kind (one byte), the length of its payload (four bytes, little-endian) and the payload:
//!
//! | kind | payload |
//! |---|---|
//! | 1 | `ExportTraceServiceRequest` |
//! | 2 | `ExportMetricsServiceRequest` |
//! | 3 | `ExportLogsServiceRequest` |
//! | 4 | progress: virtual nanoseconds elapsed and in total, two `u64` little-endian |
//! | 5 | end: spans, log records, metric points, three `u64` little-endian; always the last frame |
//! | 6 | an attachment or a part of one: 0 for the first part and 1 for any other (one byte), the bytes of the file that follow in later parts (`u64`); in the first part then the time (`u64`), and name, media type, service and instance (each `u16` and UTF-8); then bytes of the file. Parts follow one another. All numbers are little-endian |
//!
//! A stream without an end frame was cut short. Start at [`FrameSink`] for writing, [`FrameReader`] for
//! reading.
//!
//! It does not decode OTLP.

use std::io::{self, ErrorKind, Read, Write};

use crate::attachment::{self, Assembly, Attachment};
use crate::sink::{Counts, Signal, Sink};

/// Largest payload that a reader accepts.
pub const MAX_PAYLOAD: usize = 16 << 20;

const TRACES: u8 = 1;
const METRICS: u8 = 2;
const LOGS: u8 = 3;
const PROGRESS: u8 = 4;
const END: u8 = 5;
const ATTACHMENT: u8 = 6;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// An OTLP export request.
    Export(Signal, Vec<u8>),
    /// How far the simulation has come.
    Progress {
        /// Virtual nanoseconds since its start.
        elapsed: u64,
        /// Virtual nanoseconds that it will take.
        total: u64,
    },
    /// The stream is complete.
    End {
        /// Spans in all frames before.
        spans: u64,
        /// Log records in all frames before.
        logs: u64,
        /// Metric data points in all frames before.
        metric_points: u64,
    },
    /// A file, put together from its parts.
    Attachment(Attachment),
}

/// Why a stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream ended without an end frame.
    #[error("the telemetry stream was cut short: the process that wrote it did not finish")]
    CutShort,
    /// A frame of unknown kind.
    #[error(
        "frame of unknown kind {0}: this is not a telemetry stream, or it was written by a newer version"
    )]
    UnknownKind(u8),
    /// A frame larger than [`MAX_PAYLOAD`].
    #[error("frame of {0} bytes exceeds the limit of {MAX_PAYLOAD} bytes; the stream is damaged")]
    TooLarge(usize),
    /// A progress or end frame of the wrong size.
    #[error("frame of kind {kind} has {length} bytes of payload, which does not fit its kind")]
    WrongLength {
        /// Kind of the frame.
        kind: u8,
        /// Bytes of its payload.
        length: usize,
    },
    /// Parts of an attachment that do not fit together.
    #[error("an attachment is incomplete or in the wrong order; the stream is damaged")]
    BrokenAttachment,
    /// Bytes after the end frame.
    #[error("bytes follow the end frame; something else wrote to the telemetry stream")]
    TrailingBytes,
    /// The source failed.
    #[error("reading the telemetry stream failed")]
    Io(#[from] io::Error),
}

/// A [`Sink`] that writes frames.
#[derive(Debug)]
pub struct FrameSink<W> {
    writer: W,
    failure: Option<io::Error>,
}

impl<W: Write> FrameSink<W> {
    /// Writes to `writer`, which should be buffered if small writes are costly.
    pub fn new(writer: W) -> Self {
        Self {
            writer,
            failure: None,
        }
    }

    fn frame(&mut self, kind: u8, payload: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        if let Err(error) = write_frame(&mut self.writer, kind, payload) {
            self.failure = Some(error);
        }
    }

    fn outcome(&self) -> io::Result<()> {
        match &self.failure {
            // `io::Error` cannot be cloned; its kind and text are what a caller acts on.
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            None => Ok(()),
        }
    }
}

fn write_frame(writer: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    if payload.len() > MAX_PAYLOAD {
        let text = format!(
            "batch of {} bytes exceeds the limit of {MAX_PAYLOAD} bytes for a frame",
            payload.len()
        );
        return Err(io::Error::new(ErrorKind::InvalidData, text));
    }
    writer.write_all(&[kind])?;
    writer.write_all(&(payload.len() as u32).to_le_bytes())?;
    writer.write_all(payload)
}

impl<W: Write + Send> Sink for FrameSink<W> {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        let kind = match signal {
            Signal::Traces => TRACES,
            Signal::Metrics => METRICS,
            Signal::Logs => LOGS,
        };
        self.frame(kind, otlp);
    }

    fn attach(&mut self, attachment: &Attachment) {
        if self.failure.is_none() {
            let writer = &mut self.writer;
            let written = attachment::write(attachment, MAX_PAYLOAD, |payload| {
                write_frame(writer, ATTACHMENT, payload)
            });
            self.failure = written.err();
        }
    }

    fn progress(&mut self, elapsed: u64, total: u64) -> io::Result<()> {
        let mut payload = [0; 16];
        payload[..8].copy_from_slice(&elapsed.to_le_bytes());
        payload[8..].copy_from_slice(&total.to_le_bytes());
        self.frame(PROGRESS, &payload);
        // A reader that shows progress should see it now.
        if self.failure.is_none() {
            self.failure = self.writer.flush().err();
        }
        self.outcome()
    }

    fn finish(&mut self, counts: &Counts) -> io::Result<()> {
        let mut payload = [0; 24];
        for (slot, value) in
            payload
                .chunks_exact_mut(8)
                .zip([counts.spans, counts.logs, counts.metric_points])
        {
            slot.copy_from_slice(&value.to_le_bytes());
        }
        self.frame(END, &payload);
        if self.failure.is_none() {
            self.failure = self.writer.flush().err();
        }
        self.outcome()
    }
}

/// Reads frames.
#[derive(Debug)]
pub struct FrameReader<R> {
    reader: R,
    assembly: Assembly,
    ended: bool,
    failed: bool,
}

impl<R: Read> FrameReader<R> {
    /// Reads from `reader`, which should be buffered.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            assembly: Assembly::default(),
            ended: false,
            failed: false,
        }
    }

    /// The next frame; `None` after the end frame. The parts of an attachment are one frame.
    ///
    /// # Errors
    /// When the stream is damaged, cut short or cannot be read.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        loop {
            let Some((kind, payload)) = self.next_payload()? else {
                return Ok(None);
            };
            if kind == ATTACHMENT {
                if let Some(whole) = self.assembly.take(&payload)? {
                    return Ok(Some(Frame::Attachment(whole)));
                }
                continue;
            }
            if !self.assembly.is_complete() {
                return Err(FrameError::BrokenAttachment);
            }
            let frame = decode(kind, payload)?;
            self.ended = matches!(frame, Frame::End { .. });
            return Ok(Some(frame));
        }
    }

    /// Kind and payload of the next frame of the stream.
    fn next_payload(&mut self) -> Result<Option<(u8, Vec<u8>)>, FrameError> {
        let mut kind = [0];
        loop {
            match self.reader.read(&mut kind) {
                Ok(0) if self.ended => return Ok(None),
                Ok(0) => return Err(FrameError::CutShort),
                Ok(_) if self.ended => return Err(FrameError::TrailingBytes),
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if !(TRACES..=ATTACHMENT).contains(&kind[0]) {
            return Err(FrameError::UnknownKind(kind[0]));
        }
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_PAYLOAD {
            return Err(FrameError::TooLarge(length));
        }
        let mut payload = vec![0; length];
        self.fill(&mut payload)?;
        Ok(Some((kind[0], payload)))
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), FrameError> {
        self.reader
            .read_exact(buffer)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => FrameError::CutShort,
                _ => FrameError::Io(error),
            })
    }
}

impl<R: Read> Iterator for FrameReader<R> {
    type Item = Result<Frame, FrameError>;

    /// Ends after the first error: what follows in a damaged stream means nothing.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = self.next_frame();
        self.failed = item.is_err();
        item.transpose()
    }
}

fn decode(kind: u8, payload: Vec<u8>) -> Result<Frame, FrameError> {
    Ok(match kind {
        TRACES => Frame::Export(Signal::Traces, payload),
        METRICS => Frame::Export(Signal::Metrics, payload),
        LOGS => Frame::Export(Signal::Logs, payload),
        PROGRESS => {
            let [elapsed, total] = numbers(kind, &payload)?;
            Frame::Progress { elapsed, total }
        }
        END => {
            let [spans, logs, metric_points] = numbers(kind, &payload)?;
            Frame::End {
                spans,
                logs,
                metric_points,
            }
        }
        unknown => return Err(FrameError::UnknownKind(unknown)),
    })
}

fn numbers<const N: usize>(kind: u8, payload: &[u8]) -> Result<[u64; N], FrameError> {
    if payload.len() != N * 8 {
        return Err(FrameError::WrongLength {
            kind,
            length: payload.len(),
        });
    }
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(payload.chunks_exact(8)) {
        *number = bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
    }
    Ok(numbers)
}
