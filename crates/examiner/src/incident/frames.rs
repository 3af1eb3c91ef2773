//! Reads the child's telemetry ahead of whoever records it.
//!
//! The pipe between two processes holds 64 KiB, much less than one batch of telemetry. Without a reader of
//! its own the child would stand still while a batch is recorded, and the recording while the next one is
//! simulated; with it, both have a core to themselves. Start at [`read_ahead`].

use std::io::{self, BufReader, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use emit::frames::{Frame, FrameError, FrameReader};

/// Frames that wait to be recorded. When so many wait, the child waits too.
const FRAMES_AHEAD: usize = 32;

/// Frames of `stream` in their order, up to its end or its first error.
///
/// The thread behind it ends with the stream, or with the receiver once the child writes again or is killed.
///
/// # Errors
///
/// When no thread can be started.
pub(crate) fn read_ahead(
    stream: impl Read + Send + 'static,
) -> io::Result<Receiver<Result<Frame, FrameError>>> {
    let (sender, receiver) = sync_channel(FRAMES_AHEAD);
    thread::Builder::new()
        .name("frames".to_owned())
        .spawn(move || {
            let frames = FrameReader::new(BufReader::with_capacity(256 << 10, stream));
            for frame in frames {
                if sender.send(frame).is_err() {
                    return;
                }
            }
        })?;
    Ok(receiver)
}
