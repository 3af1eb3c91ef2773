//! HTTP inside the world: who answers, how long it takes, and how it fails.

mod common;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
    routing::{get, post},
};
use common::{START, record, run};
use sim::{
    Process, ProcessSpec,
    http::{Client, Condition, HttpError, Latency, Network, Peer, Scheduled, serve},
    now, sleep,
};
use tracing::{Instrument as _, info_span};

const MS: Duration = Duration::from_millis(1);
const LIMIT: Duration = Duration::from_secs(5);

fn request(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

async fn call(uri: &str) -> Result<(StatusCode, String), HttpError> {
    let response = Client::new().send(request(uri), LIMIT).await?;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Ok((status, String::from_utf8(body.to_vec()).unwrap()))
}

fn instance(name: &str) -> Arc<Process> {
    let name = name.to_owned();
    let spec = ProcessSpec {
        service: "api".to_owned(),
        instance: name.clone(),
        ..ProcessSpec::default()
    };
    Process::supervise(spec, move || {
        let name = name.clone();
        let router = Router::new()
            .route("/name", get(move || async { name }))
            .route("/echo", post(|body: String| async { body }))
            .route(
                "/slow",
                get(|| async { sleep(Duration::from_secs(60)).await }),
            )
            .route("/broken", get(broken));
        async move { serve("api", router).await }
    })
}

async fn broken() {
    panic!("on purpose");
}

async fn ready() {
    sleep(MS).await;
}

#[test]
fn calls_go_to_the_instances_in_turn() {
    let answers = run(async {
        let first = instance("api-1");
        let _second = instance("api-2");
        ready().await;
        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(call("http://api/name").await.unwrap().1);
        }
        first.kill();
        for _ in 0..2 {
            answers.push(call("http://api/name").await.unwrap().1);
        }
        sleep(LIMIT).await;
        for _ in 0..2 {
            answers.push(call("http://API/name").await.unwrap().1);
        }
        answers.sort();
        answers
    });
    assert_eq!(
        answers,
        [
            "api-1", "api-1", "api-1", "api-2", "api-2", "api-2", "api-2", "api-2"
        ]
    );
}

#[test]
fn a_call_takes_the_time_of_two_messages() {
    let elapsed = run(async {
        let _process = instance("api-1");
        ready().await;
        Network::current().set_latency(
            "api",
            Latency {
                median: MS * 10,
                sigma: 0.0,
            },
        );
        let before = now();
        call("http://api/name").await.unwrap();
        now() - before
    });
    assert_eq!(elapsed, MS * 20);
}

#[test]
fn bodies_arrive_both_ways() {
    run(async {
        let _process = instance("api-1");
        ready().await;
        let request = Request::post("http://api/echo")
            .body(Body::from("hello"))
            .unwrap();
        let response = Client::new().send(request, LIMIT).await.unwrap();
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "hello");
    });
}

#[test]
fn failures_are_told_apart() {
    run(async {
        let process = instance("api-1");
        ready().await;
        assert_eq!(call("http://nowhere/name").await, Err(HttpError::Connect));
        assert_eq!(
            Client::new().send(request("/no/host"), LIMIT).await.err(),
            Some(HttpError::Connect)
        );
        assert_eq!(
            call("http://api/missing").await.unwrap().0,
            StatusCode::NOT_FOUND
        );
        assert_eq!(call("http://api/broken").await, Err(HttpError::Reset));
        let before = now();
        assert_eq!(call("http://api/slow").await, Err(HttpError::Timeout));
        assert_eq!(now() - before, LIMIT);
        let in_flight = sim::spawn(call("http://api/slow"));
        sleep(MS * 100).await;
        process.kill();
        assert_eq!(in_flight.await.unwrap(), Err(HttpError::Reset));
        assert_eq!(call("http://api/name").await, Err(HttpError::Connect));
    });
}

#[test]
fn a_caller_that_gives_up_takes_the_handler_with_it() {
    let recording = record(1, async {
        let process = Process::new(ProcessSpec::default());
        let work = || {
            async {
                sleep(Duration::from_secs(60)).await;
                tracing::info!("never reached");
            }
            .instrument(info_span!("handler"))
        };
        let router = Router::new().route("/", get(work));
        process
            .enter(|| Network::current().register("api", router))
            .keep();
        assert_eq!(call("http://api/").await, Err(HttpError::Timeout));
        sleep(Duration::from_secs(120)).await;
    });
    assert!(recording.logs().is_empty());
    let (_, span) = &recording.spans()[0];
    let duration = Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano);
    assert!((LIMIT - MS * 2..LIMIT).contains(&duration), "{duration:?}");
}

#[test]
fn the_trace_crosses_the_network() {
    async fn handler(headers: HeaderMap) {
        let traceparent = headers
            .get("traceparent")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let _span = info_span!("server", otel.kind = "server", traceparent);
    }
    let recording = record(1, async {
        let process = Process::new(ProcessSpec {
            service: "callee".to_owned(),
            ..ProcessSpec::default()
        });
        let router = Router::new().route("/", get(handler));
        process
            .enter(|| Network::current().register("callee", router))
            .keep();
        let caller = Process::new(ProcessSpec {
            service: "caller".to_owned(),
            ..ProcessSpec::default()
        });
        // The span must begin inside the process, or it would not be the process's.
        let call = async {
            call("http://callee/")
                .instrument(info_span!("client", otel.kind = "client"))
                .await
        };
        caller.spawn(call).await.unwrap().unwrap();
    });
    let spans = recording.spans();
    let of = |service: &str| &spans.iter().find(|(owner, _)| owner == service).unwrap().1;
    assert_eq!(of("callee").parent_span_id, of("caller").span_id);
    assert_eq!(of("callee").trace_id, of("caller").trace_id);
}

#[test]
fn a_partner_follows_its_schedule_and_recovers() {
    let at = |second: u64| START + Duration::from_secs(second);
    let slow = Condition::Slow {
        median: MS * 900,
        sigma: 0.0,
    };
    let erroring = Condition::Erroring {
        ratio: 1.0,
        status: StatusCode::BAD_GATEWAY,
    };
    let schedule = [
        (10, 20, slow),
        (20, 30, erroring),
        (30, 40, Condition::Unreachable),
        (40, 50, Condition::Resetting { ratio: 1.0 }),
        (50, 60, Condition::Silent),
    ];
    let outcomes = run(async move {
        let entries = schedule.map(|(from, until, condition)| Scheduled {
            from: at(from),
            until: at(until),
            condition,
        });
        let router = Router::new().route("/", get(|| async { "fine" }));
        let usual = Latency {
            median: MS * 100,
            sigma: 0.0,
        };
        let peer = Peer::new(router, usual).with_schedule(entries.to_vec());
        Network::current().register("payment-gateway", peer).keep();
        Network::current().set_latency(
            "payment-gateway",
            Latency {
                median: Duration::ZERO,
                sigma: 0.0,
            },
        );
        let mut outcomes = Vec::new();
        for second in [5, 15, 25, 35, 45, 55, 65] {
            sim::sleep_until(at(second)).await;
            let outcome = match call("http://payment-gateway/").await {
                Ok((status, _)) => status.as_u16().to_string(),
                Err(error) => error.to_string(),
            };
            outcomes.push(format!("{outcome} after {:?}", now() - at(second)));
        }
        outcomes
    });
    assert_eq!(
        outcomes,
        [
            "200 after 100ms",
            "200 after 1s",
            "502 after 100ms",
            "connection refused after 100ms",
            "connection reset by peer after 100ms",
            "request timed out after 5s",
            "200 after 100ms",
        ]
    );
}

#[test]
fn a_simulated_world_opens_no_ports() {
    run(async {
        let refused = sim::http::listen("127.0.0.1:0".parse().unwrap(), "api").await;
        assert!(matches!(refused, Err(sim::http::GatewayError::Virtual)));
    });
}
