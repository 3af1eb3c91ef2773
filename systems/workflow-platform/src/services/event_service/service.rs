//! Taking events in, and saying what became of them.

use std::sync::Arc;

use serde_json::Value as Json;
use sim::Timestamp;
use tracing::Span;
use tracing::field::Empty;

use super::log::EventLog;
use super::partition::partition_of;
use crate::infra::{Database, metrics};
use crate::services::ServiceError;
use crate::services::error::require;
use crate::types::EventId;
use crate::types::event::{AcceptedEvent, EventStatus, EventView, PostEvent};
use crate::types::user::{Permission, Principal};

/// Takes events in. Cheap to clone.
#[derive(Clone)]
pub struct EventService {
    log: EventLog,
}

impl EventService {
    /// A service on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self {
            log: EventLog::new(db),
        }
    }

    /// Appends an event to the log. One that is there already is not appended again.
    ///
    /// # Errors
    /// When the user may not run workflows, or the database fails.
    #[tracing::instrument(
        name = "event.publish",
        skip_all,
        fields(
            otel.name = "publish events",
            otel.kind = "producer",
            messaging.system = "postgresql",
            messaging.operation.name = "publish",
            messaging.operation.type = "send",
            messaging.destination.name = "events",
            messaging.destination.partition.id = Empty,
            messaging.message.id = %event.id,
            event.type = event.kind,
        )
    )]
    pub async fn publish(
        &self,
        principal: &Principal,
        event: PostEvent,
    ) -> Result<AcceptedEvent, ServiceError> {
        require(principal, Permission::WorkflowRun)?;
        let partition = partition_of(&principal.tenant_id);
        Span::current().record(
            "messaging.destination.partition.id",
            tracing::field::display(partition),
        );
        let appended = self
            .log
            .append(partition, &principal.tenant_id, &event)
            .await?;
        if appended {
            metrics::event_published(partition);
        }
        Ok(AcceptedEvent {
            event_id: event.id,
            status: EventStatus::Accepted,
        })
    }

    /// What became of an event.
    ///
    /// # Errors
    /// When it does not exist for this tenant, or the database fails.
    #[tracing::instrument(name = "event.get", skip_all)]
    pub async fn get(&self, principal: &Principal, id: EventId) -> Result<EventView, ServiceError> {
        require(principal, Permission::WorkflowRead)?;
        let row = self.log.find(&principal.tenant_id, id).await?;
        let row = row.ok_or_else(|| ServiceError::not_found("event", id))?;
        let document: Arc<Json> = row.get("document");
        let handled = row.get::<i64>("sequence") <= row.get::<i64>("committed");
        Ok(EventView {
            id,
            kind: document["type"].as_str().unwrap_or_default().to_owned(),
            status: if handled {
                EventStatus::Processed
            } else {
                EventStatus::Accepted
            },
            received_at: row.get::<Timestamp>("received_at").into(),
        })
    }
}
