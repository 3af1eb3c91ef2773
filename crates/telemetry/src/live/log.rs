//! The write-ahead log: requests in the order in which they were taken.
//!
//! ```text
//! record = length u32 · kind u8 · zero u8 × 3 · xxh3 u64 of kind and payload · payload      (little-endian)
//! ```
//!
//! A record counts once it has been forced to disk. Several writers share one force: the first to
//! wait does it for all that have written by then. After a crash the last record may be cut; it was
//! not acknowledged, and reading stops there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::error::LiveError;
use crate::otlp::Signal;
use crate::recording::{RecordingError, sync_folder};

const HEADER: usize = 16;
/// Greatest payload; what a length says beyond is damage. The server's limit is 64 MiB.
const MAX_PAYLOAD: usize = 128 << 20;

/// The log of one live recording, shared by all who write.
#[derive(Debug)]
pub(super) struct Log {
    folder: PathBuf,
    state: Mutex<State>,
    forced: Condvar,
}

#[derive(Debug)]
struct State {
    file: File,
    number: u32,
    /// Length of the current file.
    length: u64,
    /// Records written, and how many of them are on disk.
    written: u64,
    durable: u64,
    forcing: bool,
    broken: Option<String>,
}

/// What reading a log found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Runs of Parquet that were read.
    pub runs: usize,
    /// Requests that were read from the log after them.
    pub requests: u64,
    /// Bytes of a request that was cut by a crash, and removed.
    pub torn_bytes: u64,
}

impl Log {
    /// Reads the files after number `after`, hands every record to `visit`, and goes on writing after
    /// them. Older files are removed: a run holds what they held.
    pub(super) fn open(
        folder: &Path,
        after: u32,
        mut visit: impl FnMut(Signal, &[u8]) -> Result<(), LiveError>,
    ) -> Result<(Self, Recovery), LiveError> {
        let mut recovery = Recovery::default();
        remove_through(folder, after)?;
        let numbers = numbers(folder)?;
        for (position, number) in numbers.iter().enumerate() {
            let path = path(folder, *number);
            let (sound, total) = read(&path, &mut recovery, &mut visit)?;
            if sound < total {
                if position + 1 < numbers.len() {
                    let reason = format!("the log has a fault at byte {sound}, before its end");
                    return Err(RecordingError::damaged(path, reason).into());
                }
                recovery.torn_bytes = total - sound;
                let file = OpenOptions::new().write(true).open(&path);
                let cut = file.and_then(|file| file.set_len(sound).and_then(|()| file.sync_all()));
                cut.map_err(RecordingError::io("shorten", &path))?;
            }
        }
        let number = numbers.last().copied().unwrap_or(after + 1);
        let (file, length) = open_file(folder, number)?;
        let state = State {
            file,
            number,
            length,
            written: 0,
            durable: 0,
            forcing: false,
            broken: None,
        };
        let log = Self {
            folder: folder.to_owned(),
            state: Mutex::new(state),
            forced: Condvar::new(),
        };
        Ok((log, recovery))
    }

    /// Writes a record and calls `apply` before any other record is written, so that what is in
    /// memory has the order of the log. The record is durable once [`Log::force`] has returned for
    /// the number that this returns.
    pub(super) fn append<T>(
        &self,
        signal: Signal,
        payload: &[u8],
        apply: impl FnOnce() -> T,
    ) -> Result<(u64, T), LiveError> {
        let mut state = self.lock();
        if let Some(reason) = &state.broken {
            return Err(LiveError::Broken {
                reason: reason.clone(),
            });
        }
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        header[4] = kind(signal);
        header[8..].copy_from_slice(&checksum(kind(signal), payload).to_le_bytes());
        let wrote = state
            .file
            .write_all(&header)
            .and_then(|()| state.file.write_all(payload));
        if let Err(error) = wrote {
            // Half a record would hide the ones after it.
            let length = state.length;
            if let Err(stuck) = state.file.set_len(length) {
                state.broken = Some(stuck.to_string());
            }
            return Err(RecordingError::io("write to the log in", &self.folder)(error).into());
        }
        state.length += (HEADER + payload.len()) as u64;
        state.written += 1;
        Ok((state.written, apply()))
    }

    /// Waits until a record is on disk.
    pub(super) fn force(&self, record: u64) -> Result<(), LiveError> {
        let mut state = self.lock();
        while state.durable < record {
            if let Some(reason) = &state.broken {
                return Err(LiveError::Broken {
                    reason: reason.clone(),
                });
            }
            if state.forcing {
                state = self
                    .forced
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state = self.force_all(state).0;
        }
        Ok(())
    }

    /// Forces everything written so far to disk; others may write meanwhile.
    fn force_all<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
    ) -> (MutexGuard<'a, State>, Result<(), LiveError>) {
        let upto = state.written;
        let file = state.file.try_clone();
        state.forcing = true;
        drop(state);
        let outcome = file.and_then(|file| file.sync_data());
        let mut state = self.lock();
        state.forcing = false;
        let outcome = match outcome {
            Ok(()) => {
                state.durable = state.durable.max(upto);
                Ok(())
            }
            Err(error) => {
                // After a failed force nobody knows what is on disk; trying again would hide it.
                let reason = error.to_string();
                state.broken = Some(reason.clone());
                Err(LiveError::Broken { reason })
            }
        };
        self.forced.notify_all();
        (state, outcome)
    }

    /// Length of the current file.
    pub(super) fn length(&self) -> u64 {
        self.lock().length
    }

    /// Begins the next file. `cut` runs between the two, while nothing is written; returns what it
    /// gave and the number of the file that is finished.
    pub(super) fn rotate<T>(&self, cut: impl FnOnce() -> T) -> Result<(u32, T), LiveError> {
        let mut state = self.lock();
        while state.forcing {
            state = self
                .forced
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(reason) = &state.broken {
            return Err(LiveError::Broken {
                reason: reason.clone(),
            });
        }
        if let Err(error) = state.file.sync_data() {
            // As for any force that fails: nobody knows what is on disk.
            state.broken = Some(error.to_string());
            return Err(RecordingError::io("force the log to disk in", &self.folder)(error).into());
        }
        state.durable = state.written;
        self.forced.notify_all();
        let finished = state.number;
        let (file, length) = open_file(&self.folder, finished + 1)?;
        state.number += 1;
        (state.file, state.length) = (file, length);
        Ok((finished, cut()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_file(folder: &Path, number: u32) -> Result<(File, u64), LiveError> {
    let path = path(folder, number);
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let file = file.map_err(RecordingError::io("open", &path))?;
    let length = file
        .metadata()
        .map_err(RecordingError::io("read", &path))?
        .len();
    sync_folder(folder)?;
    Ok((file, length))
}

fn path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("log-{number:06}"))
}

/// The numbers of the log's files, ascending.
fn numbers(folder: &Path) -> Result<Vec<u32>, RecordingError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(RecordingError::io("read", folder))? {
        let entry = entry.map_err(RecordingError::io("read", folder))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("log-"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes the files up to a number.
pub(super) fn remove_through(folder: &Path, through: u32) -> Result<(), RecordingError> {
    for number in numbers(folder)?
        .into_iter()
        .filter(|number| *number <= through)
    {
        let path = path(folder, number);
        fs::remove_file(&path).map_err(RecordingError::io("remove", &path))?;
    }
    Ok(())
}

/// Reads a file up to its end or its first fault; how far that was, and the file's length.
fn read(
    path: &Path,
    recovery: &mut Recovery,
    visit: &mut impl FnMut(Signal, &[u8]) -> Result<(), LiveError>,
) -> Result<(u64, u64), LiveError> {
    let failed = |error: io::Error| RecordingError::io("read", path)(error);
    let file = File::open(path).map_err(failed)?;
    let total = file.metadata().map_err(failed)?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut sound = 0;
    let mut payload = Vec::new();
    while total - sound >= HEADER as u64 {
        let mut header = [0; HEADER];
        reader.read_exact(&mut header).map_err(failed)?;
        let [a, b, c, d, kind, _, _, _, sum @ ..] = header;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let rest = total - sound - HEADER as u64;
        let (Some(signal), true) = (signal(kind), length <= MAX_PAYLOAD && length as u64 <= rest)
        else {
            break;
        };
        payload.resize(length, 0);
        reader.read_exact(&mut payload).map_err(failed)?;
        if checksum(kind, &payload) != u64::from_le_bytes(sum) {
            break;
        }
        visit(signal, &payload)?;
        recovery.requests += 1;
        sound += (HEADER + length) as u64;
    }
    Ok((sound, total))
}

fn checksum(kind: u8, payload: &[u8]) -> u64 {
    // The length is in it as well: a run of zeroes is no record.
    xxh3_64_with_seed(payload, (payload.len() as u64) << 8 | u64::from(kind))
}

fn kind(signal: Signal) -> u8 {
    match signal {
        Signal::Traces => 1,
        Signal::Metrics => 2,
        Signal::Logs => 3,
    }
}

fn signal(kind: u8) -> Option<Signal> {
    match kind {
        1 => Some(Signal::Traces),
        2 => Some(Signal::Metrics),
        3 => Some(Signal::Logs),
        _ => None,
    }
}
