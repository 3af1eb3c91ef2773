//! Events of customers' systems, and the triggers by which they start workflows.
//!
//! What an event carries is its sender's business; a trigger says which of it becomes the input of a workflow.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::time::Instant;
use super::validate::{Validate, Violations};
use super::{EventId, TriggerId, WorkflowId};

/// The longest name of a type of event.
const TYPE_MAX: usize = 100;
/// The most inputs that a trigger fills.
const INPUTS_MAX: usize = 50;

/// `POST /v1/events`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PostEvent {
    /// Chosen by the sender, who can then send once more what was not answered.
    #[serde(default = "EventId::generate")]
    pub id: EventId,
    /// What happened, for example `order.placed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, RFC 3339 with any offset.
    pub occurred_at: String,
    /// What there is to say about it.
    pub payload: Json,
}

impl Validate for PostEvent {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("type", &self.kind, TYPE_MAX);
        violations.require(
            self.occurred_at.parse::<jiff::Timestamp>().is_ok(),
            "occurred_at",
            "must be a time such as 2026-03-04T10:00:00+01:00",
        );
        violations.require(self.payload.is_object(), "payload", "must be an object");
    }
}

/// How far the platform is with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It is kept, and waits for its turn.
    Accepted,
    /// Every workflow that it triggers was started.
    Processed,
}

/// The answer to an event that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AcceptedEvent {
    /// Its identifier.
    pub event_id: EventId,
    /// `accepted`.
    pub status: EventStatus,
}

/// `GET /v1/events/{id}`
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    /// Its identifier.
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// How far the platform is with it.
    pub status: EventStatus,
    /// When it came in.
    pub received_at: Instant,
}

/// `POST /v1/triggers`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateTrigger {
    /// The type of event that it waits for.
    pub event_type: String,
    /// The workflow that it starts.
    pub workflow_id: WorkflowId,
    /// Inputs of the workflow by name, each with the path of its value in the event: `type`, `occurred_at` or
    /// below `payload`. What the event does not have is left out.
    #[serde(default)]
    pub input: IndexMap<String, String>,
}

impl Validate for CreateTrigger {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("event_type", &self.event_type, TYPE_MAX);
        if self.input.len() > INPUTS_MAX {
            violations.add("input", format!("must have at most {INPUTS_MAX} entries"));
        }
        for (name, path) in &self.input {
            let known = matches!(path.as_str(), "type" | "occurred_at" | "payload");
            violations.require(
                known || path.starts_with("payload."),
                &format!("input.{name}"),
                "must be a path such as payload.order.number",
            );
        }
    }
}

/// A trigger, as the API shows it.
#[derive(Debug, Clone, Serialize)]
pub struct TriggerView {
    /// Its identifier.
    pub id: TriggerId,
    /// The type of event that it waits for.
    pub event_type: String,
    /// The workflow that it starts.
    pub workflow_id: WorkflowId,
    /// Where the workflow's inputs come from.
    pub input: IndexMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: &impl Validate, expect: &[&str]) {
        let found = request.check().err().unwrap_or_default();
        let fields: Vec<_> = found
            .iter()
            .map(|violation| violation.field.as_str())
            .collect();
        assert_eq!(fields, expect);
    }

    fn event(occurred_at: &str, payload: Json) -> PostEvent {
        PostEvent {
            id: EventId(uuid::Uuid::nil()),
            kind: "order.placed".to_owned(),
            occurred_at: occurred_at.to_owned(),
            payload,
        }
    }

    #[test]
    fn an_event_has_a_time_with_an_offset_and_an_object() {
        let payload = serde_json::json!({ "order": { "number": "A-1" } });
        check(&event("2026-03-04T09:00:00Z", payload.clone()), &[]);
        check(&event("2026-03-04T10:00:00+01:00", payload.clone()), &[]);
        check(&event("2026-03-04 10:00", payload), &["occurred_at"]);
        check(&event("yesterday", Json::Null), &["occurred_at", "payload"]);
    }

    #[test]
    fn a_trigger_takes_its_inputs_from_the_event() {
        let trigger = |path: &str| CreateTrigger {
            event_type: "order.placed".to_owned(),
            workflow_id: WorkflowId(uuid::Uuid::nil()),
            input: [("order".to_owned(), path.to_owned())].into(),
        };
        check(&trigger("payload.order.number"), &[]);
        check(&trigger("occurred_at"), &[]);
        check(&trigger("order.number"), &["input.order"]);
    }
}
