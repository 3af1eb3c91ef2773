//! The questions that are measured: those of the tools, over the whole recording or a part of it.

use telemetry::filter;
use telemetry::query::{
    self, GraphLimits, Order, Scope, TraceOrder, duration_statistics, facets, figures,
    level_histogram, log_patterns, logs, scatter, search_traces, service_graph, spans, timeline,
    trace, values,
};
use telemetry::{Table, TimeRange};

use crate::stream::{LENGTH, START};

/// A question with its name.
pub(crate) struct Question<'a> {
    pub(crate) name: &'static str,
    pub(crate) ask: Box<dyn Fn() + 'a>,
}

/// As the page asks.
const GRAPH: GraphLimits = GraphLimits {
    nodes: 200,
    edges: 500,
};
const HOUR: i64 = 3_600_000_000_000;

fn whole() -> TimeRange {
    TimeRange::new(START, START + LENGTH)
}

fn part(minutes: i64) -> TimeRange {
    TimeRange::new(START + 2 * HOUR, START + 2 * HOUR + minutes * HOUR / 60)
}

#[expect(
    clippy::expect_used,
    reason = "the questions are fixed, and a wrong one must be seen"
)]
fn scope(range: TimeRange, text: &str) -> Scope {
    Scope::parse(range, text).expect("the filter is sound")
}

#[expect(
    clippy::expect_used,
    reason = "the questions are fixed, and a wrong one must be seen"
)]
fn answered<T>(answer: Result<T, query::QueryError>) {
    std::hint::black_box(answer.expect("the question is sound"));
}

/// All questions. Those named with a number are the six of the first comparison of engines.
pub(crate) fn all<'a>(spans: &'a Table, logs: &'a Table) -> Vec<Question<'a>> {
    let mut questions = of_groups(spans);
    questions.extend(of_spans(spans, logs));
    questions.extend(of_logs(logs));
    questions
}

fn of_groups(table: &Table) -> Vec<Question<'_>> {
    let asked: [(&'static str, &'static str, TimeRange); 12] = [
        (
            "1 p50, p95, p99 by operation and minute, whole recording",
            "| p50(duration), p95(duration), p99(duration) by name every 1m",
            whole(),
        ),
        (
            "1c count, avg, max by operation and minute",
            "| count(), avg(duration), max(duration) by name every 1m",
            whole(),
        ),
        (
            "4 count by status and minute",
            "| count() by status every 1m",
            whole(),
        ),
        (
            "percentiles by service, whole recording",
            "| p50(duration), p95(duration), p99(duration) by service",
            whole(),
        ),
        (
            "count by user.id (75,000 groups)",
            "| count() by user.id",
            whole(),
        ),
        (
            "top 10 tenants by p95, whole recording",
            "| top 10 tenant.id by p95(duration)",
            whole(),
        ),
        (
            "avg by tenant, region, route (49,000 groups)",
            "| avg(duration) by tenant.id, cloud.region, http.route",
            whole(),
        ),
        (
            "avg by tenant, pod, route (280,000 groups)",
            "| avg(duration) by tenant.id, k8s.pod.name, http.route",
            whole(),
        ),
        (
            "errors of 15 min by user.id",
            "status:error | count() by user.id",
            part(15),
        ),
        (
            "contains, by service and type",
            "exception.message:*connection* | count() by service, error.type",
            whole(),
        ),
        (
            "regex over 75,000 users, by service",
            "user.id:/0[0-9a]f/ | count() by service",
            whole(),
        ),
        (
            "heat map of durations, 120 steps",
            "| count() by duration every 180s",
            whole(),
        ),
    ];
    asked
        .into_iter()
        .map(|(name, text, range)| {
            #[expect(
                clippy::expect_used,
                reason = "the questions are fixed, and a wrong one must be seen"
            )]
            let query = filter::parse(text).expect("the query is sound");
            let scope = Scope {
                range,
                filter: query.filter,
            };
            let pipe = query.pipe;
            let ask = move || {
                if let Some(pipe) = &pipe {
                    answered(figures(&table.view(), &scope, pipe, 10_000));
                }
            };
            Question {
                name,
                ask: Box::new(ask),
            }
        })
        .collect()
}

fn of_spans<'a>(table: &'a Table, log_table: &'a Table) -> Vec<Question<'a>> {
    let view = move || table.view();
    let middle = table
        .segment(table.segments().len() / 2)
        .map_or(0, |segment| segment.traces().trace_id(100));
    let ask = |name: &'static str, ask: Box<dyn Fn() + 'a>| Question { name, ask };
    let slow = scope(part(15), "status:error tenant.id:tenant-0001 duration>5ms");
    let errors = scope(whole(), "status:error");
    let (hour, all) = (scope(part(60), ""), scope(whole(), ""));
    let by_route = scope(
        whole(),
        "http.route:\"/api/v1/resource-2/{id}\" duration>20ms",
    );
    let text = scope(whole(), "\"no connection\"");
    let operation = scope(whole(), "service:orders name:\"GET operation-8\"");
    let (hour_too, all_too, all_again, errors_too, by_route_too) = (
        hour.clone(),
        all.clone(),
        all.clone(),
        errors.clone(),
        by_route.clone(),
    );
    vec![
        ask(
            "2 slowest errors of a tenant, 15 min",
            Box::new(move || answered(spans(&view(), &slow, Order::Slowest, 20, None))),
        ),
        ask(
            "3 one trace with all fields",
            Box::new(move || answered(trace(&view(), &log_table.view(), middle, 10_000))),
        ),
        ask(
            "6 service graph of an hour",
            Box::new(move || answered(service_graph(&view(), &hour, None, GRAPH))),
        ),
        ask(
            "service graph, whole recording",
            Box::new(move || answered(service_graph(&view(), &all, None, GRAPH))),
        ),
        ask(
            "newest 100 errors",
            Box::new(move || answered(spans(&view(), &errors, Order::Newest, 100, None))),
        ),
        ask(
            "traces, no filter, newest",
            Box::new(move || {
                answered(search_traces(
                    &view(),
                    &all_too,
                    TraceOrder::Newest,
                    50,
                    None,
                ));
            }),
        ),
        ask(
            "traces, route and duration, slowest",
            Box::new(move || {
                answered(search_traces(
                    &view(),
                    &by_route,
                    TraceOrder::Slowest,
                    50,
                    None,
                ));
            }),
        ),
        ask(
            "scatter, roots",
            Box::new(move || answered(scatter(&view(), &all_again, 2_000))),
        ),
        ask(
            "scatter, route and duration",
            Box::new(move || answered(scatter(&view(), &by_route_too, 2_000))),
        ),
        ask(
            "facets of all keys, errors",
            Box::new(move || answered(facets(&view(), &errors_too, &[], 20))),
        ),
        ask(
            "facets of all keys, one hour",
            Box::new(move || answered(facets(&view(), &hour_too, &[], 20))),
        ),
        ask(
            "free text, newest 100",
            Box::new(move || answered(spans(&view(), &text, Order::Newest, 100, None))),
        ),
        ask(
            "durations of one operation",
            Box::new(move || answered(duration_statistics(&view(), &operation))),
        ),
        ask(
            "timeline, 600 points",
            Box::new(move || answered(timeline(&view(), whole(), 600))),
        ),
        ask(
            "values of a key with 75,000",
            Box::new(move || answered(values(&view(), "user.id", "user-0", 20))),
        ),
    ]
}

fn of_logs(table: &Table) -> Vec<Question<'_>> {
    let view = move || table.view();
    let timeout = scope(whole(), "timeout");
    let regex = scope(whole(), "body:/timeout after [0-9]{4}ms/");
    let all = scope(whole(), "");
    let (timeout_too, all_too) = (timeout.clone(), all.clone());
    vec![
        Question {
            name: "5a newest 200 logs with a word",
            ask: Box::new(move || {
                answered(logs(&view(), &timeout, Order::Newest, 200, None));
            }),
        },
        Question {
            name: "5b logs with a word by level and minute",
            ask: Box::new(move || answered(level_histogram(&view(), &timeout_too, 360))),
        },
        Question {
            name: "logs by regex, newest 200",
            ask: Box::new(move || answered(logs(&view(), &regex, Order::Newest, 200, None))),
        },
        Question {
            name: "all logs by level",
            ask: Box::new(move || answered(level_histogram(&view(), &all, 120))),
        },
        Question {
            name: "patterns of all logs",
            ask: Box::new(move || answered(log_patterns(&view(), &all_too, 50))),
        },
    ]
}
