//! Heap snapshots of recordings, read and kept while they are asked about.
//!
//! Reading one of 100 MB takes half a second, so those used last stay in memory, up to a limit. Start at
//! [`App::heap`].

use std::sync::{Arc, Mutex, PoisonError};

use heap::{Analysis, Limits, ReadError, Snapshot};
use telemetry::recording::{AttachmentEntry, AttachmentReader, RecordingError};

use crate::app::App;
use crate::data::Data;
use crate::problem::Problem;

/// Memory of all snapshots that are kept; the one asked for is kept whatever its size.
const BUDGET_BYTES: usize = 1 << 30;
/// Beyond the columns: dominators, retained sizes, classes, and what paths need.
const BYTES_PER_NODE: usize = 48;

/// The snapshots that were asked about last, the latest at the end.
#[derive(Debug, Default)]
pub(crate) struct Heaps {
    kept: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    recording: String,
    number: usize,
    analysis: Arc<Analysis>,
}

impl Heaps {
    fn find(&self, recording: &str, number: usize) -> Option<Arc<Analysis>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |kept: &Kept| kept.recording == recording && kept.number == number;
        let at = kept.iter().position(wanted)?;
        let found = kept.remove(at);
        let analysis = Arc::clone(&found.analysis);
        kept.push(found);
        Some(analysis)
    }

    fn keep(&self, recording: &str, number: usize, analysis: &Arc<Analysis>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Kept {
            recording: recording.to_owned(),
            number,
            analysis: Arc::clone(analysis),
        });
        let total = |kept: &[Kept]| kept.iter().map(|one| memory(&one.analysis)).sum::<usize>();
        while kept.len() > 1 && total(&kept) > BUDGET_BYTES {
            kept.remove(0);
        }
    }
}

fn memory(analysis: &Analysis) -> usize {
    let snapshot = analysis.snapshot();
    snapshot.memory_bytes() + snapshot.node_count() as usize * BYTES_PER_NODE
}

impl Data {
    /// The heap snapshots with their numbers, in order of time.
    pub(crate) fn heap_snapshots(&self) -> Vec<(usize, AttachmentEntry)> {
        let all = match self {
            Self::Sealed(recording) => recording.attachments().to_vec(),
            Self::Playing(playing) => playing.growing.attachments(),
            Self::Live(live) => live.attachments(),
        };
        let all = all.into_iter().enumerate();
        let mut heaps: Vec<_> = all
            .filter(|(_, entry)| entry.info.media_type == heap::MEDIA_TYPE)
            .collect();
        heaps.sort_by_key(|(number, entry)| (entry.info.time_unix_nano, *number));
        heaps
    }

    /// The content of a heap snapshot; a problem where there is none of that number.
    pub(crate) fn open_heap(&self, number: usize) -> Result<AttachmentReader, Problem> {
        let known = self
            .heap_snapshots()
            .iter()
            .any(|(known, _)| *known == number);
        let opened = match self {
            _ if !known => Ok(None),
            Self::Sealed(recording) => recording.open_attachment(number),
            Self::Playing(playing) => playing.growing.open_attachment(number),
            Self::Live(live) => live.open_attachment(number),
        };
        match opened {
            Ok(Some(reader)) => Ok(reader),
            Ok(None) => Err(Problem::not_found(
                "unknown-snapshot",
                format!("there is no heap snapshot {number}"),
                "GET /api/v1/recordings/{recording}/heap lists them",
            )),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

impl App {
    /// A snapshot with everything computed. Reads from disk; for a query thread.
    pub(crate) fn heap(
        &self,
        recording: &str,
        data: &Data,
        number: usize,
    ) -> Result<Arc<Analysis>, Problem> {
        if let Some(analysis) = self.heaps().find(recording, number) {
            return Ok(analysis);
        }
        let reader = data.open_heap(number)?;
        let snapshot =
            Snapshot::read(reader, &Limits::default()).map_err(|error| damaged(number, &error))?;
        let analysis = Arc::new(Analysis::new(snapshot));
        self.heaps().keep(recording, number, &analysis);
        Ok(analysis)
    }
}

/// A snapshot that is in the recording and is none.
pub(crate) fn damaged(number: usize, error: &ReadError) -> Problem {
    tracing::error!(%error, number, "a heap snapshot cannot be read");
    Problem::conflict(
        "damaged-snapshot",
        format!("heap snapshot {number} cannot be read: {error}"),
        "Start the drill again with the same seed",
    )
}

fn unreadable(error: &RecordingError) -> Problem {
    Problem::logged(error, "read a heap snapshot")
}
