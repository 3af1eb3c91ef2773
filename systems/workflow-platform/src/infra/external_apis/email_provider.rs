//! The email provider.

use serde::Serialize;
use serde_json::Value as Json;
use sim::http::Client;

use super::{ApiClient, CallError};
use crate::infra::config::EndpointConfig;
use crate::types::NotificationId;

/// An e-mail. The provider sends the same id once only.
#[derive(Debug, Serialize)]
pub struct Email<'a> {
    /// Ours.
    pub id: NotificationId,
    /// The address.
    pub to: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A client of the email provider.
#[derive(Clone)]
pub struct EmailProvider {
    api: ApiClient,
}

impl EmailProvider {
    /// A client that reaches the provider as `config` says.
    #[must_use]
    pub fn new(http: Client, config: &EndpointConfig) -> Self {
        Self {
            api: ApiClient::new("email-provider", http, config),
        }
    }

    /// Hands an e-mail over for delivery.
    ///
    /// # Errors
    /// When the provider refuses or does not answer.
    pub async fn send(&self, email: &Email<'_>) -> Result<(), CallError> {
        self.api
            .post::<_, Json>("/v1/messages", email)
            .await
            .map(drop)
    }
}
