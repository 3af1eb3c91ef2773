//! Everybody whom the platform calls: the validation service, the payment gateway, the email provider, the push
//! gateway, and customers' webhook endpoints.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use sim::Timestamp;
use sim::http::{Condition, Latency, Network, Peer, Scheduled};
use uuid::Uuid;

use crate::account::Account;
use crate::population::Population;
use crate::scenarios::Outage;

/// How partners behave in an incident.
pub(crate) struct Behaviour {
    /// Beginning and end of the window.
    pub(crate) window: (Timestamp, Timestamp),
    /// Share of calls that fail at any time.
    pub(crate) background_failures: f64,
    /// The validation service's bad times.
    pub(crate) validation: Vec<Scheduled>,
    /// When one customer's endpoint is down.
    pub(crate) endpoint: Option<Outage>,
}

/// Puts the partners on the network.
pub(crate) fn register(population: &Population, behaviour: Behaviour, account: Account) {
    let network = Network::current();
    let usual_failures = || {
        let (from, until) = behaviour.window;
        let condition = Condition::Erroring {
            ratio: behaviour.background_failures,
            status: StatusCode::SERVICE_UNAVAILABLE,
        };
        vec![Scheduled {
            from,
            until,
            condition,
        }]
    };
    let validation = Peer::new(validation_service(account), latency(38, 0.35))
        .with_schedule(behaviour.validation.clone());
    network.register("validation-service", validation).keep();
    let payment = Peer::new(payment_gateway(), latency(140, 0.4)).with_schedule(usual_failures());
    network.register("payment-gateway", payment).keep();
    let email =
        Peer::new(accepting("/v1/messages"), latency(85, 0.45)).with_schedule(usual_failures());
    network.register("email-provider", email).keep();
    let push =
        Peer::new(accepting("/v1/messages"), latency(45, 0.3)).with_schedule(usual_failures());
    network.register("push-gateway", push).keep();
    let mut rng = sim::rng_for("partners.webhooks", 0);
    for (index, tenant) in population.tenants.iter().enumerate() {
        let down = behaviour.endpoint.clone();
        let down = down.filter(|outage| population.busiest(outage.rank) == index);
        let endpoint = Endpoint::new(account, down);
        let hook = Peer::new(endpoint.router(), latency(rng.range(60..260), 0.5))
            .with_schedule(usual_failures());
        network.register(&tenant.hook_host(), hook).keep();
    }
}

/// A customer's webhook endpoint, which remembers what arrived.
#[derive(Clone)]
struct Endpoint {
    account: Account,
    down: Option<Outage>,
    /// The ids of what arrived.
    seen: Arc<Mutex<BTreeSet<u64>>>,
}

#[derive(Deserialize)]
struct Webhook {
    id: Uuid,
}

impl Endpoint {
    fn new(account: Account, down: Option<Outage>) -> Self {
        Self {
            account,
            down,
            seen: Arc::default(),
        }
    }

    fn router(self) -> Router {
        let receive = move |body: Bytes| {
            let endpoint = self.clone();
            async move { endpoint.receive(&body) }
        };
        Router::new().route("/events", post(receive))
    }

    fn receive(&self, body: &[u8]) -> Result<Json<Value>, StatusCode> {
        if self.is_down() {
            self.account.webhook("refused");
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let webhook: Webhook = read(body)?;
        let (high, low) = webhook.id.as_u64_pair();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let first = seen.insert(high ^ low);
        self.account
            .webhook(if first { "delivered" } else { "repeated" });
        Ok(Json(json!({ "accepted": true })))
    }

    fn is_down(&self) -> bool {
        let now = sim::now();
        let down = |outage: &Outage| (outage.from..outage.until).contains(&now);
        self.down.as_ref().is_some_and(down)
    }
}

fn latency(median_ms: u64, sigma: f64) -> Latency {
    Latency {
        median: Duration::from_millis(median_ms),
        sigma,
    }
}

/// The part of a request that the validation service looks at.
#[derive(Deserialize)]
struct DefinitionCheck {
    definition: Steps,
}

#[derive(Deserialize)]
struct Steps {
    steps: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct InputCheck {
    input: Input,
}

#[derive(Deserialize)]
struct Input {
    severity: Option<String>,
}

/// Objects to very long definitions and to severities that nobody has.
fn validation_service(account: Account) -> Router {
    fn check_definition(body: &[u8]) -> Result<Json<Value>, StatusCode> {
        let request: DefinitionCheck = read(body)?;
        if request.definition.steps.len() > 50 {
            let problem =
                json!({ "path": "definition.steps", "message": "the plan allows 50 steps" });
            return Ok(Json(json!({ "valid": false, "problems": [problem] })));
        }
        Ok(Json(json!({ "valid": true })))
    }
    fn check_input(body: &[u8]) -> Result<Json<Value>, StatusCode> {
        let request: InputCheck = read(body)?;
        if request.input.severity.as_deref() == Some("S?") {
            let problem =
                json!({ "path": "input.severity", "message": "is no severity of this tenant" });
            return Ok(Json(json!({ "valid": false, "problems": [problem] })));
        }
        Ok(Json(json!({ "valid": true })))
    }
    Router::new()
        .route(
            "/v1/definitions/check",
            post(move |body: Bytes| async move {
                account.partner_called("check-definition");
                check_definition(&body)
            }),
        )
        .route(
            "/v1/inputs/check",
            post(move |body: Bytes| async move {
                account.partner_called("check-input");
                check_input(&body)
            }),
        )
}

/// Reads a body; axum's own way keeps track of every field's path, which no partner tells anyway.
fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, StatusCode> {
    serde_json::from_slice(body).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)
}

fn payment_gateway() -> Router {
    async fn charge() -> Json<Value> {
        let mut rng = sim::rng("partners.payment");
        Json(json!({ "charge_id": format!("ch_{:012x}", rng.u64() >> 16) }))
    }
    Router::new().route("/v1/charges", post(charge))
}

fn accepting(path: &str) -> Router {
    async fn accept() -> Json<Value> {
        Json(json!({ "accepted": true }))
    }
    Router::new().route(path, post(accept))
}
