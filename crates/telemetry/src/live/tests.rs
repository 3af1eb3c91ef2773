//! Live recordings: acknowledged means kept.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{LiveError, LiveOptions, LiveRecording, Recovery};
use crate::otlp::Signal;
use crate::recording::fixtures::{logs, metrics, traces};
use crate::recording::tests::dump;
use crate::recording::{Recording, RecordingInfo, RecordingWriter};
use crate::table::{KeyId, View};

/// Tells the child process of the crash test where to write.
const FOLDER: &str = "FIREDRILL_TEST_LIVE_FOLDER";

fn info() -> RecordingInfo {
    RecordingInfo {
        id: "live-1".into(),
        title: "Shop".into(),
        ..RecordingInfo::default()
    }
}

fn spans(recording: &LiveRecording) -> usize {
    recording.growing().tables().spans().view().rows()
}

fn open(folder: &Path) -> LiveRecording {
    LiveRecording::open(folder, LiveOptions::default()).unwrap()
}

/// The other process of the next test: four threads append traces and say which were acknowledged.
#[test]
#[ignore = "runs as a child process of the crash test, which kills it"]
fn child_that_writes_until_it_is_killed() {
    let folder = std::env::var(FOLDER).unwrap();
    // A small log, so that it is turned into runs under way.
    let options = LiveOptions {
        log_bytes: 100_000,
        ..LiveOptions::default()
    };
    let recording = LiveRecording::create(Path::new(&folder), info(), options).unwrap();
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    recording
                        .append(Signal::Traces, &traces(number * 10, number * 10 + 10))
                        .unwrap();
                    println!("\nacknowledged {number}");
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("r");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "live::tests::child_that_writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, &folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(number) = line.strip_prefix("acknowledged ") {
            acknowledged.push(number.parse::<u64>().unwrap());
        }
        if acknowledged.len() == 300 {
            // On Unix this is SIGKILL. What is in the pipe after it was acknowledged as well.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(
        acknowledged.len() >= 300,
        "{} acknowledged before the end",
        acknowledged.len()
    );

    let recording = open(&folder);
    let recovery = recording.recovery();
    assert!(
        recovery.runs > 0 && recovery.requests < acknowledged.len() as u64,
        "{recovery:?}"
    );
    let growing = recording.growing();
    let tables = growing.tables();
    let stored = tables.spans();
    let view = stored.view();
    let mut ids = std::collections::HashSet::new();
    for index in 0..view.segment_count() {
        let segment = view.segment(index);
        ids.extend((0..segment.rows()).map(|row| segment.traces().trace_id(row) as u64));
    }
    for number in &acknowledged {
        // A trace's number is the second half of its id.
        let missing: Vec<u64> = (number * 10..number * 10 + 10)
            .filter(|id| !ids.contains(id))
            .collect();
        assert!(
            missing.is_empty(),
            "traces {missing:?} of request {number} are lost"
        );
    }
    // Whole requests, each of them once.
    assert_eq!((view.rows() % 30, view.rows()), (0, ids.len() * 3));
}

#[test]
fn a_torn_tail_is_removed_and_writing_goes_on() {
    fn check(damage: impl Fn(&mut Vec<u8>), expect: Recovery) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("r");
        let recording = LiveRecording::create(&folder, info(), LiveOptions::default()).unwrap();
        for number in 0..3 {
            recording
                .append(Signal::Traces, &traces(number, number + 1))
                .unwrap();
        }
        drop(recording);
        let log = parent.path().join(".r.live/log-000001");
        let mut bytes = fs::read(&log).unwrap();
        damage(&mut bytes);
        fs::write(&log, bytes).unwrap();

        let recording = open(&folder);
        assert_eq!(recording.recovery(), expect);
        recording.append(Signal::Traces, &traces(8, 9)).unwrap();
        drop(recording);
        let recording = open(&folder);
        assert_eq!(
            recording.recovery(),
            Recovery {
                runs: 0,
                requests: expect.requests + 1,
                torn_bytes: 0
            }
        );
        assert_eq!(spans(&recording) as u64, (expect.requests + 1) * 3);
    }
    check(
        |_| {},
        Recovery {
            runs: 0,
            requests: 3,
            torn_bytes: 0,
        },
    );
    check(
        |bytes| bytes.extend([5, 0, 0]),
        Recovery {
            runs: 0,
            requests: 3,
            torn_bytes: 3,
        },
    );
    check(
        |bytes| bytes.extend([0; 64]),
        Recovery {
            runs: 0,
            requests: 3,
            torn_bytes: 64,
        },
    );
    check(
        |bytes| bytes.extend([255; 40]),
        Recovery {
            runs: 0,
            requests: 3,
            torn_bytes: 40,
        },
    );
    let length = traces(2, 3).len() as u64 + 16;
    check(
        |bytes| bytes.truncate(bytes.len() - 1),
        Recovery {
            runs: 0,
            requests: 2,
            torn_bytes: length - 1,
        },
    );
    check(
        |bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        },
        Recovery {
            runs: 0,
            requests: 2,
            torn_bytes: length,
        },
    );
}

#[test]
fn damage_before_the_end_is_not_skipped() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("r");
    let recording = LiveRecording::create(&folder, info(), LiveOptions::default()).unwrap();
    recording.append(Signal::Traces, &traces(0, 1)).unwrap();
    drop(recording);
    // As a rotation whose run could not be written leaves it: two files, the first of them cut.
    let log = parent.path().join(".r.live/log-000001");
    let bytes = fs::read(&log).unwrap();
    fs::write(parent.path().join(".r.live/log-000002"), &bytes).unwrap();
    let reopened = open(&folder);
    assert_eq!((reopened.recovery().requests, spans(&reopened)), (2, 6));
    drop(reopened);
    fs::write(&log, &bytes[..bytes.len() - 1]).unwrap();
    let error = LiveRecording::open(&folder, LiveOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("log-000001 is damaged: the log has a fault at byte 0"),
        "{error}"
    );
}

/// Appends everything, turning the log into runs as often as possible and opening anew now and then.
#[test]
fn runs_and_log_together_are_the_recording() {
    let parent = tempfile::tempdir().unwrap();
    let (live, plain) = (parent.path().join("live"), parent.path().join("plain"));
    let options = LiveOptions {
        log_bytes: 20_000,
        ..LiveOptions::default()
    };
    let mut writer = RecordingWriter::new(&plain, info()).unwrap();
    let mut recording = LiveRecording::create(&live, info(), options).unwrap();
    for number in 0..40 {
        let requests = [
            (Signal::Traces, traces(number * 40, number * 40 + 40)),
            (Signal::Logs, logs(number * 20, number * 20 + 20)),
            (Signal::Metrics, metrics(number + 1)),
        ];
        for (signal, request) in requests {
            recording.append(signal, &request).unwrap();
            match signal {
                Signal::Traces => writer.append_traces(&request).unwrap(),
                Signal::Logs => writer.append_logs(&request).unwrap(),
                Signal::Metrics => writer.append_metrics(&request).unwrap(),
            };
        }
        if number % 15 == 14 {
            drop(recording);
            recording = LiveRecording::open(&live, options).unwrap();
            assert!(recording.recovery().runs > 0);
        }
    }
    let plain = writer.seal().unwrap();
    let sealed = recording.seal().unwrap();
    for recording in [sealed, Recording::open(&live).unwrap()] {
        assert_eq!(
            recording.manifest().content_hash,
            plain.manifest().content_hash
        );
        assert_eq!(recording.manifest().counts, plain.manifest().counts);
        assert_eq!(recording.manifest().services, plain.manifest().services);
        recording.load_all().unwrap();
        // Segments are cut elsewhere, so rows come in another order.
        let sorted = |view: View<'_>| {
            let mut rows = dump(&view);
            rows.sort();
            rows
        };
        let (a, b) = (recording.tables(), plain.tables());
        assert_eq!(sorted(a.spans().view()), sorted(b.spans().view()));
        assert_eq!(sorted(a.logs().view()), sorted(b.logs().view()));
        assert_eq!(sorted(a.samples().view()), sorted(b.samples().view()));
        let select = |recording: &Recording| {
            let metrics = recording.metrics().unwrap();
            let series = metrics
                .select(&[], 0, i64::MAX / 2, 1_000, 1_000_000)
                .unwrap();
            (series, metrics.exemplars(&[], 0, i64::MAX))
        };
        assert_eq!(select(&recording), select(&plain));
    }
}

#[test]
fn sealing_gives_the_recording_that_a_writer_would_have_made() {
    let parent = tempfile::tempdir().unwrap();
    let (live, plain) = (parent.path().join("live"), parent.path().join("plain"));
    let mut writer = RecordingWriter::new(&plain, info()).unwrap();
    let recording = LiveRecording::create(&live, info(), LiveOptions::default()).unwrap();
    for number in 0..50 {
        let requests = [
            (Signal::Traces, traces(number * 500, number * 500 + 500)),
            (Signal::Logs, logs(number * 50, number * 50 + 50)),
            (Signal::Metrics, metrics(number + 1)),
        ];
        for (signal, request) in requests {
            recording.append(signal, &request).unwrap();
            match signal {
                Signal::Traces => writer.append_traces(&request).unwrap(),
                Signal::Logs => writer.append_logs(&request).unwrap(),
                Signal::Metrics => writer.append_metrics(&request).unwrap(),
            };
        }
    }
    let plain = writer.seal().unwrap();
    // Half of the way is read back from the log.
    drop(recording);
    assert_eq!(
        LiveRecording::unsealed(parent.path()).unwrap(),
        std::slice::from_ref(&live)
    );
    let recording = open(&live);
    let sealed = recording.seal().unwrap();
    assert_eq!(sealed.manifest(), plain.manifest());
    assert_eq!(Recording::open(&live).unwrap().manifest(), plain.manifest());
    assert!(matches!(
        recording.append(Signal::Logs, &[]),
        Err(LiveError::Sealed)
    ));
    assert!(LiveRecording::unsealed(parent.path()).unwrap().is_empty());
    let view = sealed.tables().spans();
    assert!(view.view().key(KeyId::NAME).rows > 0);
}

#[test]
fn limits_push_back() {
    let parent = tempfile::tempdir().unwrap();
    let create = |name: &str, options| {
        LiveRecording::create(&parent.path().join(name), info(), options).unwrap()
    };
    let request = traces(0, 1);

    let full = create(
        "full",
        LiveOptions {
            max_memory: 1,
            ..LiveOptions::default()
        },
    );
    let error = full.append(Signal::Traces, &request).unwrap_err();
    assert!(
        matches!(error, LiveError::Full { .. }) && !error.is_retryable(),
        "{error}"
    );

    let busy = create(
        "busy",
        LiveOptions {
            max_in_flight: 100,
            ..LiveOptions::default()
        },
    );
    let other = busy.admit(50).unwrap();
    let error = busy.append(Signal::Traces, &request).unwrap_err();
    assert!(
        matches!(error, LiveError::Busy { in_flight: 50 }) && error.is_retryable(),
        "{error}"
    );
    drop(other);
    busy.append(Signal::Traces, &request).unwrap();
}

#[test]
fn one_process_writes_at_a_time() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("r");
    let first = LiveRecording::create(&folder, info(), LiveOptions::default()).unwrap();
    let error = LiveRecording::open(&folder, LiveOptions::default()).unwrap_err();
    assert!(matches!(error, LiveError::Locked { .. }), "{error}");
    drop(first);
    open(&folder);
}
