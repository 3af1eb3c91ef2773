//! The push gateway: reaches mobile devices and browsers.

use serde::Serialize;
use serde_json::Value as Json;
use sim::http::Client;

use super::{ApiClient, CallError};
use crate::infra::config::EndpointConfig;
use crate::types::NotificationId;

#[derive(Serialize)]
struct Message<'a> {
    id: NotificationId,
    device: &'a str,
    text: &'a str,
}

/// A client of the push gateway.
#[derive(Clone)]
pub struct PushGateway {
    api: ApiClient,
}

impl PushGateway {
    /// A client that reaches the gateway as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("push-gateway", http, config),
        }
    }

    /// Sends `text` to `device`.
    ///
    /// # Errors
    /// When the gateway refuses or does not answer.
    pub async fn send(
        &self,
        id: NotificationId,
        device: &str,
        text: &str,
    ) -> Result<(), CallError> {
        self.api
            .post::<_, Json>("/v1/messages", &Message { id, device, text })
            .await
            .map(drop)
    }
}
