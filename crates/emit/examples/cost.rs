//! What a span, a log record and a metric cost. Run with `cargo run --release -p emit --example cost`.
//!
//! The workload is the one of a busy API: a request with eight spans, three log records and a dozen metric
//! updates. Figures are wall time per item over all of the work, encoding and batching included.

#![expect(
    clippy::print_stdout,
    reason = "the figures are the purpose of this program"
)]
#![expect(
    clippy::disallowed_types,
    reason = "it measures the machine that it runs on"
)]

use std::{cell::Cell, time::Instant};

use emit::{Config, Signal, Sink};
use metrics::{counter, gauge, histogram};
use tracing::{field::Empty, info, info_span};

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_780_000_000_000_000_000) };
}

fn clock() -> u64 {
    NOW.get()
}

/// Counts bytes and keeps nothing.
struct Scales;

thread_local! {
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

impl Sink for Scales {
    fn export(&mut self, _signal: Signal, otlp: &[u8]) {
        BYTES.set(BYTES.get() + otlp.len());
    }
}

const REQUESTS: u64 = 100_000;
const QUERIES: [&str; 4] = [
    "SELECT id, state FROM orders WHERE id = $1",
    "SELECT sku, quantity FROM order_lines WHERE order_id = $1",
    "UPDATE orders SET state = $2 WHERE id = $1",
    "INSERT INTO outbox (topic, payload) VALUES ($1, $2)",
];

fn spans(n: u64) {
    let request = info_span!(
        "request",
        otel.name = "POST /api/v1/orders/{id}",
        otel.kind = "server",
        http.request.method = "POST",
        http.route = "/api/v1/orders/{id}",
        url.path = %format_args!("/api/v1/orders/{n}"),
        user.id = n % 5000,
        http.response.status_code = Empty,
    );
    let _request = request.clone().entered();
    info_span!(
        "GET",
        otel.kind = "client",
        db.system.name = "redis",
        key = n
    )
    .in_scope(step);
    for part in ["order.load", "order.save"] {
        info_span!("part", otel.name = part, order.id = n).in_scope(|| {
            for query in &QUERIES[..2] {
                let span = info_span!(
                    "SELECT orders",
                    otel.kind = "client",
                    db.system.name = "postgresql",
                    db.query.text = *query,
                    db.response.returned_rows = Empty,
                );
                span.in_scope(step);
                span.record("db.response.returned_rows", n % 50);
            }
        });
    }
    request.record("http.response.status_code", 200);
}

fn step() {
    NOW.set(NOW.get() + 1_000_000);
}

fn logs(n: u64) {
    info!(user.id = n, "request started");
    info!(cache.hit = true, key = %format_args!("session:{n}"), "session cache lookup");
    info!(
        duration.ms = 12,
        http.response.status_code = 200,
        "request finished"
    );
}

fn metrics(n: u64) {
    for _ in 0..4 {
        counter!("cache.requests", "outcome" => "hit").increment(1);
        gauge!("db.client.connection.count", "pool.name" => "main", "state" => "active")
            .set(n as f64);
        histogram!("http.server.request.duration", "http.route" => "/api/v1/orders/{id}")
            .record(0.012);
    }
}

fn measure(name: &str, per_request: u64, work: fn(u64)) {
    BYTES.set(0);
    let Ok(handle) = emit::install(Config::simulation(clock, 1), Scales) else {
        return;
    };
    let start = Instant::now();
    for n in 0..REQUESTS {
        work(n);
    }
    handle.flush();
    let items = REQUESTS * per_request;
    let nanos = start.elapsed().as_nanos() as f64 / items as f64;
    let bytes = BYTES.get() as f64 / items as f64;
    if std::env::args().any(|argument| argument == "--json") {
        println!("{{\"name\":\"{name}\",\"value\":{nanos},\"unit\":\"ns each\"}}");
    } else {
        println!("{name:<8} {nanos:>6.0} ns each, {bytes:>5.1} bytes each ({items} items)");
    }
}

fn main() {
    // The first round warms the caches up.
    for _ in 0..3 {
        measure("spans", 8, spans);
        measure("logs", 3, logs);
        measure("metrics", 12, metrics);
    }
}
