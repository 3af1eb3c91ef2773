//! A small world in which everything happens at once: two services, a partner with bad days, a queue, crashes
//! and every kind of telemetry. Whatever is not reproducible in `sim` or `emit` shows in its bytes.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{Request, StatusCode},
    routing::get,
};
use indexmap::IndexMap;
use sim::{
    Annotation, AnnotationKind, Process, ProcessSpec, Timestamp, annotate, cpu, dist,
    http::{Client, Condition, Latency, Network, Peer, Scheduled, serve},
    load::{Curve, arrivals},
    memory, now, sleep, spawn,
};
use tokio::sync::Semaphore;
use tracing::{Instrument as _, field::Empty, info, info_span, warn};

const MS: Duration = Duration::from_millis(1);

#[derive(Clone)]
struct Api {
    pool: Arc<Semaphore>,
    client: Client,
}

async fn query(api: &Api, statement: &'static str) {
    let span = info_span!(
        "query",
        otel.name = statement,
        otel.kind = "client",
        wait.ms = Empty
    );
    async {
        let asked = now();
        let _connection = api.pool.acquire().await;
        tracing::Span::current().record("wait.ms", asked.elapsed().as_secs_f64() * 1e3);
        let mut rng = sim::rng("query");
        sleep(dist::latency(&mut rng, MS, 0.5)).await;
    }
    .instrument(span)
    .await;
}

async fn order(
    State(api): State<Api>,
    Path(id): Path<u64>,
    headers: axum::http::HeaderMap,
) -> (StatusCode, Json<u64>) {
    let traceparent = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let span = info_span!(
        "GET /orders/{id}",
        otel.kind = "server",
        traceparent,
        order.id = id
    );
    async {
        let started = now();
        let _buffer = memory::charge(50_000);
        query(&api, "SELECT orders").await;
        cpu::work(MS / 4, || ()).await;
        let paid = Client::send(&api.client, get_request("http://payment-gateway/pay"), MS * 500)
            .instrument(info_span!("GET", otel.kind = "client", server.address = "payment-gateway"))
            .await;
        let status = match paid {
            Ok(response) if response.status().is_success() => StatusCode::OK,
            other => {
                warn!(outcome = ?other.map(|response| response.status()), "payment failed");
                StatusCode::BAD_GATEWAY
            }
        };
        query(&api, "UPDATE orders").await;
        let seconds = started.elapsed().as_secs_f64();
        metrics::histogram!("http.server.request.duration", "http.response.status_code" => status.as_str().to_owned())
            .record(seconds);
        metrics::counter!("requests").increment(1);
        info!(order.id = id, reference = %sim::uuid(), "answered {status}");
        (status, Json(id))
    }
    .instrument(span)
    .await
}

fn get_request(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap_or_default()
}

fn start_api(instance: &str) -> Arc<Process> {
    let spec = ProcessSpec {
        service: "api".to_owned(),
        instance: instance.to_owned(),
        cores: 2,
        resident: 0,
        memory_limit: 2_000_000,
        ..ProcessSpec::default()
    };
    Process::supervise(spec, || async {
        let api = Api {
            pool: Arc::new(Semaphore::new(4)),
            client: Client::new(),
        };
        let router = Router::new()
            .route("/orders/{id}", get(order))
            .with_state(api);
        serve("api", router).await;
    })
}

fn start_partner(start: Timestamp) {
    let at = |second| start + Duration::from_secs(second);
    let slow = Condition::Slow {
        median: MS * 400,
        sigma: 0.5,
    };
    let erroring = Condition::Erroring {
        ratio: 0.3,
        status: StatusCode::SERVICE_UNAVAILABLE,
    };
    let schedule = vec![
        Scheduled {
            from: at(60),
            until: at(120),
            condition: slow,
        },
        Scheduled {
            from: at(100),
            until: at(150),
            condition: erroring,
        },
    ];
    let router = Router::new().route("/pay", get(|| async { "paid" }));
    let usual = Latency {
        median: MS * 20,
        sigma: 0.4,
    };
    Network::current()
        .register(
            "payment-gateway",
            Peer::new(router, usual).with_schedule(schedule),
        )
        .keep();
}

/// Runs the world for this many seconds of its time.
pub(crate) async fn main(seconds: u64) {
    let start = now();
    let apis = [start_api("api-1"), start_api("api-2")];
    start_partner(start);
    spawn(async move {
        sleep(Duration::from_secs(80)).await;
        apis[0].kill();
        sleep(Duration::from_secs(40)).await;
        apis[1].deploy("1.1.0");
        let text = "api 1.1.0 rolled out".to_owned();
        annotate(&Annotation {
            kind: AnnotationKind::Deployment,
            service: "api".to_owned(),
            text,
        });
        std::future::pending::<()>().await;
    });
    let client = Client::new();
    let curve = Curve::constant(20.0).with_noise(5, 0.5, Duration::from_secs(20));
    let mut stream = arrivals(curve, "customers", start + Duration::from_secs(seconds));
    let mut outcomes = IndexMap::<String, u64>::new();
    let (report, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let mut id = 0;
    loop {
        sim::select! {
            Some(outcome) = reports.recv() => *outcomes.entry(outcome).or_default() += 1,
            arrival = stream.next() => {
                if arrival.is_none() {
                    break;
                }
                id += 1;
                let (client, report) = (client.clone(), report.clone());
                spawn(async move {
                    let outcome = client.send(get_request(&format!("http://api/orders/{id}")), MS * 2000).await;
                    let outcome = outcome.map_or_else(|error| error.to_string(), |response| response.status().to_string());
                    let _ = report.send(outcome);
                });
            }
        }
    }
    sleep(Duration::from_secs(5)).await;
    for (outcome, count) in outcomes {
        info!(count, "{outcome}");
    }
}
