//! The workflows that customers have.

use serde_json::Value as Json;
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
    /// Waits for somebody and writes to them again.
    FollowUp,
}

impl Template {
    /// What customers have on an ordinary day.
    pub(crate) const USUAL: [Self; 6] = [
        Self::Order,
        Self::Onboarding,
        Self::Invoice,
        Self::Alert,
        Self::Cleanse,
        Self::Approval,
    ];

    /// Every kind.
    pub(crate) const ALL: [Self; 7] = [
        Self::Order,
        Self::Onboarding,
        Self::Invoice,
        Self::Alert,
        Self::Cleanse,
        Self::Approval,
        Self::FollowUp,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Order => "Order intake",
            Self::Onboarding => "Welcome",
            Self::Invoice => "Invoice run",
            Self::Alert => "Alert",
            Self::Cleanse => "Tidy record",
            Self::Approval => "Approval",
            Self::FollowUp => "Follow up",
        }
    }

    /// The definition in JSON, as the tenant with this webhook host writes it.
    pub(crate) fn definition(self, hook_host: &str) -> String {
        let text = match self {
            Self::Order => ORDER,
            Self::Onboarding => ONBOARDING,
            Self::Invoice => INVOICE,
            Self::Alert => ALERT,
            Self::Cleanse => CLEANSE,
            Self::Approval => APPROVAL,
            Self::FollowUp => FOLLOW_UP,
        };
        text.replace("HOOK_HOST", hook_host)
    }

    /// Input for a start, perhaps with a document.
    pub(crate) fn input(self, rng: &mut Rng, document: Option<&Json>) -> String {
        let input = self.fields(rng);
        match document {
            // Before the two braces that end it.
            Some(document) => format!(r#"{},"document":{document}}}}}"#, &input[..input.len() - 2]),
            None => input,
        }
    }

    fn fields(self, rng: &mut Rng) -> String {
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
            Self::FollowUp => format!(
                r#"{{"input":{{"email":"user{number}@mail.example","subject":"Offer {number}"}}}}"#
            ),
            Self::Approval => {
                format!(
                    r#"{{"input":{{"approved":{},"device":"device-{number}"}}}}"#,
                    number.is_multiple_of(2)
                )
            }
        }
    }
}

const ORDER: &str = r#"{
    "inputs": { "order": { "type": "text", "required": true }, "total": { "type": "number" } },
    "steps": [
        { "id": "label", "action": { "transform": { "set": { "title": "Order {{input.order}}" } } } },
        { "id": "keep", "action": { "store": { "dataset": "orders" } } }
    ]
}"#;

const ONBOARDING: &str = r#"{
    "inputs": { "email": { "type": "text", "required": true }, "name": { "type": "text" } },
    "steps": [
        { "id": "greet", "action": { "transform": { "set": { "text": "Welcome, {{input.name}}!" } } } },
        { "id": "mail", "action": { "notify": {
            "channel": "email", "recipient": "{{input.email}}",
            "template": "{{steps.greet.text}} Sign in to see what is waiting for you."
        } } }
    ]
}"#;

const INVOICE: &str = r#"{
    "inputs": { "customer": { "type": "text", "required": true } },
    "steps": [
        { "id": "charge", "action": { "charge": { "amount_cents": 1900, "currency": "EUR" } } },
        { "id": "confirm", "action": { "transform": { "set": { "text": "Paid: {{steps.charge.charge_id}}" } } } }
    ]
}"#;

const ALERT: &str = r#"{
    "inputs": { "severity": { "type": "text", "required": true }, "urgent": { "type": "flag" } },
    "steps": [
        { "id": "urgent", "action": { "condition": { "path": "input.urgent" } } },
        { "id": "call", "action": { "notify": {
            "channel": "webhook", "recipient": "http://HOOK_HOST/events",
            "template": "severity {{input.severity}}"
        } } }
    ]
}"#;

const CLEANSE: &str = r#"{
    "inputs": { "record": { "type": "object", "required": true } },
    "steps": [
        { "id": "clean", "action": { "transform": {
            "set": { "name": "{{input.record.name}}", "city": "{{input.record.city}}" }
        } } }
    ]
}"#;

const APPROVAL: &str = r#"{
    "inputs": { "approved": { "type": "flag", "required": true }, "device": { "type": "text" } },
    "steps": [
        { "id": "approved", "action": { "condition": { "path": "input.approved" } } },
        { "id": "settle", "action": { "delay": { "milliseconds": 150 } } },
        { "id": "tell", "action": { "notify": {
            "channel": "push", "recipient": "{{input.device}}", "template": "Your request was approved."
        } } }
    ]
}"#;

const FOLLOW_UP: &str = r#"{
    "inputs": { "email": { "type": "text", "required": true }, "subject": { "type": "text" } },
    "steps": [
        { "id": "write", "action": { "notify": {
            "channel": "email", "recipient": "{{input.email}}", "template": "{{input.subject}}: please have a look."
        } } },
        { "id": "wait", "action": { "delay": { "milliseconds": 720000 } } },
        { "id": "remind", "action": { "notify": {
            "channel": "email", "recipient": "{{input.email}}", "template": "A reminder: {{input.subject}}."
        } } }
    ]
}"#;

/// A workflow that goes through a data set in twenty steps.
pub(crate) const ENRICHMENT: &str = include_str!("enrichment.json");

#[cfg(test)]
mod tests {
    use workflow_platform::types::Validate as _;
    use workflow_platform::types::workflow::Definition;

    use super::*;

    #[test]
    fn every_template_is_a_valid_definition() {
        for template in Template::ALL {
            let text = template.definition("hooks.acme.example");
            let definition: Definition = serde_json::from_str(&text).expect("a definition");
            assert_eq!(definition.check(), Ok(()), "{}", template.title());
        }
        let enrichment: Definition = serde_json::from_str(ENRICHMENT).expect("a definition");
        assert_eq!(enrichment.check(), Ok(()));
        assert_eq!(enrichment.steps.len(), 20);
    }

    #[test]
    fn a_document_comes_with_the_other_input() {
        let document = sim::json::text_of(9_000);
        sim::Runtime::virtual_time(1, sim::Timestamp::from_unix_secs(0)).run(async move {
            for template in Template::ALL {
                let text = template.input(&mut sim::rng("test"), Some(&document));
                let input: Json = serde_json::from_str(&text).expect("an object");
                assert_eq!(input["input"]["document"], document, "{text}");
            }
        });
    }
}
