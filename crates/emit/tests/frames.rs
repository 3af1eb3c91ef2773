//! The stream of frames: what is written can be read, and damage is told apart.

mod common;

use std::io::{self, Write};

use emit::{
    Attachment, Config, Signal, Sink as _,
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
            Frame::Attachment(attachment) => format!("file {}", attachment.name),
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

fn attachment(bytes: usize) -> Attachment {
    Attachment {
        name: "heap".to_owned(),
        media_type: "application/json".to_owned(),
        time_unix_nano: 17,
        service: "api".to_owned(),
        instance: "api-1".to_owned(),
        bytes: (0..bytes).map(|at| at as u8).collect(),
    }
}

/// A stream with one attachment and nothing else.
fn attached(attachment: &Attachment) -> Vec<u8> {
    let shared = Shared::default();
    let mut sink = FrameSink::new(shared.clone());
    sink.attach(attachment);
    sink.finish(&emit::Counts::default()).unwrap();
    std::mem::take(&mut *shared.0.lock().unwrap())
}

#[test]
fn attachments_of_any_size_arrive_whole() {
    for bytes in [0, 1, MAX_PAYLOAD, 2 * MAX_PAYLOAD + 7] {
        let sent = attachment(bytes);
        let frames = read(&attached(&sent)).unwrap();
        assert_eq!(frames.len(), 2, "the parts are one frame");
        assert_eq!(frames[0], Frame::Attachment(sent));
    }
}

#[test]
fn an_attachment_is_filed_under_its_service_behind_what_came_before() {
    let shared = Shared::default();
    let config = Config::simulation(common::clock, 1);
    let handle = emit::install(config, FrameSink::new(shared.clone())).unwrap();
    tracing::info!("before");
    let resource = emit::register(&emit::Resource::new("api").instance("api-1"));
    {
        let _api = emit::with_resource(resource);
        emit::attach("heap", "application/json", vec![1, 2, 3]);
    }
    handle.shutdown().unwrap();
    let frames = read(&shared.0.lock().unwrap()).unwrap();
    assert!(matches!(frames[0], Frame::Export(Signal::Logs, _)));
    let Frame::Attachment(file) = &frames[1] else {
        panic!("{frames:?}");
    };
    assert_eq!((&file.service[..], &file.instance[..]), ("api", "api-1"));
    assert_eq!(
        (file.time_unix_nano, &file.bytes[..]),
        (common::clock(), &[1, 2, 3][..])
    );
}

#[test]
fn damaged_attachments_are_told_apart() {
    let whole = attached(&attachment(5));
    for length in 0..whole.len() {
        assert!(
            matches!(read(&whole[..length]), Err(FrameError::CutShort)),
            "cut at {length}"
        );
    }
    // A first part that promises more, and then the end.
    let mut more = whole.clone();
    more[6] = 1;
    assert!(matches!(read(&more), Err(FrameError::BrokenAttachment)));
    // A later part without a first one.
    let mut later = whole.clone();
    later[5] = 1;
    assert!(matches!(read(&later), Err(FrameError::BrokenAttachment)));
    // More than anybody would send.
    let mut large = whole;
    large[12] = 1;
    assert!(matches!(read(&large), Err(FrameError::TooLarge(_))));
}

#[test]
fn an_attachment_beyond_the_limits_is_refused() {
    let mut sink = FrameSink::new(Vec::new());
    sink.attach(&Attachment {
        name: "x".repeat(5_000),
        ..attachment(1)
    });
    assert!(sink.finish(&emit::Counts::default()).is_err());
}
