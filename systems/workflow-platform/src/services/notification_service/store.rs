//! Notifications in the database.

use sim::postgres::Value;

use crate::infra::{Database, DatabaseError};
use crate::types::notification::Channel;
use crate::types::{NotificationId, TenantId};

const INSERT: &str = "INSERT INTO notifications (id, tenant_id, channel, recipient, body, status, attempts, \
     created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $6)";

// What was delivered stays delivered, whatever becomes of an attempt that was on its way already.
const UPDATE: &str = "UPDATE notifications SET status = $2, attempts = $3, updated_at = $4 \
     WHERE id = $1 AND status <> 'delivered'";

const STATUS: &str = "SELECT status FROM notifications WHERE id = $1";

/// A notification on its way.
#[derive(Debug, Clone)]
pub(super) struct Notification {
    pub(super) id: NotificationId,
    pub(super) tenant_id: TenantId,
    pub(super) channel: Channel,
    pub(super) recipient: String,
    pub(super) body: String,
}

/// The service's view of the database.
#[derive(Clone)]
pub(super) struct Store {
    db: Database,
}

impl Store {
    pub(super) fn new(db: Database) -> Self {
        Self { db }
    }

    pub(super) async fn insert(&self, notification: &Notification) -> Result<(), DatabaseError> {
        let parameters = [
            Value::from(notification.id),
            notification.tenant_id.to_value(),
            Value::from(notification.channel.as_str()),
            Value::from(&notification.recipient),
            Value::from(&notification.body),
            Value::from(sim::now()),
        ];
        self.db.execute(INSERT, &parameters).await.map(drop)
    }

    /// How far a notification is; `None` when there is none.
    pub(super) async fn status(&self, id: NotificationId) -> Result<Option<String>, DatabaseError> {
        let row = self.db.query_opt(STATUS, &[Value::from(id)]).await?;
        Ok(row.map(|row| row.get("status")))
    }

    pub(super) async fn update(
        &self,
        id: NotificationId,
        status: &'static str,
        attempts: u32,
    ) -> Result<(), DatabaseError> {
        let parameters = [
            Value::from(id),
            Value::from(status),
            Value::from(attempts),
            Value::from(sim::now()),
        ];
        self.db.execute(UPDATE, &parameters).await.map(drop)
    }
}
