//! Ready-made answers on small tables, worked out by hand.

use crate::query::{
    Cell, Order, Scope, StatementOrder, annotations, database_sample_times, database_sessions,
    database_statements, duration_statistics, facets, keys, level_histogram, log_patterns, logs,
    scatter, timeline, trace, values,
};
use crate::table::{
    Level, LogRow, Signal, SpanKind, SpanRow, Status, TableBuilder, TimeRange, Value,
};

const SECOND: i64 = 1_000_000_000;

/// A request per second: api → worker → database; every tenth fails; `late` requests come in last.
fn requests(count: u64) -> TableBuilder {
    let mut builder = TableBuilder::new(Signal::Spans);
    let api = builder.resource("api", &[("host.name", Value::Str("api-1"))]);
    let worker = builder.resource("worker", &[("host.name", Value::Str("worker-1"))]);
    for number in 0..count {
        let start = number as i64 * SECOND;
        let failed = number % 10 == 0;
        let status = if failed { Status::Error } else { Status::Unset };
        let span = |place: u64| SpanRow {
            resource: if place < 2 { api } else { worker },
            trace_id: u128::from(number) + 1,
            span_id: number * 4 + place + 1,
            parent_span_id: if place == 0 { 0 } else { number * 4 + place },
            start_unix_nano: start + place as i64 * 1_000,
            duration_ns: (4 - place as i64) * 1_000_000 + number as i64,
            name: [
                "POST /workflows",
                "POST",
                "workflow.create",
                "INSERT workflows",
            ][place as usize],
            kind: [
                SpanKind::Server,
                SpanKind::Client,
                SpanKind::Server,
                SpanKind::Client,
            ][place as usize],
            status,
            status_message: if failed { "pool exhausted" } else { "" },
            attributes: if place == 3 {
                &[("db.system.name", Value::Str("postgresql"))]
            } else {
                &[]
            },
        };
        // Children end first, and so arrive first.
        for place in (0..4).rev() {
            builder.append_span(&span(place));
        }
        if number % 33 == 32 {
            builder.seal();
        }
    }
    builder
}

fn everything() -> Scope {
    Scope::all(TimeRange::ALL)
}

#[test]
fn a_trace_comes_with_all_that_belongs_to_it() {
    let builder = requests(100);
    let mut log_builder = TableBuilder::new(Signal::Logs);
    log(
        &mut log_builder,
        5 * SECOND,
        Level::Error,
        "pool exhausted",
        41,
        &[],
    );
    let (view, logs) = (builder.view(), log_builder.view());
    let found = trace(&view, &logs, 41, 1_000)
        .unwrap()
        .expect("there is one");
    assert_eq!(found.services, ["api", "worker"]);
    assert_eq!(
        (found.start_unix_nano, found.duration_ns),
        (40 * SECOND, 4_000_040)
    );
    let shape: Vec<(u64, u64, &str, &str)> = found
        .spans
        .iter()
        .map(|span| {
            (
                span.span_id,
                span.parent_span_id,
                span.kind.as_str(),
                span.status.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shape,
        [
            (161, 0, "server", "error"),
            (162, 161, "client", "error"),
            (163, 162, "server", "error"),
            (164, 163, "client", "error")
        ]
    );
    assert_eq!(found.resources.len(), 2);
    assert!(
        found
            .spans
            .iter()
            .all(|span| span.attributes.iter().all(|(name, _)| name != "host.name"))
    );
    assert_eq!((found.logs, found.total), (1, 4));
    let cut = trace(&view, &logs, 41, 2).unwrap().expect("there is one");
    assert_eq!((cut.spans.len(), cut.total), (2, 4));
    assert_eq!(trace(&view, &logs, 9_999, 10).unwrap(), None);
}

#[test]
fn facets_count_values_and_what_is_missing() {
    let builder = requests(100);
    let view = builder.view();
    let scope = Scope::parse(TimeRange::ALL, "status:error").unwrap();
    let found = facets(
        &view,
        &scope,
        &["service".to_owned(), "db.system.name".to_owned()],
        1,
    )
    .unwrap();
    assert_eq!(found.matched, 40);
    let shown: Vec<(&str, u64, Option<u64>, usize)> = found
        .facets
        .iter()
        .map(|facet| {
            (
                facet.key.as_str(),
                facet.missing,
                facet.distinct,
                facet.values.len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("service", 0, Some(2), 1),
            ("db.system.name", 30, Some(1), 1)
        ]
    );
    assert_eq!(found.facets[0].values[0].count, 20);
    assert!(facets(&view, &scope, &[], 10).unwrap().facets.len() > 5);
}

#[test]
fn numbers_with_too_many_values_are_summed_up() {
    let mut builder = TableBuilder::new(Signal::Logs);
    for number in 0..3_000 {
        let attributes = [
            ("bytes", Value::I64(number * 1_000_003)),
            ("few", Value::F64((number % 3) as f64)),
        ];
        log(&mut builder, number, Level::Info, "wrote", 0, &attributes);
    }
    let found = facets(
        &builder.view(),
        &everything(),
        &["bytes".to_owned(), "few".to_owned()],
        10,
    )
    .unwrap();
    let [bytes, few] = &found.facets[..] else {
        panic!("{found:?}")
    };
    assert_eq!((bytes.distinct, bytes.values.len()), (None, 0));
    assert_eq!(bytes.extent, Some((0.0, 2_999.0 * 1_000_003.0)));
    assert_eq!((few.distinct, few.values[0].count), (Some(3), 1_000));
}

#[test]
fn completion_offers_keys_and_values() {
    let builder = requests(10);
    let view = builder.view();
    let names: Vec<String> = keys(&view)
        .into_iter()
        .map(|key| format!("{}:{}", key.key, key.count))
        .collect();
    assert!(
        names.contains(&"service:40".to_owned()) && names.contains(&"db.system.name:10".to_owned()),
        "{names:?}"
    );
    assert!(
        !names.iter().any(|name| name.starts_with("resource")),
        "{names:?}"
    );
    let found = values(&view, "name", "post", 1).unwrap();
    assert_eq!((found.total, found.truncated), (2, true));
    assert_eq!(found.values[0].value, Cell::Text("POST".to_owned()));
    assert_eq!(values(&view, "nobody.has.this", "", 10).unwrap().total, 0);
    assert_eq!(values(&view, "name", "ü", 10).unwrap().total, 0);
}

#[test]
fn the_distribution_of_durations_adds_up() {
    let builder = requests(100);
    let scope = Scope::parse(TimeRange::ALL, "service:api name:POST").unwrap();
    let found = duration_statistics(&builder.view(), &scope).unwrap();
    assert_eq!(found.count, 100);
    assert_eq!(
        found.buckets.iter().map(|bucket| bucket.count).sum::<u64>(),
        100
    );
    assert_eq!(
        (found.p50_ns, found.p99_ns),
        (Some(3_000_049), Some(3_000_098))
    );
    let nothing = duration_statistics(
        &builder.view(),
        &Scope::parse(TimeRange::ALL, "name:x").unwrap(),
    )
    .unwrap();
    assert_eq!(
        (nothing.count, nothing.p50_ns, nothing.buckets.len()),
        (0, None, 0)
    );
}

#[test]
fn the_timeline_counts_requests_and_failures() {
    let builder = requests(100);
    let range = TimeRange::new(0, 100 * SECOND);
    let found = timeline(&builder.view(), range, 10).unwrap();
    assert_eq!((found.step_ns, found.requests.len()), (10 * SECOND, 10));
    assert_eq!(found.requests, [10; 10]);
    assert_eq!(found.failed, [1; 10]);
}

#[test]
fn points_are_thinned_but_failures_and_the_slowest_stay() {
    let builder = requests(1_000);
    let view = builder.view();
    let all = scatter(&view, &everything(), 2_000).unwrap();
    assert_eq!((all.points.len(), all.total), (1_000, 1_000), "roots only");
    let few = scatter(&view, &everything(), 100).unwrap();
    assert!(few.points.len() == 100, "{}", few.points.len());
    assert_eq!(few.total, 1_000);
    assert!(
        few.points
            .iter()
            .any(|point| point.duration_ns == 4_000_999),
        "the slowest"
    );
    assert!(
        few.points.iter().filter(|point| point.error).count() >= 25,
        "failures"
    );
    assert!(few.points.is_sorted_by_key(|point| point.start_unix_nano));
    let matching = scatter(
        &view,
        &Scope::parse(TimeRange::ALL, "service:worker").unwrap(),
        5_000,
    )
    .unwrap();
    assert_eq!(matching.total, 2_000);
}

fn log(
    builder: &mut TableBuilder,
    time: i64,
    level: Level,
    body: &str,
    trace_id: u128,
    attributes: &[(&str, Value<'_>)],
) {
    let resource = builder.resource("api", &[]);
    builder.append_log(&LogRow {
        resource,
        time_unix_nano: time,
        level,
        trace_id,
        span_id: 0,
        body,
        attributes,
    });
}

#[test]
fn logs_are_listed_counted_and_grouped_by_pattern() {
    let mut builder = TableBuilder::new(Signal::Logs);
    for number in 0..90 {
        let level = if number % 3 == 0 {
            Level::Error
        } else {
            Level::Info
        };
        let body = if number % 3 == 0 {
            format!("timed out after {number}ms")
        } else {
            format!("served {number}")
        };
        log(&mut builder, number * SECOND, level, &body, 0, &[]);
        if number == 50 {
            builder.seal();
        }
    }
    let view = builder.view();
    let range = TimeRange::new(0, 90 * SECOND);
    let timed_out = Scope::parse(range, "\"Timed OUT\" level>=warn").unwrap();
    let page = logs(&view, &timed_out, Order::Newest, 2, None).unwrap();
    assert_eq!(page.total, 30);
    assert_eq!(page.rows[0].body, "timed out after 87ms");
    let ids: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
    assert_ne!(ids[0], ids[1]);
    let histogram = level_histogram(&view, &Scope::all(range), 9).unwrap();
    let levels: Vec<(&str, u64)> = histogram
        .levels
        .iter()
        .map(|(name, counts)| (*name, counts.iter().sum()))
        .collect();
    assert_eq!(
        (histogram.step_ns, levels),
        (10 * SECOND, vec![("error", 30), ("info", 60)])
    );
    let patterns = log_patterns(&view, &Scope::all(range), 10).unwrap();
    assert_eq!(patterns.total, 2);
    assert_eq!(
        (
            patterns.patterns[0].template.as_str(),
            patterns.patterns[0].count
        ),
        ("served <n>", 60)
    );
    assert_eq!(
        (
            patterns.patterns[1].level,
            patterns.patterns[1].example.as_str()
        ),
        ("error", "timed out after 0ms")
    );
    let by_pattern = Scope::parse(range, "pattern:\"served <n>\" body:/1[0-9]$/").unwrap();
    assert_eq!(
        logs(&view, &by_pattern, Order::Oldest, 100, None)
            .unwrap()
            .total,
        7
    );
    assert!(logs(&view, &by_pattern, Order::Slowest, 100, None).is_err());
}

#[test]
fn annotations_are_the_events_that_change_a_system() {
    let mut builder = TableBuilder::new(Signal::Logs);
    log(
        &mut builder,
        1,
        Level::Info,
        "api 1.4.2",
        0,
        &[("event.name", Value::Str("deployment.finished"))],
    );
    log(&mut builder, 2, Level::Info, "hello", 0, &[]);
    let found = annotations(&builder.view(), TimeRange::ALL, 10).unwrap();
    assert_eq!(
        found
            .iter()
            .map(|event| event.body.as_str())
            .collect::<Vec<_>>(),
        ["api 1.4.2"]
    );
}

#[test]
fn database_sessions_and_statements() {
    let mut builder = TableBuilder::new(Signal::Logs);
    for at in [10, 20] {
        for (pid, state, blockers) in [
            (7, "idle in transaction", ""),
            (8, "active", "7"),
            (9, "active", "7,8"),
        ] {
            let attributes = [
                ("event.name", Value::Str("db.server.query_sample")),
                ("db.namespace", Value::Str("workflows")),
                ("postgresql.pid", Value::I64(pid)),
                ("postgresql.state", Value::Str(state)),
                ("postgresql.xact_start", Value::Str("1970-01-01T00:00:05Z")),
                (
                    "postgresql.wait_event",
                    Value::Str(if blockers.is_empty() {
                        ""
                    } else {
                        "transactionid"
                    }),
                ),
                ("postgresql.blocking_pids", Value::Str(blockers)),
            ];
            log(
                &mut builder,
                at * SECOND + pid,
                Level::Info,
                "",
                3,
                &attributes,
            );
        }
        for (id, calls, time) in [("1", 10, 50.5), ("2", 1, 100.0)] {
            let attributes = [
                ("event.name", Value::Str("db.server.top_query")),
                ("postgresql.queryid", Value::Str(id)),
                ("db.query.text", Value::Str("SELECT $1")),
                ("postgresql.calls", Value::I64(calls)),
                ("postgresql.total_exec_time", Value::F64(time)),
            ];
            log(&mut builder, at * SECOND, Level::Info, "", 0, &attributes);
        }
    }
    let view = builder.view();
    let times = database_sample_times(&view, TimeRange::ALL).unwrap();
    assert_eq!(
        (times.times_unix_nano.len(), times.databases),
        (2, vec!["workflows".to_owned()])
    );
    let now = database_sessions(&view, 15 * SECOND, 100).unwrap();
    assert_eq!((now.time_unix_nano, now.total), (Some(10 * SECOND + 9), 3));
    let first = &now.sessions[0];
    assert_eq!(
        (first.pid, first.blocks, first.state.as_str()),
        (7, 2, "idle in transaction")
    );
    assert_eq!(
        (first.transaction_start_unix_nano, &first.wait_event),
        (Some(5 * SECOND), &None)
    );
    assert_eq!(now.sessions[1].blocked_by, [7]);
    assert_eq!(
        database_sessions(&view, 5, 100).unwrap().time_unix_nano,
        None
    );
    let statements =
        database_statements(&view, TimeRange::ALL, StatementOrder::TotalTime, 1).unwrap();
    let most = &statements.statements[0];
    assert_eq!(
        (
            statements.total,
            most.query_id.as_str(),
            most.calls,
            most.total_ms
        ),
        (2, "2", 2, 200.0)
    );
    assert!((most.share - 200.0 / 301.0).abs() < 1e-9);
    let calls = database_statements(&view, TimeRange::ALL, StatementOrder::Calls, 9).unwrap();
    assert_eq!(
        (calls.statements[0].calls, calls.statements[0].mean_ms),
        (20, 5.05)
    );
}
