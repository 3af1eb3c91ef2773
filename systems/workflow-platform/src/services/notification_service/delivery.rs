//! One attempt to deliver a notification, per channel.

use std::time::Duration;

use metrics::SharedString;
use serde::Serialize;
use sim::http::Client;

use super::store::Notification;
use crate::infra::external_apis::{
    CallError, Email, EmailProvider, Endpoint, PushGateway, host_of,
};
use crate::types::NotificationId;
use crate::types::notification::Channel;

/// Everything that notifications leave through. Cheap to clone.
#[derive(Clone)]
pub struct Channels {
    /// E-mail.
    pub email: EmailProvider,
    /// Devices.
    pub push: PushGateway,
    /// Customers' endpoints.
    pub webhook: WebhookSender,
}

impl Channels {
    /// Tries once to deliver.
    pub(super) async fn deliver(
        &self,
        notification: &Notification,
        attempt: u32,
    ) -> Result<(), CallError> {
        let Notification {
            id,
            recipient,
            body,
            ..
        } = notification;
        match notification.channel {
            Channel::Email => {
                self.email
                    .send(&Email {
                        id: *id,
                        to: recipient,
                        text: body,
                    })
                    .await
            }
            Channel::Push => self.push.send(*id, recipient, body).await,
            Channel::Webhook => self.webhook.send(*id, recipient, body, attempt).await,
        }
    }
}

/// What the TLS handshake of a new connection costs a core.
const HANDSHAKE_COST: Duration = Duration::from_millis(5);

/// Posts to customers' endpoints.
#[derive(Clone)]
pub struct WebhookSender {
    http: Client,
    timeout: Duration,
}

#[derive(Serialize)]
struct WebhookBody<'a> {
    id: NotificationId,
    text: &'a str,
}

impl WebhookSender {
    /// A sender whose recipients have `timeout` to answer.
    #[must_use]
    pub fn new(http: Client, timeout: Duration) -> Self {
        Self { http, timeout }
    }

    async fn send(
        &self,
        id: NotificationId,
        url: &str,
        text: &str,
        attempt: u32,
    ) -> Result<(), CallError> {
        let body = serde_json::to_vec(&WebhookBody { id, text }).map_err(|error| {
            CallError::Unreadable {
                service: "webhook",
                reason: error.to_string(),
            }
        })?;
        // Endpoints are many and seldom called, so that no connection is kept open to them.
        sim::cpu::work(HANDSHAKE_COST, || ()).await;
        let endpoint = Endpoint {
            service: "webhook",
            http: &self.http,
            address: &SharedString::from_owned(host_of(url).to_owned()),
            base_url: url,
            path: "",
            timeout: self.timeout,
        };
        endpoint.attempt(body.into(), attempt).await.map(drop)
    }
}
