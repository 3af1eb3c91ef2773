//! What an event brings about.

use serde_json::json;

use super::log::{EventLog, LoggedEvent};
use super::triggers::TriggerService;
use crate::infra::external_apis::ValidationService;
use crate::infra::{Database, Transaction};
use crate::services::ServiceError;
use crate::services::workflow_service::TriggeredStarts;
use crate::types::ExecutionId;

/// Turns events into executions. Cheap to clone.
#[derive(Clone)]
pub(super) struct Handler {
    db: Database,
    log: EventLog,
    triggers: TriggerService,
    starts: TriggeredStarts,
}

impl Handler {
    pub(super) fn new(db: Database, log: EventLog, validation: ValidationService) -> Self {
        Self {
            log,
            triggers: TriggerService::new(db.clone()),
            starts: TriggeredStarts::new(db.clone(), validation),
            db,
        }
    }

    /// Handles an event: stores an execution of every workflow that it triggers, and that it was handled, in one
    /// transaction. Gives the executions, which wait for the engine.
    pub(super) async fn handle(
        &self,
        event: &LoggedEvent,
    ) -> Result<Vec<ExecutionId>, ServiceError> {
        let envelope = event.open()?;
        let triggers = self
            .triggers
            .waiting_for(&event.tenant_id, &envelope.kind)
            .await?;
        let values = json!({
            "type": envelope.kind,
            "occurred_at": envelope.occurred_at,
            "payload": envelope.payload,
        });
        let mut starts = Vec::with_capacity(triggers.len());
        for trigger in triggers {
            let input = trigger.input(&values);
            let start = self
                .starts
                .approve(
                    &event.tenant_id,
                    trigger.created_by,
                    trigger.workflow_id,
                    input,
                )
                .await?;
            starts.extend(start);
        }
        self.db
            .transaction(async |tx: &mut Transaction| {
                let mut executions = Vec::with_capacity(starts.len());
                if self.log.commit(tx, event).await? {
                    for start in starts {
                        executions.push(start.accept(tx).await?);
                    }
                }
                Ok(executions)
            })
            .await
    }
}
