//! The workflows that customers have.

use serde_json::{Value as Json, json};
use sim::Rng;

/// A kind of workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// Prices an order and stores it.
    Order,
    /// Welcomes somebody new by e-mail.
    Onboarding,
    /// Charges and confirms.
    Invoice,
    /// Tells the customer's own system.
    Alert,
    /// Tidies a record.
    Cleanse,
    /// Goes on when something was approved.
    Approval,
}

impl Template {
    pub(crate) const ALL: [Self; 6] = [
        Self::Order,
        Self::Onboarding,
        Self::Invoice,
        Self::Alert,
        Self::Cleanse,
        Self::Approval,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Order => "Order intake",
            Self::Onboarding => "Welcome",
            Self::Invoice => "Invoice run",
            Self::Alert => "Alert",
            Self::Cleanse => "Tidy record",
            Self::Approval => "Approval",
        }
    }

    /// The definition, as the tenant with this webhook host writes it.
    pub(crate) fn definition(self, hook_host: &str) -> Json {
        let (inputs, steps) = match self {
            Self::Order => (
                json!({ "order": { "type": "text", "required": true }, "total": { "type": "number" } }),
                json!([
                    { "id": "label", "action": "transform", "set": { "title": "Order {{input.order}}" } },
                    { "id": "keep", "action": "store", "dataset": "orders" },
                ]),
            ),
            Self::Onboarding => (
                json!({ "email": { "type": "text", "required": true }, "name": { "type": "text" } }),
                json!([
                    { "id": "greet", "action": "transform", "set": { "text": "Welcome, {{input.name}}!" } },
                    { "id": "mail", "action": "notify", "channel": "email", "recipient": "{{input.email}}",
                      "template": "{{steps.greet.text}}\n\nSign in to see what is waiting for you." },
                ]),
            ),
            Self::Invoice => (
                json!({ "customer": { "type": "text", "required": true } }),
                json!([
                    { "id": "charge", "action": "charge", "amount_cents": 1900, "currency": "EUR" },
                    { "id": "confirm", "action": "transform", "set": { "text": "Paid: {{steps.charge.charge_id}}" } },
                ]),
            ),
            Self::Alert => (
                json!({ "severity": { "type": "text", "required": true }, "urgent": { "type": "flag" } }),
                json!([
                    { "id": "urgent", "action": "condition", "path": "input.urgent" },
                    { "id": "call", "action": "notify", "channel": "webhook",
                      "recipient": format!("http://{hook_host}/events"), "template": "severity {{input.severity}}" },
                ]),
            ),
            Self::Cleanse => (
                json!({ "record": { "type": "object", "required": true } }),
                json!([
                    { "id": "clean", "action": "transform",
                      "set": { "name": "{{input.record.name}}", "city": "{{input.record.city}}" } },
                ]),
            ),
            Self::Approval => (
                json!({ "approved": { "type": "flag", "required": true }, "device": { "type": "text" } }),
                json!([
                    { "id": "approved", "action": "condition", "path": "input.approved" },
                    { "id": "settle", "action": "delay", "milliseconds": 150 },
                    { "id": "tell", "action": "notify", "channel": "push", "recipient": "{{input.device}}",
                      "template": "Your request was approved." },
                ]),
            ),
        };
        json!({ "inputs": inputs, "steps": steps })
    }

    /// Input for a start.
    pub(crate) fn input(self, rng: &mut Rng) -> String {
        let number: u32 = rng.range(10_000..99_999);
        match self {
            Self::Order => format!(
                r#"{{"input":{{"order":"A-{number}","total":{}}}}}"#,
                number % 500
            ),
            Self::Onboarding => {
                format!(
                    r#"{{"input":{{"email":"user{number}@mail.example","name":"User {number}"}}}}"#
                )
            }
            Self::Invoice => format!(r#"{{"input":{{"customer":"C-{number}"}}}}"#),
            Self::Alert => {
                format!(
                    r#"{{"input":{{"severity":"S{}","urgent":{}}}}}"#,
                    number % 4,
                    number.is_multiple_of(3)
                )
            }
            Self::Cleanse => {
                format!(
                    r#"{{"input":{{"record":{{"name":" Person {number} ","city":"Lisbon"}}}}}}"#
                )
            }
            Self::Approval => {
                format!(
                    r#"{{"input":{{"approved":{},"device":"device-{number}"}}}}"#,
                    number.is_multiple_of(2)
                )
            }
        }
    }
}
