//! Spans as an independent decoder sees them.

mod common;

use common::{attribute, hex, install, lines, record, set_clock};
use tracing::{field::Empty, info_span};

#[test]
fn attributes_keep_their_types() {
    let exported = record(|| {
        let _span = info_span!(
            "typed",
            text = "a",
            shown = %1.5,
            debugged = ?Some(1),
            int = -3,
            unsigned = 7u64,
            huge = u64::MAX,
            float = 2.5,
            flag = true,
            http.request.method = "GET",
            never = Empty,
        );
    });
    assert_eq!(
        lines(&exported.spans[0].1.attributes),
        [
            "text = a",
            "shown = 1.5",
            "debugged = Some(1)",
            "int = -3i",
            "unsigned = 7i",
            "huge = 18446744073709551615",
            "float = 2.5f",
            "flag = true",
            "http.request.method = GET",
        ]
    );
}

#[test]
fn special_fields_shape_the_span_and_are_no_attributes() {
    let exported = record(|| {
        let span = info_span!(
            "static name",
            otel.name = %format_args!("{} {}", "GET", "/users/{id}"),
            otel.kind = "server",
            otel.status_code = Empty,
            otel.status_message = Empty,
        );
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_message", "pool exhausted");
    });
    let span = &exported.spans[0].1;
    assert_eq!((span.name.as_str(), span.kind), ("GET /users/{id}", 2));
    let status = span.status.as_ref().unwrap();
    assert_eq!(
        (status.code, status.message.as_str()),
        (2, "pool exhausted")
    );
    assert_eq!(lines(&span.attributes), Vec::<String>::new());
}

#[test]
fn kinds_follow_their_names() {
    fn check(kind: &str, expect: i32) {
        let exported = record(|| drop(info_span!("s", otel.kind = kind)));
        assert_eq!(exported.spans[0].1.kind, expect, "{kind}");
    }
    check("internal", 1);
    check("server", 2);
    check("Client", 3);
    check("producer", 4);
    check("consumer", 5);
    check("nonsense", 1);
}

#[test]
fn a_field_recorded_again_replaces_the_older_value() {
    let long = "x".repeat(300);
    let exported = record(|| {
        let span = info_span!("s", first = "a", changing = long.as_str(), last = "z");
        span.record("changing", 1);
        span.record("changing", 2);
    });
    assert_eq!(
        lines(&exported.spans[0].1.attributes),
        ["first = a", "last = z", "changing = 2i"]
    );
}

#[test]
fn parents_times_and_traces() {
    let exported = record(|| {
        set_clock(1_000);
        let root = info_span!("root");
        let entered = root.clone().entered();
        set_clock(2_000);
        info_span!("child").in_scope(|| set_clock(3_000));
        drop(entered);
        let elsewhere = info_span!(parent: &root, "explicit");
        let _unrelated = info_span!(parent: None, "unrelated");
        drop(elsewhere);
        set_clock(9_000);
    });
    let by_name = |name: &str| {
        &exported
            .spans
            .iter()
            .find(|(_, span)| span.name == name)
            .unwrap()
            .1
    };
    let (root, child) = (by_name("root"), by_name("child"));
    assert_eq!(child.parent_span_id, root.span_id);
    assert_eq!(by_name("explicit").parent_span_id, root.span_id);
    assert_eq!(
        (child.start_time_unix_nano, child.end_time_unix_nano),
        (2_000, 3_000)
    );
    assert_eq!(root.start_time_unix_nano, 1_000);
    assert_eq!(child.trace_id, root.trace_id);
    assert_eq!((root.trace_id.len(), root.span_id.len()), (16, 8));
    let unrelated = by_name("unrelated");
    assert!(unrelated.parent_span_id.is_empty());
    assert_ne!(unrelated.trace_id, root.trace_id);
}

#[test]
fn a_traceparent_crosses_processes() {
    let exported = record(|| {
        let header = info_span!("caller", otel.kind = "client")
            .in_scope(emit::traceparent)
            .unwrap();
        let callee = info_span!("callee", traceparent = header.as_str());
        assert_eq!(
            callee.in_scope(|| emit::current_span().unwrap().trace_id),
            {
                let context: emit::SpanContext = header.parse().unwrap();
                context.trace_id
            }
        );
        drop(info_span!("broken", traceparent = "00-nonsense"));
    });
    let by_name = |name: &str| {
        &exported
            .spans
            .iter()
            .find(|(_, span)| span.name == name)
            .unwrap()
            .1
    };
    assert_eq!(by_name("callee").parent_span_id, by_name("caller").span_id);
    assert_eq!(by_name("callee").trace_id, by_name("caller").trace_id);
    assert_eq!(lines(&by_name("callee").attributes), Vec::<String>::new());
    assert!(by_name("broken").parent_span_id.is_empty());
}

#[test]
fn current_span_is_what_is_exported() {
    let (handle, sink) = install();
    assert_eq!(emit::current_span(), None);
    let context = info_span!("s").in_scope(emit::current_span).unwrap();
    handle.flush();
    let exported = sink.0.lock().unwrap();
    assert_eq!(
        hex(&exported.spans[0].1.trace_id),
        format!("{:032x}", context.trace_id)
    );
    assert_eq!(
        hex(&exported.spans[0].1.span_id),
        format!("{:016x}", context.span_id)
    );
}

#[test]
fn code_location_starts_at_the_source_folder() {
    let exported = record(|| drop(info_span!("s")));
    let attributes = &exported.spans[0].1.attributes;
    assert!(
        attribute(attributes, "code.file.path")
            .unwrap()
            .ends_with("tests/spans.rs")
    );
    assert!(
        attribute(attributes, "code.line.number")
            .unwrap()
            .ends_with('i')
    );
    assert!(
        attributes
            .iter()
            .all(|attribute| !attribute.key.starts_with("thread"))
    );
}

#[test]
fn records_are_filed_under_the_current_resource() {
    let exported = record(|| {
        let api = emit::register(
            &emit::Resource::new("api")
                .instance("api-1")
                .version("1.2.3"),
        );
        let again = emit::register(
            &emit::Resource::new("api")
                .instance("api-1")
                .version("1.2.3"),
        );
        let other = emit::register(&emit::Resource::new("workers"));
        assert_eq!(api, again);
        drop(info_span!("nobody's"));
        let _outer = emit::with_resource(api);
        {
            let _inner = emit::with_resource(other);
            drop(info_span!("theirs"));
        }
        drop(info_span!("ours"));
    });
    let filed: Vec<_> = exported
        .spans
        .iter()
        .map(|(service, span)| (service.as_str(), span.name.as_str()))
        .collect();
    assert_eq!(
        filed,
        [
            ("unknown_service", "nobody's"),
            ("api", "ours"),
            ("workers", "theirs")
        ]
    );
}

#[test]
fn batches_are_full_at_512_spans() {
    let (handle, sink) = install();
    for _ in 0..1030 {
        drop(info_span!("s"));
    }
    assert_eq!(sink.0.lock().unwrap().spans.len(), 1024);
    let counts = handle.shutdown().unwrap();
    let exported = sink.0.lock().unwrap();
    assert_eq!(
        (exported.spans.len(), exported.batches, counts.spans),
        (1030, 3, 1030)
    );
    assert!(exported.finished);
}

#[test]
fn large_batches_are_split_by_bytes() {
    let (handle, sink) = install();
    let large = "x".repeat(30_000);
    for _ in 0..300 {
        drop(info_span!("s", large = large.as_str()));
    }
    drop(handle);
    let exported = sink.0.lock().unwrap();
    assert_eq!((exported.spans.len(), exported.batches), (300, 3));
}

#[test]
fn a_cut_value_says_so_and_is_counted() {
    let (handle, sink) = install();
    drop(info_span!("s", large = "x".repeat(100_000).as_str()));
    let counts = handle.shutdown().unwrap();
    let exported = sink.0.lock().unwrap();
    let value = attribute(&exported.spans[0].1.attributes, "large").unwrap();
    assert!(value.ends_with("bytes cut)"));
    assert_eq!(counts.truncated_values, 1);
}

#[test]
fn same_seed_same_bytes() {
    let run = || {
        record(|| {
            for n in 0..600 {
                info_span!("outer", n).in_scope(|| tracing::info!(n, "inside"));
            }
        })
        .bytes
    };
    assert_eq!(run(), run());
}

#[test]
fn a_span_that_outlives_its_installation_is_harmless() {
    let (handle, sink) = install();
    let span = info_span!("early");
    drop(handle);
    let (second, _) = install();
    drop(span);
    drop(info_span!("late"));
    drop(second);
    assert!(sink.0.lock().unwrap().finished);
}

#[test]
fn discarded_telemetry_is_lost() {
    let exported = record(|| {
        let span = info_span!("in flight");
        let lost = emit::discard();
        drop(span);
        tracing::info!("dying");
        drop(lost);
        drop(info_span!("next life"));
    });
    assert_eq!(exported.logs.len(), 0);
    assert_eq!(
        exported
            .spans
            .iter()
            .map(|(_, span)| span.name.as_str())
            .collect::<Vec<_>>(),
        ["next life"]
    );
}

#[test]
fn a_value_that_records_telemetry_itself() {
    struct Chatty;
    impl std::fmt::Debug for Chatty {
        fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            info_span!("nested", inner = ?1).in_scope(|| tracing::info!(shown = ?2, "nested"));
            out.write_str("chatty")
        }
    }
    let exported = record(|| {
        let span = info_span!("outer", value = ?Chatty, after = ?3);
        span.record("after", tracing::field::debug(Chatty));
    });
    let outer = &exported
        .spans
        .iter()
        .find(|(_, span)| span.name == "outer")
        .unwrap()
        .1;
    assert_eq!(
        lines(&outer.attributes),
        ["value = chatty", "after = chatty"]
    );
}
