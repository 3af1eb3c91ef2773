//! Customers' traffic: who asks for what, and how often.
//!
//! Arrivals are open-loop: nobody waits for an earlier answer, so that queues really grow when the platform falls
//! behind. [`Traffic::send`] is where requests begin: `mix` says how often each operation is asked for, `request` builds
//! it, `client` sends it. `archive` is one customer's own project; `start_pages` are pages that people leave open.

mod archive;
mod client;
mod mix;
mod request;
mod start_pages;

use std::sync::Arc;
use std::time::Duration;

use sim::Timestamp;
use sim::load::{Curve, arrivals};

pub(crate) use archive::{enrich, import_archive};
pub(crate) use start_pages::open_start_pages;

use crate::account::Account;
use crate::population::Population;
use client::Customer;

/// Everybody who sends requests, and the account of what came of them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Traffic {
    pub(crate) population: Arc<Population>,
    pub(crate) account: Account,
}

impl Traffic {
    /// Sends customers' requests until `until`, `rate` a second averaged over a working day's middle.
    pub(crate) async fn send(self, rate: f64, seed: u64, until: Timestamp) {
        let busiest = Duration::from_hours(13);
        let curve = Curve::constant(rate)
            .with_daily_shape(busiest, 0.06)
            .with_noise(seed, 0.06, Duration::from_mins(7));
        let customer = Customer::new(self.account);
        let mut arrivals = arrivals(curve, "customers.arrivals", until);
        let mut number = 0;
        while arrivals.next().await.is_some() {
            number += 1;
            let (population, customer) = (Arc::clone(&self.population), customer.clone());
            drop(sim::spawn(async move {
                let mut rng = sim::rng_for("customers.request", number);
                let tenant = population.pick(&mut rng);
                customer.send_one(&population, tenant, &mut rng).await;
            }));
        }
    }

    /// Sends more requests of one tenant for a while.
    pub(crate) async fn send_burst(self, tenant: usize, rate: f64, until: Timestamp) {
        let customer = Customer::new(self.account);
        let mut arrivals = arrivals(Curve::constant(rate), "customers.burst", until);
        let mut number = 0;
        while arrivals.next().await.is_some() {
            number += 1;
            let (population, customer) = (Arc::clone(&self.population), customer.clone());
            drop(sim::spawn(async move {
                let mut rng = sim::rng_for("customers.burst_request", number);
                let tenant = population.tenant(tenant);
                customer.send_one(&population, tenant, &mut rng).await;
            }));
        }
    }
}
