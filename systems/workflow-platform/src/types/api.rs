//! Bodies and queries of the public API.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::time::Instant;
use super::user::{Permission, Role};
use super::validate::{Validate, Violations};
use super::workflow::{Definition, ExecutionStatus, WorkflowStatus};
use super::{ExecutionId, WorkflowId};

/// The most items that one page of a list holds.
pub const PAGE_MAX: i64 = 200;
/// The most records that one import accepts.
pub const IMPORT_MAX: usize = 1_000;

/// `POST /v1/workflows`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateWorkflow {
    /// Unique within the tenant.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// What it does.
    pub definition: Definition,
}

impl Validate for CreateWorkflow {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("name", &self.name, 200);
        self.definition.validate(violations);
    }
}

/// `PUT /v1/workflows/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UpdateWorkflow {
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The new definition.
    pub definition: Option<Definition>,
    /// The new status.
    pub status: Option<WorkflowStatus>,
    /// The version that the caller edited; a different stored version is a conflict.
    pub version: Option<i64>,
}

impl Validate for UpdateWorkflow {
    fn validate(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.require_text("name", name, 200);
        }
        if let Some(definition) = &self.definition {
            definition.validate(violations);
        }
    }
}

/// `POST /v1/workflows/{id}/start`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartWorkflow {
    /// Values for the declared inputs.
    #[serde(default = "empty_object")]
    pub input: Json,
}

fn empty_object() -> Json {
    Json::Object(serde_json::Map::new())
}

impl Validate for StartWorkflow {
    fn validate(&self, violations: &mut Violations) {
        violations.require(self.input.is_object(), "input", "must be an object");
    }
}

/// The answer to a start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartedExecution {
    /// The execution that was accepted.
    pub execution_id: ExecutionId,
    /// The workflow that runs.
    pub workflow_id: WorkflowId,
    /// `pending`: the engine takes it next.
    pub status: ExecutionStatus,
}

/// The answer to a cancellation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelledExecutions {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The executions that will not go on.
    pub cancelled: Vec<ExecutionId>,
}

/// The status of a workflow's latest execution.
#[derive(Debug, Clone, Serialize)]
pub struct WorkflowStatusView {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// Whether it can be started.
    pub status: WorkflowStatus,
    /// The latest execution, if it was ever started.
    pub latest_execution: Option<super::workflow::Execution>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The offset of the next page, if there may be one.
    pub next_offset: Option<i64>,
}

impl<T> Page<T> {
    /// Cuts a page out of `items`, which were read with one item more than `window` wants.
    #[must_use]
    pub fn cut(mut items: Vec<T>, window: &Window) -> Self {
        let more = i64::try_from(items.len()).is_ok_and(|found| found > window.limit());
        if more {
            items.pop();
        }
        Self {
            items,
            next_offset: more.then(|| window.offset() + window.limit()),
        }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Window {
    limit: Option<i64>,
    offset: Option<i64>,
}

impl Window {
    /// The most items wanted.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(50)
    }

    /// Items to skip.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset.unwrap_or(0)
    }
}

impl Validate for Window {
    fn validate(&self, violations: &mut Violations) {
        if !(1..=PAGE_MAX).contains(&self.limit()) {
            violations.add("limit", format!("must be between 1 and {PAGE_MAX}"));
        }
        violations.require(self.offset() >= 0, "offset", "must not be negative");
    }
}

/// `GET /v1/workflows`
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ListWorkflows {
    /// Only workflows with this status.
    pub status: Option<WorkflowStatus>,
    limit: Option<i64>,
    offset: Option<i64>,
}

impl ListWorkflows {
    /// Which part of the list is wanted.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            limit: self.limit,
            offset: self.offset,
        }
    }
}

impl Validate for ListWorkflows {
    fn validate(&self, violations: &mut Violations) {
        self.window().validate(violations);
    }
}

/// One entry of an execution's history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryEntry {
    /// The execution.
    pub execution_id: ExecutionId,
    /// What happened, for example `execution.completed`.
    pub event: String,
    /// The step concerned, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// When it happened.
    pub at: Instant,
}

/// `POST /v1/users`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateUser {
    /// Unique within the tenant.
    pub email: String,
    /// The name to show.
    pub display_name: String,
    /// The role.
    pub role: Role,
}

impl Validate for CreateUser {
    fn validate(&self, violations: &mut Violations) {
        violations.require(is_email(&self.email), "email", "must be an e-mail address");
        violations.require_text("display_name", &self.display_name, 200);
    }
}

/// `PATCH /v1/users/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UpdateUser {
    /// The new name to show.
    pub display_name: Option<String>,
    /// The new role.
    pub role: Option<Role>,
    /// Whether the user can sign in.
    pub active: Option<bool>,
}

impl Validate for UpdateUser {
    fn validate(&self, violations: &mut Violations) {
        if let Some(name) = &self.display_name {
            violations.require_text("display_name", name, 200);
        }
    }
}

/// `PUT /v1/users/{id}/permissions`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetPermissions {
    /// Everything granted beyond the role; grants not listed are withdrawn.
    pub granted: BTreeSet<Permission>,
}

impl Validate for SetPermissions {
    fn validate(&self, _: &mut Violations) {}
}

/// `POST /v1/data/import`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportData {
    /// The data set to add to.
    pub dataset: String,
    /// The records.
    pub records: Vec<IndexMap<String, Json>>,
}

impl Validate for ImportData {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("dataset", &self.dataset, 100);
        violations.require(!self.records.is_empty(), "records", "must not be empty");
        if self.records.len() > IMPORT_MAX {
            violations.add("records", format!("must have at most {IMPORT_MAX} items"));
        }
    }
}

/// The answer to an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportedData {
    /// The data set.
    pub dataset: String,
    /// Records stored.
    pub imported: u64,
}

/// `GET /v1/data/export`
#[derive(Debug, Clone, Deserialize)]
pub struct ExportData {
    /// The data set to read.
    pub dataset: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

impl ExportData {
    /// Which part of the data set is wanted.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            limit: self.limit,
            offset: self.offset,
        }
    }
}

impl Validate for ExportData {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("dataset", &self.dataset, 100);
        self.window().validate(violations);
    }
}

/// `POST /v1/data/transform`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TransformData {
    /// The data set to read.
    pub dataset: String,
    /// Templates by the name of the field that they produce.
    pub set: IndexMap<String, String>,
    /// The most records to transform.
    #[serde(default)]
    pub limit: Option<i64>,
}

impl TransformData {
    /// The most records to transform.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(50)
    }
}

impl Validate for TransformData {
    fn validate(&self, violations: &mut Violations) {
        violations.require_text("dataset", &self.dataset, 100);
        violations.require(!self.set.is_empty(), "set", "must name at least one field");
        violations.require(
            (1..=PAGE_MAX).contains(&self.limit()),
            "limit",
            "must be between 1 and 200",
        );
    }
}

/// `GET /v1/reports/executions`
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ReportRange {
    hours: Option<i64>,
}

impl ReportRange {
    /// How far the report looks back, in hours.
    #[must_use]
    pub fn hours(&self) -> i64 {
        self.hours.unwrap_or(24)
    }
}

impl Validate for ReportRange {
    fn validate(&self, violations: &mut Violations) {
        violations.require(
            (1..=24 * 31).contains(&self.hours()),
            "hours",
            "must be between 1 and 744",
        );
    }
}

fn is_email(text: &str) -> bool {
    text.len() <= 320
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
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

    #[test]
    fn pages_are_bounded() {
        check(
            &Window {
                limit: Some(PAGE_MAX),
                offset: None,
            },
            &[],
        );
        check(
            &Window {
                limit: Some(0),
                offset: Some(-1),
            },
            &["limit", "offset"],
        );
        check(
            &Window {
                limit: Some(PAGE_MAX + 1),
                offset: None,
            },
            &["limit"],
        );
    }

    #[test]
    fn a_page_points_at_the_next_one_only_when_there_is_more() {
        let window = Window {
            limit: Some(2),
            offset: Some(4),
        };
        let full = Page::cut(vec![1, 2, 3], &window);
        assert_eq!((full.items, full.next_offset), (vec![1, 2], Some(6)));
        let last = Page::cut(vec![1, 2], &window);
        assert_eq!((last.items, last.next_offset), (vec![1, 2], None));
    }

    #[test]
    fn a_user_needs_an_address_and_a_name() {
        let user = CreateUser {
            email: "ada".into(),
            display_name: "  ".into(),
            role: Role::Viewer,
        };
        check(&user, &["email", "display_name"]);
    }
}
