//! How fast virtual time runs. Run with `cargo run --release -p sim --example speed`.
//!
//! First bare timers: so many tasks that sleep again and again. Then six hours of a service under 20 requests
//! a second, each an axum call through the network with eight spans, three log records, four queries behind a
//! pool of 200, metrics, and work on four cores; without telemetry and with it.

#![expect(
    clippy::print_stdout,
    reason = "the figures are the purpose of this program"
)]
#![expect(
    clippy::disallowed_types,
    reason = "it measures the machine that it runs on"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Request},
    routing::post,
};
use emit::{Config, Signal, Sink};
use sim::{
    Process, ProcessSpec, Runtime, Timestamp, cpu, dist,
    http::{Client, serve},
    load::{Curve, arrivals},
    now, sleep, spawn,
};
use tokio::sync::Semaphore;
use tracing::{Instrument as _, field::Empty, info, info_span};

const START: Timestamp = Timestamp::from_unix_secs(1_780_000_000);
const MICROSECOND: Duration = Duration::from_micros(1);

fn timers(tasks: u64, sleeps: u64) {
    let start = Instant::now();
    Runtime::virtual_time(1, START).run(async move {
        let handles: Vec<_> = (0..tasks)
            .map(|task| {
                spawn(async move {
                    let mut state = task.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                    for _ in 0..sleeps {
                        state ^= state << 13;
                        state ^= state >> 7;
                        state ^= state << 17;
                        sleep(Duration::from_nanos(200_000 + state % 20_000_000)).await;
                    }
                })
            })
            .collect();
        for handle in handles {
            let _ = handle.await;
        }
    });
    let rate = (tasks * sleeps) as f64 / start.elapsed().as_secs_f64() / 1e6;
    println!("{tasks:>6} tasks: {rate:.2} M timers/s");
}

#[derive(Clone)]
struct Api {
    pool: Arc<Semaphore>,
}

async fn query(api: &Api, text: &'static str, median: u32) {
    let span = info_span!(
        "query",
        otel.kind = "client",
        db.query.text = text,
        db.response.returned_rows = Empty,
        wait = Empty
    );
    async {
        let asked = now();
        let _connection = api.pool.acquire().await;
        let mut rng = sim::rng("query");
        tracing::Span::current().record("wait", asked.elapsed().as_secs_f64());
        sleep(dist::latency(&mut rng, MICROSECOND * 250, 0.2)).await;
        sleep(dist::latency(&mut rng, MICROSECOND * median, 0.5)).await;
        tracing::Span::current().record("db.response.returned_rows", rng.range(0..50));
    }
    .instrument(span)
    .await;
}

async fn order(State(api): State<Api>, Path(id): Path<u64>, headers: HeaderMap) -> &'static str {
    let traceparent = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let span = info_span!(
        "request",
        otel.name = "POST /orders/{id}",
        otel.kind = "server",
        traceparent,
        http.route = "/orders/{id}",
        order.id = id
    );
    async {
        let started = now();
        info!(order.id = id, "request started");
        sleep(MICROSECOND * 180)
            .instrument(info_span!(
                "GET",
                otel.kind = "client",
                db.system.name = "redis"
            ))
            .await;
        info!(cache.hit = true, "session cache lookup");
        cpu::work(MICROSECOND * 300, || ()).await;
        async {
            query(&api, "SELECT id, state FROM orders WHERE id = $1", 900).await;
            query(
                &api,
                "SELECT sku, quantity FROM order_lines WHERE order_id = $1",
                1400,
            )
            .await;
        }
        .instrument(info_span!("order.load", order.id = id))
        .await;
        async {
            query(&api, "UPDATE orders SET state = $2 WHERE id = $1", 1200).await;
            query(
                &api,
                "INSERT INTO outbox (topic, payload) VALUES ($1, $2)",
                700,
            )
            .await;
        }
        .instrument(info_span!("order.save", order.id = id))
        .await;
        let seconds = started.elapsed().as_secs_f64();
        metrics::histogram!("http.server.request.duration", "http.route" => "/orders/{id}")
            .record(seconds);
        metrics::counter!("requests", "outcome" => "success").increment(1);
        info!(duration = seconds, "request finished");
    }
    .instrument(span)
    .await;
    "done"
}

async fn six_hours(done: Arc<AtomicU64>) {
    let spec = ProcessSpec {
        service: "api".to_owned(),
        cores: 4,
        ..ProcessSpec::default()
    };
    let _api = Process::supervise(spec, || async {
        let api = Api {
            pool: Arc::new(Semaphore::new(200)),
        };
        serve(
            "api",
            Router::new()
                .route("/orders/{id}", post(order))
                .with_state(api),
        )
        .await;
    });
    let client = Client::new();
    let mut stream = arrivals(
        Curve::constant(20.0),
        "customers",
        START + Duration::from_secs(6 * 3600),
    );
    let mut id = 0u64;
    while stream.next().await.is_some() {
        id += 1;
        let (client, done) = (client.clone(), Arc::clone(&done));
        spawn(async move {
            let request = Request::post(format!("http://api/orders/{id}"))
                .body(Body::empty())
                .unwrap_or_default();
            if client.send(request, Duration::from_secs(30)).await.is_ok() {
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
}

/// Counts bytes and keeps nothing.
struct Scales(Arc<AtomicU64>);

impl Sink for Scales {
    fn export(&mut self, _signal: Signal, otlp: &[u8]) {
        self.0.fetch_add(otlp.len() as u64, Ordering::Relaxed);
    }
}

fn service(telemetry: bool) {
    let start = Instant::now();
    let bytes = Arc::new(AtomicU64::new(0));
    let handle = telemetry
        .then(|| {
            emit::install(
                Config::simulation(sim::clock, 1),
                Scales(Arc::clone(&bytes)),
            )
            .ok()
        })
        .flatten();
    let done = Arc::new(AtomicU64::new(0));
    Runtime::virtual_time(1, START).run(six_hours(Arc::clone(&done)));
    let counts = handle
        .and_then(|handle| handle.shutdown().ok())
        .unwrap_or_default();
    let requests = done.load(Ordering::Relaxed);
    let elapsed = start.elapsed().as_secs_f64();
    println!(
        "6 h, {requests} requests, {} spans, {} logs, {} points, {} MB: {elapsed:.2} s, {:.1} µs a request",
        counts.spans,
        counts.logs,
        counts.metric_points,
        bytes.load(Ordering::Relaxed) / 1_000_000,
        elapsed * 1e6 / requests as f64
    );
}

fn main() {
    for (tasks, sleeps) in [(1, 1_000_000), (100, 20_000), (1000, 2000), (10_000, 200)] {
        timers(tasks, sleeps);
    }
    service(false);
    service(true);
}
