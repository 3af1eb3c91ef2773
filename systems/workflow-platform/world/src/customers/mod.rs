//! Customers' traffic: who asks for what, and how often.
//!
//! Arrivals are open-loop: nobody waits for an earlier answer, so that queues really grow when the platform falls
//! behind. `mix` says how often each operation is asked for, `request` builds it, [`send_traffic`] sends it.

mod mix;
mod request;

use std::sync::Arc;
use std::time::Duration;

use sim::http::Client;
use sim::load::{Curve, arrivals};
use sim::{Rng, Timestamp};

use crate::population::{Population, Tenant};

/// How long a customer's client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests a second, averaged over a working day's middle.
const RATE: f64 = 20.0;

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

/// One request, and what its sender remembers of the answer.
async fn send_one(client: &Client, tenant: &Tenant, rng: &mut Rng) {
    let operation = mix::pick(rng);
    let Some(prepared) = request::prepare(operation, tenant, rng) else {
        return;
    };
    // What went wrong shows in the platform's own telemetry; a customer's client just moves on.
    let Ok(response) = client.send(prepared.request, PATIENCE).await else {
        return;
    };
    if let Some(created) = prepared.creates
        && response.status().is_success()
    {
        request::remember(tenant, created, response).await;
    }
}
