//! Log records and named events as an independent decoder sees them.

mod common;

use common::{attribute, hex, lines, record, set_clock, text};
use emit::{Event, Severity, SpanContext};
use proptest::prelude::*;
use tracing::info_span;

#[test]
fn a_tracing_event_becomes_a_log_record_of_its_span() {
    let exported = record(|| {
        info_span!("s").in_scope(|| {
            set_clock(5_000);
            tracing::warn!(user.id = 7, reason = "late", "slow {}", "request");
        });
    });
    let span = &exported.spans[0].1;
    let log = &exported.logs[0].1;
    assert_eq!(log.time_unix_nano, 5_000);
    assert_eq!(
        (log.severity_number, log.severity_text.as_str()),
        (13, "WARN")
    );
    assert_eq!(text(log.body.as_ref().unwrap()), "slow request");
    assert_eq!(lines(&log.attributes), ["user.id = 7i", "reason = late"]);
    assert_eq!(
        (hex(&log.trace_id), hex(&log.span_id)),
        (hex(&span.trace_id), hex(&span.span_id))
    );
    assert!(span.events.is_empty());
    assert!(
        attribute(&log.attributes, "code.file.path")
            .unwrap()
            .ends_with("tests/logs.rs")
    );
    assert!(log.event_name.is_empty());
}

#[test]
fn levels_below_the_configured_one_are_not_recorded() {
    let exported = record(|| {
        tracing::debug!("detail");
        tracing::debug_span!("detail").in_scope(|| tracing::info!("kept"));
    });
    assert_eq!((exported.logs.len(), exported.spans.len()), (1, 0));
    assert!(exported.logs[0].1.span_id.is_empty());
}

#[test]
fn a_named_event_carries_its_name_and_types() {
    let exported = record(|| {
        set_clock(8_000);
        emit::event(
            "db.server.query_sample",
            &[
                ("pid", 12.into()),
                ("state", "active".into()),
                ("share", 0.5.into()),
            ],
        );
    });
    let event = &exported.logs[0].1;
    assert_eq!(
        (event.event_name.as_str(), event.time_unix_nano),
        ("db.server.query_sample", 8_000)
    );
    assert_eq!(
        lines(&event.attributes),
        ["pid = 12i", "state = active", "share = 0.5f"]
    );
}

#[test]
fn a_named_event_can_belong_to_another_span_and_time() {
    let exported = record(|| {
        let context = SpanContext {
            trace_id: 0xabc,
            span_id: 0xdef,
        };
        Event::new("e")
            .severity(Severity::Error)
            .body("text")
            .span(Some(context))
            .time(42)
            .emit();
        info_span!("s").in_scope(|| Event::new("none").span(None).emit());
    });
    let event = &exported.logs[0].1;
    assert_eq!(
        (
            hex(&event.span_id).as_str(),
            event.time_unix_nano,
            event.severity_number
        ),
        ("0000000000000def", 42, 17)
    );
    assert!(exported.logs[1].1.span_id.is_empty());
}

#[test]
fn too_many_attributes_are_counted() {
    let exported = record(|| {
        let keys: Vec<String> = (0..140).map(|n| format!("key-{n}")).collect();
        let attributes: Vec<_> = keys
            .iter()
            .map(|key| (key.as_str(), emit::Value::I64(1)))
            .collect();
        emit::event("wide", &attributes);
    });
    let event = &exported.logs[0].1;
    assert_eq!(
        (event.attributes.len(), event.dropped_attributes_count),
        (128, 12)
    );
}

#[test]
fn events_without_an_installation_go_nowhere() {
    emit::event("lost", &[]);
    emit::flush();
    emit::collect_metrics(1);
    assert_eq!(
        emit::register(&emit::Resource::new("api")),
        emit::ResourceId::UNKNOWN
    );
}

#[derive(Clone, Debug)]
enum Any {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
}

fn any_value() -> impl Strategy<Value = Any> {
    prop_oneof![
        ".{0,300}".prop_map(Any::Text),
        any::<i64>().prop_map(Any::Int),
        any::<f64>().prop_map(Any::Float),
        any::<bool>().prop_map(Any::Bool),
    ]
}

proptest! {
    #[test]
    fn whatever_is_written_is_decoded_again(attributes in prop::collection::vec((".{0,40}", any_value()), 0..20), body in ".{0,300}") {
        let exported = record(|| {
            let mut event = Event::new("any").body(&body);
            for (key, value) in &attributes {
                event = match value {
                    Any::Text(text) => event.attribute(key, text),
                    Any::Int(number) => event.attribute(key, *number),
                    Any::Float(number) => event.attribute(key, *number),
                    Any::Bool(flag) => event.attribute(key, *flag),
                };
            }
            event.emit();
        });
        let decoded = &exported.logs[0].1;
        prop_assert_eq!(text(decoded.body.as_ref().unwrap()), body);
        prop_assert_eq!(decoded.attributes.len(), attributes.len());
        for (found, (key, value)) in decoded.attributes.iter().zip(&attributes) {
            prop_assert_eq!(&found.key, key);
            let expect = match value {
                Any::Text(text) => text.clone(),
                Any::Int(number) => format!("{number}i"),
                Any::Float(number) => format!("{number:?}f"),
                Any::Bool(flag) => format!("{flag}"),
            };
            prop_assert_eq!(found.value.as_ref().map(text), Some(expect));
        }
    }
}
