//! The log of events in the database.
//!
//! A sequence number is drawn under a lock on the partition's row, which is held until the event is committed: there
//! are no gaps, and nothing appears behind what was read already.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;
use sim::Timestamp;
use sim::postgres::{Row, Value};

use crate::infra::{Database, DatabaseError, Transaction};
use crate::types::event::PostEvent;
use crate::types::time::Instant;
use crate::types::{EventId, TenantId};

const NEXT_SEQUENCE: &str = "INSERT INTO event_partitions (partition_id, head, committed) VALUES ($1, 1, 0) \
     ON CONFLICT (partition_id) DO UPDATE SET head = event_partitions.head + 1 RETURNING head";

const APPEND: &str = "INSERT INTO events (partition_id, sequence, id, tenant_id, document, traceparent, attempts, \
     received_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";

const FIND: &str = "SELECT e.document, e.sequence, e.received_at, p.committed FROM events e \
     JOIN event_partitions p ON p.partition_id = e.partition_id WHERE e.tenant_id = $1 AND e.id = $2";

const BACKLOG: &str = "SELECT p.partition_id, p.head, p.committed, e.received_at FROM event_partitions p \
     LEFT JOIN events e ON e.partition_id = p.partition_id AND e.sequence = p.committed + 1 \
     ORDER BY p.partition_id";

const READ: &str = "SELECT sequence, id, tenant_id, document, traceparent, attempts FROM events \
     WHERE partition_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

const COMMIT: &str =
    "UPDATE event_partitions SET committed = $2 WHERE partition_id = $1 AND committed = $3";

const NOTE_ATTEMPTS: &str =
    "UPDATE events SET attempts = $3 WHERE partition_id = $1 AND sequence = $2";

/// An event as it is kept.
pub(super) struct LoggedEvent {
    pub(super) partition: i64,
    pub(super) sequence: i64,
    pub(super) id: EventId,
    pub(super) tenant_id: TenantId,
    /// What was sent.
    document: Arc<Json>,
    /// The trace of the request that brought it.
    pub(super) traceparent: Option<String>,
    /// Attempts to handle it that failed.
    pub(super) attempts: u32,
}

/// What an event says.
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) occurred_at: Instant,
    pub(super) payload: Json,
}

impl LoggedEvent {
    /// Reads what the event says.
    pub(super) fn open(&self) -> Result<Envelope, DatabaseError> {
        Envelope::deserialize(&*self.document).map_err(|error| DatabaseError::Corrupt {
            column: "document",
            reason: error.to_string(),
        })
    }
}

/// How far a partition is.
pub(super) struct Backlog {
    pub(super) partition: i64,
    /// The sequence number of the latest event.
    pub(super) head: i64,
    /// That of the latest one that was handled.
    pub(super) committed: i64,
    /// When the next one came in, if there is one.
    pub(super) waits_since: Option<Timestamp>,
}

/// The log. Cheap to clone.
#[derive(Clone)]
pub(super) struct EventLog {
    db: Database,
}

impl EventLog {
    pub(super) fn new(db: Database) -> Self {
        Self { db }
    }

    /// Appends an event; `false` when it is there already.
    pub(super) async fn append(
        &self,
        partition: i64,
        tenant_id: &TenantId,
        event: &PostEvent,
    ) -> Result<bool, DatabaseError> {
        let document = serde_json::to_value(event).map_err(|error| DatabaseError::Corrupt {
            column: "document",
            reason: error.to_string(),
        })?;
        let appended = self
            .db
            .transaction(async |tx: &mut Transaction| {
                let next = tx
                    .query_opt(NEXT_SEQUENCE, &[Value::from(partition)])
                    .await?;
                let sequence: i64 = next.map_or(1, |row| row.get("head"));
                let parameters = [
                    Value::from(partition),
                    Value::from(sequence),
                    Value::from(event.id),
                    tenant_id.to_value(),
                    Value::from(document),
                    Value::from(emit::traceparent()),
                    Value::from(sim::now()),
                ];
                tx.execute(APPEND, &parameters).await
            })
            .await;
        match appended {
            Ok(_) => Ok(true),
            Err(error) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// An event of a tenant, with how far its partition is.
    pub(super) async fn find(
        &self,
        tenant_id: &TenantId,
        id: EventId,
    ) -> Result<Option<Row>, DatabaseError> {
        self.db
            .query_opt(FIND, &[tenant_id.to_value(), Value::from(id)])
            .await
    }

    /// How far every partition is.
    pub(super) async fn backlog(&self) -> Result<Vec<Backlog>, DatabaseError> {
        let rows = self.db.query(BACKLOG, &[]).await?;
        let backlog = |row: &Row| Backlog {
            partition: row.get("partition_id"),
            head: row.get("head"),
            committed: row.get("committed"),
            waits_since: row.get("received_at"),
        };
        Ok(rows.iter().map(backlog).collect())
    }

    /// The events of a partition after a sequence number, in their order.
    pub(super) async fn read(
        &self,
        partition: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, DatabaseError> {
        let parameters = [
            Value::from(partition),
            Value::from(after),
            Value::from(i64::from(limit)),
        ];
        let rows = self.db.query(READ, &parameters).await?;
        let event = |row: &Row| LoggedEvent {
            partition,
            sequence: row.get("sequence"),
            id: EventId(row.get("id")),
            tenant_id: TenantId::new(row.get::<Arc<str>>("tenant_id")),
            document: row.get("document"),
            traceparent: row.get("traceparent"),
            attempts: u32::try_from(row.get::<i64>("attempts")).unwrap_or(0),
        };
        Ok(rows.iter().map(event).collect())
    }

    /// Marks an event as handled, and with it all before it; `false` when somebody else did so meanwhile.
    pub(super) async fn commit(
        &self,
        tx: &mut Transaction,
        event: &LoggedEvent,
    ) -> Result<bool, DatabaseError> {
        let parameters = [
            Value::from(event.partition),
            Value::from(event.sequence),
            Value::from(event.sequence - 1),
        ];
        Ok(tx.execute(COMMIT, &parameters).await? > 0)
    }

    /// Keeps how often an event was tried.
    pub(super) async fn note_attempts(
        &self,
        event: &LoggedEvent,
        attempts: u32,
    ) -> Result<(), DatabaseError> {
        let parameters = [
            Value::from(event.partition),
            Value::from(event.sequence),
            Value::from(attempts),
        ];
        self.db.execute(NOTE_ATTEMPTS, &parameters).await.map(drop)
    }
}
