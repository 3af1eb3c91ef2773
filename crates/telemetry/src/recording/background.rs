//! The thread that encodes row groups while rows still arrive.
//!
//! The queue holds two segments, so a producer that is faster than the disk waits instead of filling
//! memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::arrays::{Group, core_columns};
use super::error::RecordingError;
use super::sink::Part;
use super::table_file::{FinishedFile, TableFile};
use crate::table::Signal;

/// Segments that may wait to be encoded.
const QUEUE: usize = 2;

/// The three files of a recording's tables, being written.
#[derive(Debug)]
pub(crate) struct Background {
    queue: Option<SyncSender<(Part, Group)>>,
    thread: Option<JoinHandle<Result<Finished, RecordingError>>>,
}

pub(crate) type Finished = BTreeMap<Part, FinishedFile>;

impl Background {
    /// Begins the files in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<Self, RecordingError> {
        let mut files = BTreeMap::new();
        for part in Part::ALL {
            files.insert(part, TableFile::create(&folder.join(part.file()))?);
        }
        let (queue, receiver) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("recording-writer".to_owned())
            .spawn(move || run(files, &receiver))
            .map_err(RecordingError::io("start a thread to write", folder))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Hands a row group over; waits while the queue is full.
    pub(crate) fn write(&mut self, part: Part, group: Group) -> Result<(), RecordingError> {
        let sent = self
            .queue
            .as_ref()
            .is_some_and(|queue| queue.send((part, group)).is_ok());
        if sent { Ok(()) } else { Err(self.failure()) }
    }

    /// Writes what waits, completes the files and forces them to disk.
    pub(crate) fn finish(mut self) -> Result<Finished, RecordingError> {
        self.queue = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            _ => Err(RecordingError::WriterStopped),
        }
    }

    /// Why the thread ended early.
    fn failure(&mut self) -> RecordingError {
        self.queue = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => error,
            _ => RecordingError::WriterStopped,
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // An abandoned writer must not go on writing into a folder that is being removed.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(
    mut files: BTreeMap<Part, TableFile>,
    receiver: &Receiver<(Part, Group)>,
) -> Result<Finished, RecordingError> {
    for (part, group) in receiver {
        if let Some(file) = files.get_mut(&part) {
            file.write(group)?;
        }
    }
    let finish = |(part, mut file): (Part, TableFile)| {
        if file.is_empty() {
            // A table without rows still has its core columns, so that any tool can read the file.
            file.declare(core_columns(signal(part)));
        }
        Ok((part, file.finish()?))
    };
    files.into_iter().map(finish).collect()
}

/// What the rows of a part are.
pub(crate) fn signal(part: Part) -> Signal {
    match part {
        Part::Spans => Signal::Spans,
        Part::Logs | Part::Samples => Signal::Logs,
    }
}
