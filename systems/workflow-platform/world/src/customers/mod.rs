//! Customers' traffic: who asks for what, and how often.
//!
//! Arrivals are open-loop: nobody waits for an earlier answer, so that queues really grow when the platform falls
//! behind. `mix` says how often each operation is asked for, `request` builds it, [`send_traffic`] sends it.

mod mix;
mod request;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use sim::http::Client;
use sim::load::{Curve, arrivals};
use sim::{Rng, Timestamp};

use crate::population::{Population, Tenant};

/// How long a customer's client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests a second, averaged over a working day's middle.
const RATE: f64 = 20.0;

/// Share of clients that repeat a request which failed for the moment.
const REPEATING_CLIENTS: f64 = 0.35;

/// Sends customers' requests until `until`.
pub(crate) async fn send_traffic(population: Arc<Population>, seed: u64, until: Timestamp) {
    let busiest = Duration::from_hours(13);
    let curve = Curve::constant(RATE)
        .with_daily_shape(busiest, 0.06)
        .with_noise(seed, 0.06, Duration::from_mins(7));
    let client = Client::new();
    let mut arrivals = arrivals(curve, "customers.arrivals", until);
    let mut number = 0;
    while arrivals.next().await.is_some() {
        number += 1;
        let (population, client) = (Arc::clone(&population), client.clone());
        drop(sim::spawn(async move {
            let mut rng = sim::rng_for("customers.request", number);
            let tenant = population.pick(&mut rng);
            send_one(&client, tenant, &mut rng).await;
        }));
    }
}

/// Sends more requests of one tenant for a while.
pub(crate) async fn send_burst(
    population: Arc<Population>,
    tenant: usize,
    rate: f64,
    until: Timestamp,
) {
    let client = Client::new();
    let mut arrivals = arrivals(Curve::constant(rate), "customers.burst", until);
    let mut number = 0;
    while arrivals.next().await.is_some() {
        number += 1;
        let (population, client) = (Arc::clone(&population), client.clone());
        drop(sim::spawn(async move {
            let mut rng = sim::rng_for("customers.burst_request", number);
            send_one(
                &client,
                &population.tenants[tenant % population.tenants.len()],
                &mut rng,
            )
            .await;
        }));
    }
}

/// One request, perhaps repeated, and what its sender remembers of the answer.
async fn send_one(client: &Client, tenant: &Tenant, rng: &mut Rng) {
    let prepared = request::prepare(mix::pick(rng), tenant, rng);
    let Some(mut answer) = attempt(client, &prepared).await else {
        return;
    };
    if repeats(answer.status(), rng) {
        sim::sleep(Duration::from_millis(rng.range(1_000..5_000))).await;
        let Some(second) = attempt(client, &prepared).await else {
            return;
        };
        answer = second;
    }
    if let Some(created) = prepared.creates
        && answer.status().is_success()
    {
        request::remember(tenant, created, answer).await;
    }
}

/// What went wrong on the way shows in the platform's own telemetry; a customer's client just moves on.
async fn attempt(client: &Client, prepared: &request::Prepared<'_>) -> Option<Response<Body>> {
    client.send(prepared.request()?, PATIENCE).await.ok()
}

/// Whether a client tries once more, as some libraries do when a server says that it cannot at the moment.
fn repeats(status: StatusCode, rng: &mut Rng) -> bool {
    let temporary = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    );
    temporary && rng.chance(REPEATING_CLIENTS)
}
