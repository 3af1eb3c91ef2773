//! Workflow definitions and their executions.
//!
//! A [`Definition`] is what a customer writes: typed inputs and a chain of steps.
//! An [`Execution`] is one run of it. The rules here are structural only; the validation service
//! judges what a definition means for a tenant (connectors, quotas, policies).

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::time::Instant;
use super::validate::{Validate, Violations};
use super::{ExecutionId, TenantId, UserId, WorkflowId};

/// The most steps a definition may have.
pub const STEPS_MAX: usize = 100;

/// Whether a workflow can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowStatus {
    /// Being edited; cannot be started.
    Draft,
    /// Can be started.
    Active,
    /// Kept for its history only.
    Archived,
}

impl WorkflowStatus {
    /// The name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    /// Reads the name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "draft" => Self::Draft,
            "active" => Self::Active,
            "archived" => Self::Archived,
            _ => return None,
        })
    }
}

/// What a workflow does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Declared inputs by name.
    #[serde(default)]
    pub inputs: Inputs,
    /// Steps, run in this order unless a condition ends the execution early.
    pub steps: Vec<Step>,
}

/// Declared inputs by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inputs(IndexMap<String, InputField>);

/// A declared input of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputField {
    /// The type of JSON value expected.
    #[serde(rename = "type")]
    pub kind: InputKind,
    /// Whether a start without it is refused.
    #[serde(default)]
    pub required: bool,
}

/// Types of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A JSON string.
    Text,
    /// A JSON number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Any JSON object.
    Object,
}

impl InputKind {
    fn accepts(self, value: &Json) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::Object => value.is_object(),
        }
    }
}

/// One step of a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unique within the definition; the step's result is stored under this name.
    pub id: String,
    /// What the step does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Renders values from the input and earlier results.
    Transform {
        /// Templates by the name of the value that they produce.
        set: IndexMap<String, String>,
    },
    /// Ends the execution successfully unless the value at `path` is present and not false.
    Condition {
        /// A dotted path such as `input.approved`.
        path: String,
    },
    /// Waits.
    Delay {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// Reads records of one of the tenant's data sets.
    Load {
        /// The data set.
        dataset: String,
        /// The most records to read.
        limit: u32,
    },
    /// Stores a record in one of the tenant's data sets.
    Store {
        /// The data set.
        dataset: String,
    },
    /// Sends a notification.
    Notify {
        /// How it is sent.
        channel: super::notification::Channel,
        /// An address, a URL or a device, depending on the channel.
        recipient: String,
        /// The template of the text.
        template: String,
    },
    /// Charges the tenant's customer through the payment gateway.
    Charge {
        /// The smallest unit of the currency.
        amount_cents: u64,
        /// ISO 4217.
        currency: String,
    },
}

impl Action {
    /// The name of the kind of step, as it appears in definitions and telemetry.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Transform { .. } => "transform",
            Self::Condition { .. } => "condition",
            Self::Delay { .. } => "delay",
            Self::Load { .. } => "load",
            Self::Store { .. } => "store",
            Self::Notify { .. } => "notify",
            Self::Charge { .. } => "charge",
        }
    }

    /// How long the step is to wait.
    #[must_use]
    pub const fn waits(&self) -> Duration {
        match self {
            Self::Delay { milliseconds } => Duration::from_millis(*milliseconds),
            _ => Duration::ZERO,
        }
    }
}

impl Validate for Definition {
    fn validate(&self, violations: &mut Violations) {
        violations.require(
            !self.steps.is_empty(),
            "definition.steps",
            "must have at least one step",
        );
        if self.steps.len() > STEPS_MAX {
            violations.add(
                "definition.steps",
                format!("must have at most {STEPS_MAX} steps"),
            );
        }
        for (index, step) in self.steps.iter().enumerate() {
            if step.id.trim().is_empty() {
                violations.add(format!("definition.steps[{index}].id"), "must not be empty");
            }
            if self.steps[..index]
                .iter()
                .any(|earlier| earlier.id == step.id)
            {
                violations.add(
                    format!("definition.steps[{index}].id"),
                    "is used by an earlier step",
                );
            }
        }
    }
}

impl Inputs {
    /// Checks the input of a start against what is declared.
    pub fn check(&self, input: &Json, violations: &mut Violations) {
        let Some(values) = input.as_object() else {
            violations.add("input", "must be an object");
            return;
        };
        for (name, field) in &self.0 {
            match values.get(name) {
                None if field.required => violations.add(format!("input.{name}"), "is required"),
                Some(value) if !field.kind.accepts(value) => {
                    violations.add(format!("input.{name}"), "has the wrong type");
                }
                _ => {}
            }
        }
    }
}

/// A stored workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Workflow {
    /// Its identifier.
    pub id: WorkflowId,
    /// The owner.
    pub tenant_id: TenantId,
    /// Unique within the tenant.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Whether it can be started.
    pub status: WorkflowStatus,
    /// Grows by one with each update.
    pub version: i64,
    /// What it does.
    pub definition: Definition,
    /// Who created it.
    pub created_by: UserId,
    /// When it was created.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A workflow in a list: without its definition.
#[derive(Debug, Clone, Serialize)]
pub struct WorkflowSummary {
    /// Its identifier.
    pub id: WorkflowId,
    /// Unique within the tenant.
    pub name: String,
    /// Whether it can be started.
    pub status: WorkflowStatus,
    /// Grows by one with each update.
    pub version: i64,
    /// When it last changed.
    pub updated_at: Instant,
}

/// The states of an execution. `services::workflow_engine::state_machine` says which may follow which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// Accepted, not yet taken by the engine.
    Pending,
    /// Steps are being run.
    Running,
    /// All steps ran, or a condition ended it.
    Completed,
    /// A step failed for good.
    Failed,
    /// Stopped by a user.
    Cancelled,
}

impl ExecutionStatus {
    /// Every state, for tests and metrics.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The name of the event that an execution reached this state.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Pending => "execution.accepted",
            Self::Running => "execution.started",
            Self::Completed => "execution.completed",
            Self::Failed => "execution.failed",
            Self::Cancelled => "execution.cancelled",
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// One run of a workflow, as the API shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Execution {
    /// Its identifier.
    pub id: ExecutionId,
    /// The workflow that runs.
    pub workflow_id: WorkflowId,
    /// How far it is.
    pub status: ExecutionStatus,
    /// The step that runs or ran last, counted from zero.
    pub current_step: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was accepted.
    pub created_at: Instant,
    /// When it reached a final state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(json: Json) -> Definition {
        serde_json::from_value(json).expect("a definition")
    }

    fn check(definition: &Definition, expect: &[(&str, &str)]) {
        let found = definition.check().err().unwrap_or_default();
        let found: Vec<_> = found
            .iter()
            .map(|v| (v.field.as_str(), v.message.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_definition_needs_steps_with_distinct_ids() {
        check(
            &definition(serde_json::json!({ "steps": [] })),
            &[("definition.steps", "must have at least one step")],
        );
        check(
            &definition(serde_json::json!({ "steps": [
                { "id": "wait", "action": { "delay": { "milliseconds": 5 } } },
                { "id": "wait", "action": { "condition": { "path": "input.ok" } } },
            ]})),
            &[("definition.steps[1].id", "is used by an earlier step")],
        );
    }

    #[test]
    fn input_is_checked_against_its_declaration() {
        let definition = definition(serde_json::json!({
            "inputs": { "order": { "type": "text", "required": true }, "total": { "type": "number" } },
            "steps": [{ "id": "keep", "action": { "store": { "dataset": "orders" } } }],
        }));
        let mut violations = Violations::default();
        definition
            .inputs
            .check(&serde_json::json!({ "total": "12" }), &mut violations);
        let found = violations.into_result().expect_err("two broken rules");
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].field.as_str(), found[0].message.as_str()),
            ("input.order", "is required")
        );
        assert_eq!(
            (found[1].field.as_str(), found[1].message.as_str()),
            ("input.total", "has the wrong type")
        );
    }

    #[test]
    fn every_status_name_reads_back() {
        for status in ExecutionStatus::ALL {
            assert_eq!(ExecutionStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(ExecutionStatus::parse("paused"), None);
    }
}
