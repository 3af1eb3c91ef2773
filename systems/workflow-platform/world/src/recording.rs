//! Passes telemetry on and reports progress with it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use emit::{Attachment, Counts, Signal, Sink};
use sim::Timestamp;

/// Virtual time between two reports of progress.
const PROGRESS_EVERY: Duration = Duration::from_mins(2);

/// A sink that reports progress to the sink behind it, and says when that one is broken.
pub(crate) struct Recorder<S> {
    sink: S,
    start: Timestamp,
    window: Duration,
    next_report: Timestamp,
    stop: Arc<AtomicBool>,
}

impl<S: Sink> Recorder<S> {
    /// Passes on to `sink`; sets `stop` once it takes no more.
    pub(crate) fn new(sink: S, start: Timestamp, window: Duration, stop: Arc<AtomicBool>) -> Self {
        Self {
            sink,
            start,
            window,
            next_report: start,
            stop,
        }
    }
}

impl<S: Sink> Sink for Recorder<S> {
    fn export(&mut self, signal: Signal, otlp: &[u8]) {
        self.sink.export(signal, otlp);
        let now = sim::now();
        if now < self.next_report {
            return;
        }
        self.next_report = now + PROGRESS_EVERY;
        let elapsed = (now - self.start).min(self.window);
        if self
            .sink
            .progress(elapsed.as_nanos() as u64, self.window.as_nanos() as u64)
            .is_err()
        {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn attach(&mut self, attachment: &Attachment) {
        self.sink.attach(attachment);
    }

    fn finish(&mut self, counts: &Counts) -> io::Result<()> {
        let total = self.window.as_nanos() as u64;
        self.sink.progress(total, total)?;
        self.sink.finish(counts)
    }
}
