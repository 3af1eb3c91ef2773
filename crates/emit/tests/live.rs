//! The whole live path: several threads, the layer over a registry, OTLP over HTTP to a receiver. One test,
//! because a process can be instrumented once only.

mod common;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
};

use emit::{Config, HttpSink, Signal, Sink as _};
use tracing::info_span;

/// Reads one request; returns its path and body.
fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&buffer[..count]);
        let Some(head) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
        let length: usize = text
            .split("content-length: ")
            .nth(1)?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()?;
        if request.len() >= head + 4 + length {
            let path = text.split(' ').nth(1)?.to_owned();
            return Some((path, request[head + 4..head + 4 + length].to_vec()));
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "several threads are what is tested"
)]
fn several_threads_reach_a_receiver_over_http() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (send, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let send = send.clone();
            std::thread::spawn(move || {
                while let Some(request) = read(&mut stream) {
                    // Kept before it is answered: whoever has the answer may look for it at once.
                    send.send(request).unwrap();
                    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(ok).unwrap();
                }
            });
        }
    });
    let errors = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&errors);
    let sink = HttpSink::new(&endpoint, move |error| {
        seen.lock().unwrap().push(error.to_string());
    })
    .unwrap();
    let handle = emit::install(Config::default(), sink).unwrap();
    assert!(
        emit::install(Config::default(), common::MemorySink::default()).is_err(),
        "once only"
    );

    let resource = emit::register(&emit::Resource::new("live"));
    let workers: Vec<_> = (0..4)
        .map(|n| {
            std::thread::spawn(move || {
                let _resource = emit::with_resource(resource);
                let parent = info_span!("parent", n, otel.kind = "server");
                parent.in_scope(|| {
                    tracing::info!("working");
                    info_span!("child").in_scope(|| metrics::histogram!("duration").record(0.5));
                });
                parent.record("n", n + 10);
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    emit::collect_metrics(emit::wall_clock());
    handle.shutdown().unwrap();

    let mut sink = common::MemorySink::default();
    for (path, body) in received.try_iter() {
        let signal = match path.as_str() {
            "/v1/traces" => Signal::Traces,
            "/v1/logs" => Signal::Logs,
            "/v1/metrics" => Signal::Metrics,
            other => panic!("unexpected path {other}"),
        };
        sink.export(signal, &body);
    }
    let exported = sink.0.lock().unwrap();
    assert_eq!(*errors.lock().unwrap(), Vec::<String>::new());
    assert_eq!(
        (
            exported.spans.len(),
            exported.logs.len(),
            exported.metrics.len()
        ),
        (8, 4, 1)
    );
    for (service, span) in exported
        .spans
        .iter()
        .filter(|(_, span)| span.name == "child")
    {
        let parent = exported
            .spans
            .iter()
            .find(|(_, parent)| parent.span_id == span.parent_span_id)
            .unwrap();
        assert_eq!(
            (service.as_str(), parent.1.name.as_str()),
            ("live", "parent")
        );
        assert_eq!(parent.1.trace_id, span.trace_id);
        assert!(
            common::lines(&parent.1.attributes)[0].starts_with("n = 1"),
            "recorded again"
        );
    }
}

#[test]
fn an_absent_receiver_is_reported_and_holds_nobody_up() {
    let (send, errors) = mpsc::channel();
    // A port that was free a moment ago.
    let endpoint = format!(
        "http://{}",
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
    );
    let mut sink =
        HttpSink::new(&endpoint, move |error| drop(send.send(error.to_string()))).unwrap();
    for _ in 0..3 {
        sink.export(Signal::Traces, &[]);
    }
    sink.finish(&emit::Counts::default()).unwrap();
    assert_eq!(errors.try_iter().count(), 3);
}

#[test]
fn an_endpoint_must_be_plain_http() {
    for endpoint in ["", "127.0.0.1:4318", "https://example.com", "http://"] {
        assert!(HttpSink::new(endpoint, |_| ()).is_err(), "{endpoint:?}");
    }
}
