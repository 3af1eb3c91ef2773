//! Everybody whom the platform calls: the validation service, the payment gateway, the email provider, the push
//! gateway, and customers' webhook endpoints.

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

use crate::population::Population;

/// How partners behave in an incident.
pub(crate) struct Behaviour {
    /// Beginning and end of the window.
    pub(crate) window: (Timestamp, Timestamp),
    /// Share of calls that fail at any time.
    pub(crate) background_failures: f64,
    /// The validation service's bad times.
    pub(crate) validation: Vec<Scheduled>,
}

/// Puts the partners on the network.
pub(crate) fn register(population: &Population, behaviour: Behaviour) {
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
    let validation = Peer::new(validation_service(), latency(38, 0.35))
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
    for tenant in &population.tenants {
        let hook = Peer::new(accepting("/events"), latency(rng.range(60..260), 0.5))
            .with_schedule(usual_failures());
        network.register(&tenant.hook_host(), hook).keep();
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
fn validation_service() -> Router {
    async fn check_definition(body: Bytes) -> Result<Json<Value>, StatusCode> {
        let request: DefinitionCheck = read(&body)?;
        if request.definition.steps.len() > 50 {
            let problem =
                json!({ "path": "definition.steps", "message": "the plan allows 50 steps" });
            return Ok(Json(json!({ "valid": false, "problems": [problem] })));
        }
        Ok(Json(json!({ "valid": true })))
    }
    async fn check_input(body: Bytes) -> Result<Json<Value>, StatusCode> {
        let request: InputCheck = read(&body)?;
        if request.input.severity.as_deref() == Some("S?") {
            let problem =
                json!({ "path": "input.severity", "message": "is no severity of this tenant" });
            return Ok(Json(json!({ "valid": false, "problems": [problem] })));
        }
        Ok(Json(json!({ "valid": true })))
    }
    Router::new()
        .route("/v1/definitions/check", post(check_definition))
        .route("/v1/inputs/check", post(check_input))
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
