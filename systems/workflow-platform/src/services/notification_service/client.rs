//! How other processes hand notifications over.

use serde::{Deserialize, Serialize};
use sim::http::Client;

use crate::infra::config::EndpointConfig;
use crate::infra::external_apis::{ApiClient, CallError};
use crate::types::NotificationId;
use crate::types::notification::NotificationRequest;

/// The answer to a notification that was handed over.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AcceptedNotification {
    /// Its identifier.
    pub notification_id: NotificationId,
}

/// A client of the process that delivers notifications.
#[derive(Clone)]
pub struct NotificationClient {
    api: ApiClient,
}

impl NotificationClient {
    /// A client that reaches the process as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("notification-service", http, config),
        }
    }

    /// Hands a notification over for delivery.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn send(
        &self,
        request: &NotificationRequest,
    ) -> Result<AcceptedNotification, CallError> {
        self.api.post("/internal/notifications", request).await
    }
}
