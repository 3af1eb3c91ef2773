//! The engine: child process in, telemetry and events out.

use std::process::ChildStdout;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use emit::frames::{Frame, FrameError};
use emit::{Attachment, Signal};

use super::cancel::Cancel;
use super::child::{Killer, System};
use super::error::{IncidentError, IncidentErrorKind};
use super::frames;
use super::spec::IncidentSpec;

/// Events of progress come at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Where telemetry goes.
pub trait Append {
    /// Takes one OTLP export request; gives what has been taken in all so far.
    ///
    /// # Errors
    ///
    /// Any error ends the run.
    fn append(
        &mut self,
        signal: Signal,
        otlp: &[u8],
    ) -> Result<Appended, Box<dyn std::error::Error + Send + Sync>>;

    /// Takes a file, such as a heap snapshot.
    ///
    /// # Errors
    ///
    /// Any error ends the run.
    fn attach(
        &mut self,
        attachment: Attachment,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// What has been taken so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appended {
    /// Spans.
    pub spans: u64,
    /// Log records, database samples among them.
    pub logs: u64,
}

/// What happens during a run, in this order: started, progress any number of times, finished or an
/// error (which is the run's result and no event).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentEvent {
    /// The system's process runs.
    Started,
    /// The incident goes on.
    Progress(Progress),
    /// All telemetry has been received.
    Received(Totals),
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Virtual time that has passed.
    pub virtual_elapsed: Duration,
    /// Virtual time of the incident; 0 until the system said so.
    pub virtual_total: Duration,
    /// Spans received.
    pub spans: u64,
    /// Log records received.
    pub logs: u64,
    /// Real time that has passed.
    pub elapsed: Duration,
}

impl Progress {
    /// 0 to 1.
    pub fn fraction(&self) -> f64 {
        if self.virtual_total.is_zero() {
            return 0.0;
        }
        (self.virtual_elapsed.as_secs_f64() / self.virtual_total.as_secs_f64()).clamp(0.0, 1.0)
    }

    /// Real time that is left if it goes on like this; `None` while there is little to go by.
    pub fn left(&self) -> Option<Duration> {
        let fraction = self.fraction();
        (fraction >= 0.02).then(|| self.elapsed.mul_f64((1.0 - fraction) / fraction))
    }
}

/// What a run gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Virtual time of the incident.
    pub virtual_time: Duration,
    /// Spans, as the system counts.
    pub spans: u64,
    /// Log records, as the system counts.
    pub logs: u64,
    /// Metric points, as the system counts.
    pub metric_points: u64,
    /// Real time that it took.
    pub elapsed: Duration,
}

/// Runs an incident and gives every batch of its telemetry to `append`. Blocks until the end.
///
/// # Errors
///
/// An [`IncidentError`] of any kind; the child has ended in every case.
pub fn run(
    spec: &IncidentSpec,
    append: &mut dyn Append,
    on_event: &mut dyn FnMut(IncidentEvent),
    cancel: &Cancel,
) -> Result<Totals, IncidentError> {
    let failed = |kind, stderr_tail| IncidentError {
        kind,
        seed: spec.seed,
        replay: spec.replay(),
        stderr_tail,
    };
    let started = Instant::now();
    let (mut system, stdout) = System::start(spec)
        .map_err(|error| failed(IncidentErrorKind::Start(error), String::new()))?;
    on_event(IncidentEvent::Started);
    let watchdog = Watchdog::start(system.killer(), cancel.clone(), started + spec.limits.time);
    let mut reception = Reception {
        append,
        on_event,
        started,
        last_event: None,
        progress: Progress::default(),
    };
    let received = reception.receive(stdout, spec.limits.bytes);
    let outcome = match received {
        Ok(totals) => end(&system, totals),
        Err(IncidentErrorKind::Stream(FrameError::CutShort)) => Err(ended_early(&system)),
        Err(kind) => Err(kind),
    };
    let stopped = watchdog.finish();
    match outcome {
        Ok(totals) => {
            (reception.on_event)(IncidentEvent::Received(totals));
            Ok(totals)
        }
        Err(_) if cancel.is_cancelled() => Err(failed(IncidentErrorKind::Cancelled, String::new())),
        Err(kind) => {
            // Killed before its standard error is read to the end: it may not end by itself.
            system.killer().kill();
            let tail = system.stderr.finish();
            Err(failed(
                if stopped {
                    IncidentErrorKind::Time(spec.limits.time)
                } else {
                    kind
                },
                tail,
            ))
        }
    }
}

/// After the last frame the system must end by itself and well.
fn end(system: &System, totals: Totals) -> Result<Totals, IncidentErrorKind> {
    match system.wait() {
        Ok(status) if status.success() => Ok(totals),
        Ok(status) => Err(IncidentErrorKind::EndedEarly {
            status: status.to_string(),
        }),
        Err(error) => Err(IncidentErrorKind::EndedEarly {
            status: error.to_string(),
        }),
    }
}

fn ended_early(system: &System) -> IncidentErrorKind {
    let status = match system.wait() {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    IncidentErrorKind::EndedEarly { status }
}

struct Reception<'a> {
    append: &'a mut dyn Append,
    on_event: &'a mut dyn FnMut(IncidentEvent),
    started: Instant,
    last_event: Option<Instant>,
    progress: Progress,
}

impl Reception<'_> {
    fn receive(&mut self, stdout: ChildStdout, limit: u64) -> Result<Totals, IncidentErrorKind> {
        let mut bytes = 0_u64;
        let mut totals = None;
        for frame in frames::read_ahead(stdout).map_err(IncidentErrorKind::Start)? {
            match frame.map_err(IncidentErrorKind::Stream)? {
                Frame::Export(signal, otlp) => {
                    bytes += otlp.len() as u64;
                    if bytes > limit {
                        return Err(IncidentErrorKind::Bytes(limit));
                    }
                    let appended = self
                        .append
                        .append(signal, &otlp)
                        .map_err(IncidentErrorKind::Record)?;
                    self.progress.spans = appended.spans;
                    self.progress.logs = appended.logs;
                }
                Frame::Attachment(attachment) => {
                    bytes += attachment.bytes.len() as u64;
                    if bytes > limit {
                        return Err(IncidentErrorKind::Bytes(limit));
                    }
                    self.append
                        .attach(attachment)
                        .map_err(IncidentErrorKind::Record)?;
                }
                Frame::Progress { elapsed, total } => {
                    self.progress.virtual_elapsed = Duration::from_nanos(elapsed);
                    self.progress.virtual_total = Duration::from_nanos(total);
                }
                Frame::End {
                    spans,
                    logs,
                    metric_points,
                } => {
                    totals = Some(self.totals(spans, logs, metric_points)?);
                }
            }
            self.tell();
        }
        totals.ok_or(IncidentErrorKind::Stream(FrameError::CutShort))
    }

    /// The system's own counts must be what was recorded: nothing may be lost on the way.
    fn totals(&self, spans: u64, logs: u64, points: u64) -> Result<Totals, IncidentErrorKind> {
        for (what, sent, recorded) in [
            ("spans", spans, self.progress.spans),
            ("logs", logs, self.progress.logs),
        ] {
            // More is fine: events inside spans are recorded as log records.
            if recorded < sent {
                return Err(IncidentErrorKind::Lost {
                    what,
                    sent,
                    recorded,
                });
            }
        }
        Ok(Totals {
            virtual_time: self.progress.virtual_total,
            spans,
            logs,
            metric_points: points,
            elapsed: self.started.elapsed(),
        })
    }

    fn tell(&mut self) {
        let now = Instant::now();
        if self
            .last_event
            .is_none_or(|last| now.duration_since(last) >= PROGRESS_EVERY)
        {
            self.last_event = Some(now);
            self.progress.elapsed = now.duration_since(self.started);
            (self.on_event)(IncidentEvent::Progress(self.progress));
        }
    }
}

/// Kills the child on cancellation and at the deadline.
struct Watchdog {
    done: Cancel,
    expired: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Watchdog {
    fn start(killer: Killer, cancel: Cancel, deadline: Instant) -> Self {
        let done = Cancel::default();
        let expired = Arc::new(AtomicBool::new(false));
        let watch = (done.clone(), Arc::clone(&expired));
        let thread = thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                let (done, expired) = watch;
                while !done.is_cancelled() {
                    if Instant::now() >= deadline {
                        expired.store(true, Ordering::Relaxed);
                        return killer.kill();
                    }
                    // Short waits, because two switches are watched and only one can be waited for.
                    if cancel.wait_until(deadline.min(Instant::now() + Duration::from_millis(20))) {
                        return killer.kill();
                    }
                }
            });
        Self {
            done,
            expired,
            threads: thread.into_iter().collect(),
        }
    }

    /// Ends the watch; tells whether the deadline had passed.
    fn finish(self) -> bool {
        self.done.cancel();
        for thread in self.threads {
            // A watchdog does nothing that panics.
            let _ = thread.join();
        }
        self.expired.load(Ordering::Relaxed)
    }
}
