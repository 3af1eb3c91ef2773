//! What goes into a table comes out of its view, in time order, open or sealed.

use super::{
    KeyId, KeyType, Level, LogRow, ResourceId, Signal, SpanKind, SpanRow, Status, TableBuilder,
    TableLimits, Value, View,
};
use crate::column::{Column, DictionaryLimits, Parent, from_ordered};

fn span<'a>(
    resource: ResourceId,
    id: u64,
    start: i64,
    attributes: &'a [(&'a str, Value<'a>)],
) -> SpanRow<'a> {
    SpanRow {
        resource,
        trace_id: 7,
        span_id: id,
        parent_span_id: id - 1,
        start_unix_nano: start,
        duration_ns: 10,
        name: "GET /workflows",
        kind: SpanKind::Server,
        status: Status::Unset,
        status_message: "",
        attributes,
    }
}

/// All values of a key name on a row, of whatever type, as text.
fn values(view: &View<'_>, segment: usize, row: usize, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for id in view.keys_named(name) {
        match view.column(segment, id) {
            Some(Column::Text(column)) => {
                found.extend(
                    column
                        .text(column.code(row), view.dictionary(id))
                        .map(str::to_owned),
                );
            }
            Some(Column::Number(column)) => {
                found.extend(column.value(row).map(|value| match view.key(id).key_type {
                    KeyType::F64 => format!("{:?}", from_ordered(value)),
                    _ => value.to_string(),
                }));
            }
            None => {}
        }
    }
    found
}

#[test]
fn rows_are_sorted_and_keep_values_of_every_type() {
    let mut builder = TableBuilder::new(Signal::Spans);
    let api = builder.resource(
        "api",
        &[("host.name", Value::Str("api-1")), ("pid", Value::I64(12))],
    );
    let other = builder.resource("worker", &[("host.name", Value::Str("worker-1"))]);
    builder.append_span(&span(
        api,
        2,
        200,
        &[("size", Value::I64(5)), ("level", Value::Str("x"))],
    ));
    builder.append_span(&span(
        other,
        3,
        300,
        &[
            ("size", Value::Str("big")),
            ("host.name", Value::Str("own")),
        ],
    ));
    builder.append_span(&span(
        api,
        1,
        100,
        &[("size", Value::F64(0.5)), ("ok", Value::Bool(true))],
    ));
    for sealed in [false, true] {
        if sealed {
            assert_eq!(builder.seal(), Some(0));
        }
        let view = builder.view();
        assert_eq!(view.segment(0).times(), [100, 200, 300]);
        assert_eq!(view.segment(0).identities().span_ids, [1, 2, 3]);
        let parents = &view.segment(0).identities().parents;
        assert_eq!(
            [0, 1, 2].map(|row| parents.get(row)),
            [Parent::Root, Parent::Row(0), Parent::Row(1)]
        );
        let column = |name: &str| [0, 1, 2].map(|row| values(&view, 0, row, name).join("+"));
        assert_eq!(column("service"), ["api", "api", "worker"]);
        assert_eq!(column("size"), ["0.5", "5", "big"]);
        assert_eq!(column("host.name"), ["api-1", "api-1", "own"]);
        assert_eq!(column("pid"), ["12", "12", ""]);
        assert_eq!(column("ok"), ["true", "", ""]);
        assert_eq!(column("attributes.level"), ["", "x", ""]);
        assert_eq!(column("kind"), ["server"; 3]);
        assert_eq!(view.keys_named("size").len(), 3);
    }
}

#[test]
fn values_beyond_the_dictionary_stay_in_their_segment() {
    let limits = TableLimits {
        dictionary: DictionaryLimits {
            values: 12,
            bytes: 1 << 20,
        },
        ..TableLimits::default()
    };
    let mut builder = TableBuilder::with_limits(Signal::Spans, limits);
    let api = builder.resource("api", &[]);
    let expect: Vec<String> = (0..100)
        .map(|number| format!("request-{}", number % 40))
        .collect();
    for (number, text) in expect.iter().enumerate() {
        builder.append_span(&span(
            api,
            number as u64 + 1,
            number as i64,
            &[("request.id", Value::Str(text))],
        ));
        if number == 49 {
            builder.seal();
        }
    }
    let view = builder.view();
    let key = view
        .key_of("request.id", KeyType::Str)
        .expect("was appended");
    assert_eq!(view.dictionary(key).len(), 12);
    let seen: Vec<String> = (0..2)
        .flat_map(|segment| (0..50).map(move |row| (segment, row)))
        .map(|(segment, row)| values(&view, segment, row, "request.id").concat())
        .collect();
    assert_eq!(seen, expect);
}

#[test]
fn keys_beyond_the_limit_are_counted() {
    let mut builder = TableBuilder::with_limits(
        Signal::Spans,
        TableLimits {
            keys: 9,
            ..TableLimits::default()
        },
    );
    let api = builder.resource("api", &[]);
    builder.append_span(&span(
        api,
        1,
        1,
        &[
            ("a", Value::I64(1)),
            ("b", Value::I64(2)),
            ("a", Value::I64(3)),
        ],
    ));
    assert_eq!(builder.dropped_attributes(), 1);
    assert_eq!(
        values(&builder.view(), 0, 0, "a"),
        ["3"],
        "the last value of a repeated key wins"
    );
}

#[test]
fn logs_keep_bodies_and_patterns() {
    let mut builder = TableBuilder::new(Signal::Logs);
    let resource = builder.resource("api", &[]);
    for (time, body) in [
        (2, "request timed out after 300ms"),
        (1, "request timed out after 30000ms"),
        (3, ""),
    ] {
        builder.append_log(&LogRow {
            resource,
            time_unix_nano: time,
            level: Level::Warn,
            trace_id: 0,
            span_id: 0,
            body,
            attributes: &[],
        });
    }
    let view = builder.view();
    let bodies: Vec<&str> = view.segment(0).bodies().iter().collect();
    assert_eq!(
        bodies,
        [
            "request timed out after 30000ms",
            "request timed out after 300ms",
            ""
        ]
    );
    assert_eq!(
        values(&view, 0, 0, "pattern"),
        ["request timed out after <n>ms"]
    );
    assert_eq!(values(&view, 0, 2, "pattern"), [""; 0]);
    assert_eq!(values(&view, 0, 1, "level"), ["warn"]);
    assert_eq!(view.dictionary(KeyId::PATTERN).len(), 1);
}

#[test]
fn full_segments_seal_themselves() {
    let mut builder = TableBuilder::new(Signal::Spans);
    let api = builder.resource("api", &[]);
    let sealed: Vec<usize> = (0..140_000)
        .filter_map(|number| builder.append_span(&span(api, number + 1, number as i64, &[])))
        .collect();
    assert_eq!(sealed, [0, 1]);
    assert_eq!(builder.view().segment_count(), 3);
    assert_eq!(builder.view().rows(), 140_000);
    let parents = &builder.view().table().segments()[1].identities().parents;
    assert_eq!(
        parents.get(0),
        Parent::Elsewhere(super::SEGMENT_ROWS as u64)
    );
}
