//! The stream of frames: what is written can be read, and damage is told apart.

mod common;

use std::io::{self, Write};

use emit::{
    Config, Signal, Sink as _,
    frames::{Frame, FrameError, FrameReader, FrameSink, MAX_PAYLOAD},
};
use tracing::info_span;

fn read(bytes: &[u8]) -> Result<Vec<Frame>, FrameError> {
    FrameReader::new(bytes).collect()
}

/// A writer whose content a test can see afterwards.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn stream() -> Vec<u8> {
    let shared = Shared::default();
    let handle = emit::install(
        Config::simulation(common::clock, 1),
        FrameSink::new(shared.clone()),
    )
    .unwrap();
    emit::progress(1, 10).unwrap();
    info_span!("s").in_scope(|| tracing::info!("inside"));
    metrics::counter!("requests").increment(1);
    handle.collect_metrics(15);
    handle.shutdown().unwrap();
    std::mem::take(&mut *shared.0.lock().unwrap())
}

#[test]
fn a_run_becomes_frames_that_end_with_counts() {
    let frames = read(&stream()).unwrap();
    let kinds: Vec<String> = frames
        .iter()
        .map(|frame| match frame {
            Frame::Export(signal, _) => format!("{signal:?}"),
            Frame::Progress { elapsed, total } => format!("{elapsed} of {total}"),
            Frame::End {
                spans,
                logs,
                metric_points,
            } => format!("end {spans} {logs} {metric_points}"),
        })
        .collect();
    assert_eq!(kinds, ["1 of 10", "Traces", "Logs", "Metrics", "end 1 1 1"]);
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = stream();
    for length in 0..bytes.len() {
        assert!(
            matches!(read(&bytes[..length]), Err(FrameError::CutShort)),
            "cut at {length}"
        );
    }
}

#[test]
fn damage_is_told_apart() {
    let mut trailing = stream();
    trailing.push(1);
    assert!(matches!(read(&trailing), Err(FrameError::TrailingBytes)));
    assert!(matches!(
        read(&[9, 0, 0, 0, 0]),
        Err(FrameError::UnknownKind(9))
    ));
    assert!(matches!(
        read(&[1, 255, 255, 255, 255]),
        Err(FrameError::TooLarge(_))
    ));
    assert!(matches!(
        read(&[4, 3, 0, 0, 0, 1, 2, 3]),
        Err(FrameError::WrongLength { kind: 4, length: 3 })
    ));
    assert!(matches!(
        read(b"Hello, world"),
        Err(FrameError::UnknownKind(b'H'))
    ));
}

#[test]
fn a_reader_that_has_gone_is_reported() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let handle =
        emit::install(Config::simulation(common::clock, 1), FrameSink::new(Broken)).unwrap();
    drop(info_span!("s"));
    handle.flush();
    assert_eq!(
        handle.progress(1, 2).unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
    assert_eq!(
        handle.shutdown().unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

#[test]
fn a_payload_beyond_the_limit_is_refused() {
    let mut sink = FrameSink::new(Vec::new());
    sink.export(Signal::Traces, &vec![0; MAX_PAYLOAD + 1]);
    assert!(sink.finish(&emit::Counts::default()).is_err());
}
