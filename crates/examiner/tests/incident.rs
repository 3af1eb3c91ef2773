//! Runs of small children that speak frames, or fail to.
//!
//! The child is a shell that copies a prepared stream to its output, so that no helper program has
//! to be built.

#![cfg(unix)]

use std::ffi::OsString;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use catalogue::Level;
use emit::frames::FrameSink;
use emit::{Attachment, Counts, Signal, Sink};
use examiner::incident::{
    Append, Appended, Cancel, IncidentErrorKind, IncidentEvent, IncidentSpec, Limits,
    SystemCommand, Totals, run,
};

/// Counts one span per trace request and one record per log request.
#[derive(Default)]
struct Counter {
    appended: Appended,
    bytes: Vec<Vec<u8>>,
    files: Vec<(String, usize)>,
    refuse: bool,
}

impl Append for Counter {
    fn append(
        &mut self,
        signal: Signal,
        otlp: &[u8],
    ) -> Result<Appended, Box<dyn std::error::Error + Send + Sync>> {
        if self.refuse {
            return Err("the disk is full".into());
        }
        match signal {
            Signal::Traces => self.appended.spans += 1,
            Signal::Logs => self.appended.logs += 1,
            Signal::Metrics => {}
        }
        self.bytes.push(otlp.to_vec());
        Ok(self.appended)
    }

    fn attach(
        &mut self,
        attachment: Attachment,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.files.push((attachment.name, attachment.bytes.len()));
        Ok(())
    }
}

fn stream(spans: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sink = FrameSink::new(&mut bytes);
    sink.progress(0, 4_000_000_000).unwrap();
    sink.export(Signal::Traces, b"trace");
    sink.export(Signal::Logs, b"log");
    sink.export(Signal::Metrics, b"metric");
    sink.attach(&Attachment {
        name: "heap".to_owned(),
        bytes: vec![0; 100],
        ..Attachment::default()
    });
    sink.progress(4_000_000_000, 4_000_000_000).unwrap();
    let counts = Counts {
        spans,
        logs: 1,
        metric_points: 9,
        ..Counts::default()
    };
    sink.finish(&counts).unwrap();
    bytes
}

/// A child that runs a shell script; `$0` is the file with the stream.
fn spec(script: &str, stream: &Path) -> IncidentSpec {
    let arguments = [OsString::from("-c"), script.into(), stream.into()].into();
    IncidentSpec {
        system: SystemCommand {
            program: "/bin/sh".into(),
            arguments,
        },
        scenario: "slow-pages".to_owned(),
        seed: 7,
        hours: 6.0,
        difficulty: Level::Senior,
        drill: "d-000001".to_owned(),
        limits: Limits {
            time: Duration::from_secs(20),
            ..Limits::default()
        },
    }
}

struct Run {
    result: Result<Totals, examiner::incident::IncidentError>,
    events: Vec<IncidentEvent>,
    counter: Counter,
}

fn run_script(script: &str, content: &[u8], change: impl FnOnce(&mut IncidentSpec)) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream");
    std::fs::write(&file, content).unwrap();
    let mut spec = spec(script, &file);
    change(&mut spec);
    let mut counter = Counter::default();
    let mut events = Vec::new();
    let mut on_event = |event| events.push(event);
    let result = run(&spec, &mut counter, &mut on_event, &Cancel::default());
    Run {
        result,
        events,
        counter,
    }
}

#[track_caller]
fn check_error(script: &str, content: &[u8], expect: &str) {
    let error = run_script(script, content, |_| {}).result.unwrap_err();
    assert_eq!(error.to_string(), expect);
    assert_eq!(
        error.replay,
        "firedrill simulate d-000001 --seed 7 --hours 6 --difficulty senior --out DIR"
    );
}

#[test]
fn a_whole_stream_is_taken_in_order() {
    let run = run_script("cat \"$0\"", &stream(1), |_| {});
    let totals = run.result.unwrap();
    assert_eq!((totals.spans, totals.logs, totals.metric_points), (1, 1, 9));
    assert_eq!(totals.virtual_time, Duration::from_secs(4));
    assert_eq!(
        run.counter.bytes,
        [b"trace".to_vec(), b"log".to_vec(), b"metric".to_vec()]
    );
    assert_eq!(run.events.first(), Some(&IncidentEvent::Started));
    assert_eq!(run.events.last(), Some(&IncidentEvent::Received(totals)));
}

#[test]
fn the_child_is_told_what_to_simulate() {
    let run = run_script("echo \"$@\" >&2; exit 3", b"", |_| {});
    assert_eq!(
        run.result.unwrap_err().stderr_tail,
        "simulate --scenario slow-pages --seed 7 --hours 6 --difficulty senior"
    );
}

#[test]
fn failures_are_told_apart() {
    let start = "the incident with seed 7 could not be simulated: ";
    let whole = stream(1);
    check_error(
        "cat \"$0\"; exit 3",
        &whole[..whole.len() - 1],
        &format!("{start}the system ended early (exit status: 3)"),
    );
    check_error(
        "cat \"$0\"; exit 4",
        &whole,
        &format!("{start}the system ended early (exit status: 4)"),
    );
    check_error(
        "kill -9 $$",
        b"",
        &format!("{start}the system ended early (signal: 9 (SIGKILL))"),
    );
    check_error(
        "cat \"$0\"",
        &stream(5),
        &format!("{start}spans are missing: the system sent 5, 1 were recorded"),
    );
    let error = run_script("echo no frames", b"", |_| {})
        .result
        .unwrap_err();
    assert!(
        matches!(error.kind, IncidentErrorKind::Stream(_)),
        "{error}"
    );
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let run = run_script("", b"", |spec| {
        spec.system.program = "/no/such/program".into();
    });
    assert!(matches!(
        run.result.unwrap_err().kind,
        IncidentErrorKind::Start(_)
    ));
}

#[test]
fn too_much_time_or_telemetry_ends_the_run() {
    let started = Instant::now();
    let run = run_script("exec sleep 60", b"", |spec| {
        spec.limits.time = Duration::from_millis(150);
    });
    assert!(matches!(
        run.result.unwrap_err().kind,
        IncidentErrorKind::Time(_)
    ));
    let run = run_script("cat \"$0\"; exec sleep 60", &stream(1), |spec| {
        spec.limits.bytes = 6;
    });
    assert!(matches!(
        run.result.unwrap_err().kind,
        IncidentErrorKind::Bytes(6)
    ));
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "the child was not killed"
    );
}

#[test]
fn a_recording_that_cannot_be_written_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream");
    std::fs::write(&file, stream(1)).unwrap();
    let mut counter = Counter {
        refuse: true,
        ..Counter::default()
    };
    let error = run(
        &spec("cat \"$0\"", &file),
        &mut counter,
        &mut |_| {},
        &Cancel::default(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "the incident with seed 7 could not be simulated: the recording cannot be written: the \
         disk is full"
    );
}

#[test]
fn cancelling_kills_the_child() {
    let cancel = Cancel::default();
    let switch = cancel.clone();
    let thread = thread::spawn(move || {
        let spec = spec("exec sleep 60", Path::new("-"));
        run(&spec, &mut Counter::default(), &mut |_| {}, &switch)
    });
    thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    cancel.cancel();
    let error = thread.join().unwrap().unwrap_err();
    assert!(matches!(error.kind, IncidentErrorKind::Cancelled));
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "the child was not killed"
    );
}
