//! A customer's client: sends a request, perhaps twice, and knows how long it waited.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use sim::Rng;
use sim::http::Client;

use super::mix;
use super::request::{self, Prepared};
use crate::account::Account;
use crate::population::{Population, Tenant};

/// How long a customer's client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Share of clients that repeat a request which failed for the moment.
const REPEATING_CLIENTS: f64 = 0.35;

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Customer {
    client: Client,
    account: Account,
}

impl Customer {
    pub(super) fn new(account: Account) -> Self {
        Self {
            client: Client::new(),
            account,
        }
    }

    /// One request of the usual mix, perhaps repeated, and what its sender remembers of the answer.
    pub(super) async fn send_one(&self, population: &Population, tenant: &Tenant, rng: &mut Rng) {
        let prepared = request::prepare(mix::pick(rng), population, tenant, rng);
        let Some(mut answer) = self.attempt(&prepared).await else {
            return;
        };
        if repeats(answer.status(), rng) {
            sim::sleep(Duration::from_millis(rng.range(1_000..5_000))).await;
            let Some(second) = self.attempt(&prepared).await else {
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

    /// Sends a request once. What went wrong on the way shows in the platform's own telemetry; a customer's client
    /// just moves on.
    pub(super) async fn attempt(&self, prepared: &Prepared<'_>) -> Option<Response<Body>> {
        let started_at = sim::now();
        let answer = self.client.send(prepared.request()?, PATIENCE).await.ok();
        let outcome = match &answer {
            None => "unanswered",
            Some(answer) if answer.status().is_server_error() => "refused",
            Some(answer) if answer.status().is_client_error() => "rejected",
            Some(_) => "answered",
        };
        self.account
            .request(prepared.operation, outcome, sim::now() - started_at);
        answer
    }
}

/// Whether a client tries once more, as some libraries do when a server says that it cannot at the moment.
fn repeats(status: StatusCode, rng: &mut Rng) -> bool {
    let temporary = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    );
    temporary && rng.chance(REPEATING_CLIENTS)
}
