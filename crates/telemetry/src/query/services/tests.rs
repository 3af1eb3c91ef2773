//! Hand-made traces with the graph that a person would draw of them, and random ones against a naive count.

use proptest::prelude::*;

use super::*;
use crate::query::Scope;
use crate::table::{Signal, SpanKind, SpanRow, Status, TableBuilder, TimeRange, Value};

const LIMITS: GraphLimits = GraphLimits {
    nodes: 100,
    edges: 100,
};
const MS: i64 = 1_000_000;

/// A span of the trace under test: ids count from 1, parent 0 is a root.
#[derive(Clone, Debug)]
struct S {
    trace: u128,
    id: u64,
    parent: u64,
    service: &'static str,
    kind: SpanKind,
    start_ms: i64,
    duration_ms: i64,
    failed: bool,
    says: Vec<(&'static str, &'static str)>,
}

fn span(id: u64, parent: u64, service: &'static str, kind: SpanKind) -> S {
    S {
        trace: 1,
        id,
        parent,
        service,
        kind,
        start_ms: id as i64,
        duration_ms: 10,
        failed: false,
        says: Vec::new(),
    }
}

impl S {
    fn says(mut self, key: &'static str, value: &'static str) -> Self {
        self.says.push((key, value));
        self
    }

    fn at(mut self, start_ms: i64, duration_ms: i64) -> Self {
        (self.start_ms, self.duration_ms) = (start_ms, duration_ms);
        self
    }

    fn fails(mut self) -> Self {
        self.failed = true;
        self
    }

    fn of(mut self, trace: u128) -> Self {
        self.trace = trace;
        self
    }
}

/// A table of the spans; a segment ends after each place in `seals`.
fn table(spans: &[S], seals: &[usize]) -> TableBuilder {
    let mut builder = TableBuilder::new(Signal::Spans);
    for (place, span) in spans.iter().enumerate() {
        let resource = builder.resource(span.service, &[]);
        let attributes: Vec<(&str, Value<'_>)> = span
            .says
            .iter()
            .map(|(key, value)| (*key, Value::Str(value)))
            .collect();
        builder.append_span(&SpanRow {
            resource,
            trace_id: span.trace,
            span_id: span.id,
            parent_span_id: span.parent,
            start_unix_nano: span.start_ms * MS,
            duration_ns: span.duration_ms * MS,
            name: "work",
            kind: span.kind,
            status: if span.failed {
                Status::Error
            } else {
                Status::Unset
            },
            status_message: "",
            attributes: &attributes,
        });
        if seals.contains(&place) {
            builder.seal();
        }
    }
    builder
}

fn graph_of(spans: &[S], seals: &[usize], filter: &str) -> ServiceGraph {
    let scope = Scope::parse(TimeRange::ALL, filter).unwrap();
    service_graph(&table(spans, seals).view(), &scope, None, LIMITS).unwrap()
}

fn edges(graph: &ServiceGraph) -> Vec<String> {
    let edges = graph.edges.iter();
    edges
        .map(|edge| {
            let calls = &edge.calls.now;
            let kind = format!("{:?}", edge.to.kind).to_lowercase();
            let failed = match calls.errors {
                0 => String::new(),
                errors => format!(", {errors} failed"),
            };
            format!(
                "{} > {} {kind}: {}{failed}",
                edge.from, edge.to, calls.count
            )
        })
        .collect()
}

/// The graph is the same wherever segments end.
#[track_caller]
fn check(spans: &[S], expect: &[&str]) -> ServiceGraph {
    let whole = graph_of(spans, &[], "");
    assert_eq!(edges(&whole), expect);
    for seal in 0..spans.len() {
        assert_eq!(graph_of(spans, &[seal], ""), whole, "sealed after {seal}");
    }
    let everywhere: Vec<usize> = (0..spans.len()).collect();
    assert_eq!(graph_of(spans, &everywhere, ""), whole, "sealed everywhere");
    whole
}

use SpanKind::{Client, Consumer, Internal, Producer, Server};

#[test]
fn a_client_span_and_the_server_span_that_answers_it_are_one_call() {
    let graph = check(
        &[
            span(1, 0, "api", Server).at(0, 100),
            span(2, 1, "api", Client).at(1, 50).fails(),
            span(3, 2, "billing", Server).at(2, 40),
        ],
        &[
            "clients > api service: 1",
            "api > billing service: 1, 1 failed",
        ],
    );
    // The edge is what the caller saw; the node is what the callee did.
    assert_eq!(graph.edges[1].calls.now.p50_ns, 50 * MS);
    let billing = graph.nodes.iter().find(|node| node.node.name == "billing");
    let answered = billing.unwrap().answered.now;
    assert_eq!(
        (answered.count, answered.errors, answered.p95_ns),
        (1, 0, 40 * MS)
    );
}

#[test]
fn retries_are_calls_of_their_own() {
    let attempt = |id| {
        span(id, 1, "api", Client)
            .says("peer.service", "validator")
            .fails()
    };
    check(
        &[
            span(1, 0, "api", Server),
            attempt(2),
            attempt(3),
            span(4, 1, "api", Client).says("peer.service", "validator"),
        ],
        &[
            "clients > api service: 1",
            "api > validator peer: 3, 2 failed",
        ],
    );
}

#[test]
fn nested_client_spans_to_one_callee_are_one_call() {
    check(
        &[
            span(1, 0, "api", Server),
            span(2, 1, "api", Client).says("peer.service", "store"),
            span(3, 2, "api", Client).says("peer.service", "store"),
            span(4, 2, "api", Client).says("peer.service", "store"),
            // A wrapper that names nothing, and a transport that names nothing.
            span(5, 1, "api", Client),
            span(6, 5, "api", Client).says("server.address", "mail.example"),
            span(7, 1, "api", Client).says("db.system.name", "postgresql"),
            span(8, 7, "api", Client),
        ],
        &[
            "clients > api service: 1",
            "api > mail.example peer: 1",
            "api > store peer: 2",
            "api > postgresql database: 1",
        ],
    );
}

#[test]
fn a_client_span_that_calls_something_else_meanwhile_is_two_calls() {
    check(
        &[
            span(1, 0, "api", Server),
            span(2, 1, "api", Client).says("db.system.name", "postgresql"),
            span(3, 2, "api", Client).says("db.system.name", "redis"),
        ],
        &[
            "clients > api service: 1",
            "api > postgresql database: 1",
            "api > redis cache: 1",
        ],
    );
}

#[test]
fn the_other_side_is_named_by_what_tells_most() {
    check(
        &[
            span(1, 0, "api", Internal),
            span(2, 1, "api", Client)
                .says("db.system", "mysql")
                .says("db.namespace", "orders")
                .says("server.address", "10.0.0.7"),
            span(3, 1, "api", Client)
                .says("peer.service", "ledger")
                .says("db.system.name", "postgresql"),
            span(4, 1, "api", Producer)
                .says("messaging.system", "kafka")
                .says("messaging.destination.name", "mails"),
            span(5, 1, "api", Client).says("server.address", "hooks.example"),
            span(6, 1, "api", Client),
        ],
        &[
            "api > hooks.example peer: 1",
            "api > ledger database: 1",
            "api > mysql/orders database: 1",
            "api > kafka/mails queue: 1",
        ],
    );
}

#[test]
fn what_has_no_place_in_the_graph_is_counted() {
    let graph = check(
        &[
            span(1, 0, "api", Server),
            span(2, 1, "api", Client),
            span(3, 77, "api", Server),
        ],
        &["clients > api service: 1"],
    );
    assert_eq!(
        graph.counted.now,
        Counted {
            spans: 3,
            unnamed: 1,
            orphans: 1
        }
    );
    assert_eq!(graph.nodes[1].answered.now.count, 2);
}

#[test]
fn a_service_that_is_named_but_did_not_answer_is_still_that_service() {
    check(
        &[
            span(1, 0, "api", Server),
            span(2, 1, "api", Client)
                .says("peer.service", "worker")
                .fails(),
            span(3, 1, "api", Client).says("peer.service", "worker"),
            span(4, 3, "worker", Server),
        ],
        &[
            "clients > api service: 1",
            "api > worker service: 2, 1 failed",
        ],
    );
}

#[test]
fn callers_without_a_client_span_are_known_by_the_span_above() {
    check(
        &[
            span(1, 0, "cron", Internal),
            span(2, 1, "api", Server),
            span(3, 1, "mailer", Consumer),
            span(4, 2, "api", Internal),
            span(5, 4, "api", Client),
            span(6, 5, "api", Server),
        ],
        &[
            "api > api service: 1",
            "cron > api service: 1",
            "cron > mailer service: 1",
        ],
    );
}

#[test]
fn work_that_a_service_begins_by_itself_is_its_own() {
    let graph = check(&[span(1, 0, "cron", Internal).at(0, 7)], &[]);
    let [cron] = &graph.nodes[..] else {
        panic!("{graph:?}")
    };
    assert_eq!((cron.answered.now.count, cron.started.now.count), (0, 1));
    assert_eq!(cron.started.now.p50_ns, 7 * MS);
}

#[test]
fn the_filter_selects_traces_and_the_range_selects_calls() {
    let request = |trace: u128, tenant: &'static str, start_ms: i64| {
        let id = trace as u64 * 10;
        [
            span(id, 0, "api", Server)
                .says("tenant.id", tenant)
                .at(start_ms, 9)
                .of(trace),
            span(id + 1, id, "api", Client)
                .says("db.system.name", "postgresql")
                .at(start_ms + 1, 2)
                .of(trace),
        ]
    };
    let spans = [
        request(1, "acme", 0),
        request(2, "beta", 10),
        request(3, "acme", 20),
    ]
    .concat();
    let edges_of = |filter: &str| edges(&graph_of(&spans, &[2], filter));
    assert_eq!(
        edges_of("tenant.id:acme"),
        ["clients > api service: 2", "api > postgresql database: 2"]
    );
    assert_eq!(edges_of("tenant.id:nobody"), Vec::<String>::new());

    let builder = table(&spans, &[2]);
    let scope = |from_ms, to_ms| {
        Scope::parse(TimeRange::from_millis(from_ms, to_ms), "tenant.id:acme").unwrap()
    };
    let (late, early) = (scope(20, 30), scope(0, 20));
    let graph = service_graph(&builder.view(), &late, Some(&early), LIMITS).unwrap();
    let calls = graph.edges[1].calls;
    assert_eq!((calls.now.count, calls.before.unwrap().count), (1, 1));
    let later = scope(100, 200);
    let graph = service_graph(&builder.view(), &later, Some(&late), LIMITS).unwrap();
    let calls = graph.edges[1].calls;
    assert_eq!((calls.now.count, calls.before.unwrap().count), (0, 1));
    assert_eq!(
        graph.edges[1].filter,
        "service:api kind:(client OR producer) db.system.name:postgresql"
    );
}

#[test]
fn an_edge_knows_the_filter_of_its_spans() {
    let graph = graph_of(
        &[
            span(1, 0, "api", Server),
            span(2, 1, "api", Client).says("peer.service", "web hook*"),
            span(3, 1, "api", Client).says("server.address", "worker:80"),
            span(4, 3, "worker", Server),
            span(5, 1, "api", Client),
            span(6, 5, "worker", Server),
        ],
        &[],
        "",
    );
    let filters: Vec<(&str, bool)> = graph
        .edges
        .iter()
        .map(|edge| (edge.filter.as_str(), edge.filter_is_exact))
        .collect();
    assert_eq!(
        filters,
        [
            ("service:api kind:(server OR consumer) root:true", true),
            ("service:worker kind:(server OR consumer)", false),
            (
                "service:api kind:(client OR producer) peer.service:\"web hook*\"",
                true
            ),
        ]
    );
}

#[test]
fn limits_keep_the_busiest_and_say_how_many_there_are() {
    let mut spans = vec![span(1, 0, "api", Server)];
    for (id, peer) in [(2, "a"), (3, "b"), (4, "b"), (5, "c"), (6, "c"), (7, "c")] {
        spans.push(span(id, 1, "api", Client).says("peer.service", peer));
    }
    let limits = GraphLimits { nodes: 3, edges: 2 };
    let scope = Scope::all(TimeRange::ALL);
    let graph = service_graph(&table(&spans, &[]).view(), &scope, None, limits).unwrap();
    assert_eq!((graph.total_nodes, graph.total_edges), (5, 4));
    let kept: Vec<&str> = graph.nodes.iter().map(|n| n.node.name.as_str()).collect();
    assert_eq!(kept, ["api", "b", "c"]);
    assert_eq!(edges(&graph), ["api > b peer: 2", "api > c peer: 3"]);
}

#[test]
fn a_history_has_every_step() {
    let call = |id: u64, start_ms: i64, duration_ms: i64| {
        span(id, 1, "api", Client)
            .says("peer.service", "validator")
            .at(start_ms, duration_ms)
    };
    let spans = [
        span(1, 0, "api", Server).at(0, 50),
        call(2, 0, 10),
        call(3, 4, 30).fails(),
        call(4, 25, 7),
    ];
    let builder = table(&spans, &[2]);
    let scope = Scope::all(TimeRange::from_millis(0, 30));
    let peer = Node {
        kind: NodeKind::Peer,
        name: "validator".to_owned(),
    };
    let of = HistoryOf::Edge(Node::service("api"), peer.clone());
    let history = call_history(&builder.view(), &scope, &of, 3).unwrap();
    let steps: Vec<(i64, u64, u64, Option<i64>)> = history
        .steps
        .iter()
        .map(|step| {
            let p95_ms = step.p95_ns.map(|p95| p95 / MS);
            (step.start_unix_nano / MS, step.calls, step.errors, p95_ms)
        })
        .collect();
    assert_eq!(
        steps,
        [(0, 2, 1, Some(30)), (10, 0, 0, None), (20, 1, 0, Some(7))]
    );
    assert_eq!((history.step_ns, history.calls), (10 * MS, 3));
    let calls_of = |of| {
        let history = call_history(&builder.view(), &scope, &of, 3).unwrap();
        history.calls
    };
    assert_eq!(calls_of(HistoryOf::Node(peer)), 3);
    assert_eq!(calls_of(HistoryOf::Node(Node::service("api"))), 1);
    assert_eq!(calls_of(HistoryOf::Node(Node::service("nobody"))), 0);
}

/// Random traces; parents come before or after their children, some are missing.
fn random_spans() -> impl Strategy<Value = (Vec<S>, Vec<usize>)> {
    let one = (
        1..6u128,
        any::<prop::sample::Index>(),
        0..10u8,
        prop_oneof![Just("api"), Just("worker"), Just("mailer")],
        prop_oneof![
            Just(Client),
            Just(Server),
            Just(Internal),
            Just(Producer),
            Just(Consumer)
        ],
        proptest::option::of(prop_oneof![
            Just(("peer.service", "worker")),
            Just(("peer.service", "partner")),
            Just(("db.system.name", "redis")),
            Just(("server.address", "partner")),
        ]),
        any::<bool>(),
        0..50i64,
    );
    let seals = proptest::collection::vec(0..60usize, 0..6);
    let spans = proptest::collection::vec(one, 1..60).prop_map(|rows| {
        let traces: Vec<u128> = rows.iter().map(|row| row.0).collect();
        let rows = rows.into_iter().enumerate();
        rows.map(
            |(place, (trace, parent, parent_kind, service, kind, says, failed, start_ms))| {
                // Always an earlier span of the trace, so that nothing is its own ancestor.
                let earlier: Vec<usize> =
                    (0..place).filter(|other| traces[*other] == trace).collect();
                let parent = match (parent_kind, earlier.len()) {
                    (0, _) => 10_000 + place as u64,
                    (1, _) | (_, 0) => 0,
                    (_, count) => earlier[parent.index(count)] as u64 + 1,
                };
                S {
                    trace,
                    id: place as u64 + 1,
                    parent,
                    service,
                    kind,
                    start_ms,
                    duration_ms: place as i64,
                    failed,
                    says: says.into_iter().collect(),
                }
            },
        )
        .collect()
    });
    (spans, seals)
}

/// Caller and callee with the calls between them.
type Counts = Vec<((String, String), u64)>;

/// Counts calls span by span, straight from the rules of the module's head; and those that name nobody.
fn naive(spans: &[S]) -> (Counts, u64) {
    let is_call = |s: &S| matches!(s.kind, Client | Producer);
    let is_answer = |s: &S| matches!(s.kind, Server | Consumer);
    let above = |s: &S| {
        spans
            .iter()
            .find(|p| p.trace == s.trace && p.id == s.parent)
    };
    // Segments keep rows in order of time, and rows of one time as they came.
    let mut by_time: Vec<&S> = spans.iter().collect();
    by_time.sort_by_key(|s| s.start_ms);
    let callee = |s: &S| -> Option<String> {
        let answer = by_time.iter().find(|child| {
            above(child).is_some_and(|parent| parent.id == s.id)
                && (child.service != s.service || is_answer(child))
        });
        match answer {
            Some(child) => Some(child.service.to_owned()),
            None => s.says.first().map(|(_, value)| (*value).to_owned()),
        }
    };
    let is_wrapper = |s: &S| {
        spans
            .iter()
            .filter(|child| is_call(child) && child.service == s.service)
            .filter(|child| above(child).is_some_and(|parent| parent.id == s.id))
            .any(|child| callee(s).is_none() || callee(child) == callee(s))
    };
    let is_transport = |s: &S| {
        above(s).is_some_and(|parent| {
            is_call(parent)
                && parent.service == s.service
                && callee(parent).is_some()
                && callee(s).is_none()
        })
    };
    let mut edges = std::collections::BTreeMap::new();
    let mut unnamed = 0;
    for s in spans {
        if is_call(s) && !is_wrapper(s) && !is_transport(s) {
            match callee(s) {
                Some(callee) => *edges.entry((s.service.to_owned(), callee)).or_default() += 1,
                None => unnamed += 1,
            }
        }
        let from = match above(s) {
            Some(parent) if !is_call(parent) && parent.service != s.service => Some(parent.service),
            None if s.parent == 0 && is_answer(s) => Some("clients"),
            _ => None,
        };
        if let Some(from) = from {
            *edges
                .entry((from.to_owned(), s.service.to_owned()))
                .or_default() += 1;
        }
    }
    (edges.into_iter().collect(), unnamed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every call is counted once, wherever segments end.
    #[test]
    fn edges_count_what_a_naive_walk_counts((spans, seals) in random_spans()) {
        let graph = graph_of(&spans, &seals, "");
        let mut found: Counts = graph
            .edges
            .iter()
            .map(|edge| ((edge.from.name.clone(), edge.to.name.clone()), edge.calls.now.count))
            .collect();
        found.sort();
        let (expect, unnamed) = naive(&spans);
        prop_assert_eq!(&found, &expect);
        prop_assert_eq!(graph.counted.now.unnamed, unnamed);
        prop_assert_eq!(graph.counted.now.spans, spans.len() as u64);
    }

    /// Where nothing nests, the calls of all edges are the client spans, those from outside aside.
    #[test]
    fn without_nesting_calls_are_client_spans((spans, seals) in random_spans()) {
        let flat: Vec<S> = spans
            .into_iter()
            .enumerate()
            .map(|(place, mut s)| {
                s.trace = place as u128 + 1;
                s.parent = 0;
                s
            })
            .collect();
        let graph = graph_of(&flat, &seals, "");
        let made = graph.edges.iter().filter(|edge| edge.from.kind != NodeKind::Clients);
        let calls: u64 = made.map(|edge| edge.calls.now.count).sum();
        let client_spans = flat.iter().filter(|s| matches!(s.kind, Client | Producer)).count();
        prop_assert_eq!(calls + graph.counted.now.unnamed, client_spans as u64);
    }

    /// The steps of a history add up to the edge.
    #[test]
    fn a_history_adds_up_to_its_edge((spans, seals) in random_spans()) {
        let builder = table(&spans, &seals);
        let scope = Scope::all(TimeRange::from_millis(0, 100));
        let graph = service_graph(&builder.view(), &scope, None, LIMITS).unwrap();
        for edge in graph.edges {
            let of = HistoryOf::Edge(edge.from, edge.to);
            let history = call_history(&builder.view(), &scope, &of, 10).unwrap();
            let errors: u64 = history.steps.iter().map(|step| step.errors).sum();
            prop_assert_eq!((history.calls, errors), (edge.calls.now.count, edge.calls.now.errors));
        }
    }
}
