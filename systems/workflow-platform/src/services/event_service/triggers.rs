//! Which events start which workflows.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sim::postgres::{Row, Value};

use crate::infra::template::lookup;
use crate::infra::{Database, DatabaseError};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::event::{CreateTrigger, TriggerView};
use crate::types::user::{Permission, Principal};
use crate::types::{TenantId, TriggerId, UserId, WorkflowId};

const WORKFLOW: &str = "SELECT id FROM workflows WHERE id = $1 AND tenant_id = $2";

const INSERT: &str = "INSERT INTO event_triggers (id, tenant_id, event_type, workflow_id, input, created_by, \
     created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

const LIST: &str = "SELECT id, event_type, workflow_id, input FROM event_triggers WHERE tenant_id = $1 \
     ORDER BY event_type, created_at";

const REMOVE: &str = "DELETE FROM event_triggers WHERE id = $1 AND tenant_id = $2";

const WAITING_FOR: &str = "SELECT workflow_id, input, created_by FROM event_triggers \
     WHERE tenant_id = $1 AND event_type = $2 ORDER BY created_at";

/// Keeps triggers. Cheap to clone.
#[derive(Clone)]
pub struct TriggerService {
    db: Database,
}

/// A trigger whose event came.
pub(super) struct Trigger {
    pub(super) workflow_id: WorkflowId,
    pub(super) created_by: UserId,
    input: IndexMap<String, String>,
}

impl Trigger {
    /// The input of the workflow, taken from the event.
    pub(super) fn input(&self, event: &Json) -> Json {
        let value = |(name, path): (&String, &String)| {
            lookup(event, path).map(|value| (name.clone(), value.clone()))
        };
        Json::Object(self.input.iter().filter_map(value).collect::<Map<_, _>>())
    }
}

impl TriggerService {
    /// A service on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Lets events of a type start a workflow from now on.
    ///
    /// # Errors
    /// When the workflow does not exist for this tenant, such a trigger exists already, or the database fails.
    #[tracing::instrument(name = "trigger.create", skip_all)]
    pub async fn create(
        &self,
        principal: &Principal,
        request: CreateTrigger,
    ) -> Result<TriggerView, ServiceError> {
        require(principal, Permission::WorkflowWrite)?;
        let CreateTrigger {
            event_type,
            workflow_id,
            input,
        } = request;
        let wanted = [Value::from(workflow_id), principal.tenant_id.to_value()];
        if self.db.query_opt(WORKFLOW, &wanted).await?.is_none() {
            return Err(ServiceError::not_found("workflow", workflow_id));
        }
        let id = TriggerId::generate();
        let parameters = [
            Value::from(id),
            principal.tenant_id.to_value(),
            Value::from(&event_type),
            Value::from(workflow_id),
            Value::from(serde_json::to_value(&input).unwrap_or(Json::Null)),
            Value::from(principal.user_id),
            Value::from(sim::now()),
        ];
        match self.db.execute(INSERT, &parameters).await {
            Ok(_) => Ok(TriggerView {
                id,
                event_type,
                workflow_id,
                input,
            }),
            Err(error) if error.is_unique_violation() => Err(ServiceError::Conflict(format!(
                "events of the type `{event_type}` start this workflow already"
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// The tenant's triggers.
    ///
    /// # Errors
    /// When the database fails.
    #[tracing::instrument(name = "trigger.list", skip_all)]
    pub async fn list(&self, principal: &Principal) -> Result<Vec<TriggerView>, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        let rows = self
            .db
            .query(LIST, &[principal.tenant_id.to_value()])
            .await?;
        let view = |row: &Row| {
            Ok(TriggerView {
                id: TriggerId(row.get("id")),
                event_type: row.get("event_type"),
                workflow_id: WorkflowId(row.get("workflow_id")),
                input: input(row)?,
            })
        };
        rows.iter().map(view).collect()
    }

    /// Takes a trigger away.
    ///
    /// # Errors
    /// When it does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "trigger.remove", skip_all)]
    pub async fn remove(&self, principal: &Principal, id: TriggerId) -> Result<(), ServiceError> {
        require(principal, Permission::WorkflowWrite)?;
        let parameters = [Value::from(id), principal.tenant_id.to_value()];
        match self.db.execute(REMOVE, &parameters).await? {
            0 => Err(ServiceError::not_found("trigger", id)),
            _ => Ok(()),
        }
    }

    /// The triggers that wait for such an event, the oldest first.
    pub(super) async fn waiting_for(
        &self,
        tenant_id: &TenantId,
        event_type: &str,
    ) -> Result<Vec<Trigger>, DatabaseError> {
        let parameters = [tenant_id.to_value(), Value::from(event_type)];
        let rows = self.db.query(WAITING_FOR, &parameters).await?;
        let trigger = |row: &Row| {
            Ok(Trigger {
                workflow_id: WorkflowId(row.get("workflow_id")),
                created_by: UserId(row.get("created_by")),
                input: input(row)?,
            })
        };
        rows.iter().map(trigger).collect()
    }
}

fn input(row: &Row) -> Result<IndexMap<String, String>, DatabaseError> {
    let json: Arc<Json> = row.get("input");
    IndexMap::deserialize(&*json).map_err(|error| DatabaseError::Corrupt {
        column: "input",
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_found_by_path_and_left_out_where_there_is_nothing() {
        let paths = [("order", "payload.number"), ("note", "payload.note")];
        let trigger = Trigger {
            workflow_id: WorkflowId(uuid::Uuid::nil()),
            created_by: UserId(uuid::Uuid::nil()),
            input: paths
                .map(|(name, path)| (name.to_owned(), path.to_owned()))
                .into(),
        };
        let event = serde_json::json!({ "type": "order.placed", "payload": { "number": "A-1" } });
        assert_eq!(trigger.input(&event), serde_json::json!({ "order": "A-1" }));
    }
}
