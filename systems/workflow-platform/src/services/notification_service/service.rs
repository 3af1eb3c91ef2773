//! Accepting notifications and seeing them delivered.

use super::client::AcceptedNotification;
use super::delivery::Channels;
use super::store::{Notification, Store};
use crate::infra::config::NotificationConfig;
use crate::infra::external_apis::CallError;
use crate::infra::template::{render, render_cost};
use crate::infra::work_queue::WorkQueue;
use crate::infra::{Database, metrics};
use crate::services::ServiceError;
use crate::types::NotificationId;
use crate::types::notification::NotificationRequest;

/// Accepts and delivers notifications. Clones share the queue.
#[derive(Clone)]
pub struct NotificationService {
    store: Store,
    channels: Channels,
    config: NotificationConfig,
    queue: WorkQueue<Delivery>,
}

/// A notification in the queue, with the attempts already made and the trace that it belongs to.
struct Delivery {
    notification: Notification,
    attempts: u32,
    traceparent: Option<String>,
}

impl NotificationService {
    /// A service that does not deliver yet; see [`run`](Self::run).
    #[must_use]
    pub fn new(db: Database, channels: Channels, config: NotificationConfig) -> Self {
        let queue = WorkQueue::new(
            config.queue_size,
            ::metrics::gauge!("notification.queue.length"),
        );
        Self {
            store: Store::new(db),
            channels,
            config,
            queue,
        }
    }

    /// Accepts a notification: renders its text, stores it and queues it for delivery.
    ///
    /// # Errors
    /// When it cannot be stored or too many wait already.
    pub async fn accept(
        &self,
        request: NotificationRequest,
    ) -> Result<AcceptedNotification, ServiceError> {
        let body = sim::cpu::work(render_cost(request.template.len()), || {
            render(&request.template, &request.values)
        })
        .await;
        let notification = Notification {
            id: NotificationId::generate(),
            tenant_id: request.tenant_id,
            channel: request.channel,
            recipient: request.recipient,
            body,
        };
        let accepted = AcceptedNotification {
            notification_id: notification.id,
        };
        self.store.insert(&notification).await?;
        self.queue.push(Delivery {
            notification,
            attempts: 0,
            traceparent: emit::traceparent(),
        })?;
        Ok(accepted)
    }

    /// Delivers what is in the queue, for ever.
    pub async fn run(&self) {
        let work = |delivery: Delivery| {
            let service = self.clone();
            async move { service.deliver(delivery).await }
        };
        self.queue.work(self.config.concurrency, work).await;
    }

    #[tracing::instrument(
        name = "notification.deliver",
        skip_all,
        fields(
            traceparent = delivery.traceparent,
            notification.id = %delivery.notification.id,
            notification.channel = delivery.notification.channel.as_str(),
            notification.attempt = delivery.attempts + 1,
            tenant.id = delivery.notification.tenant_id.as_str(),
        )
    )]
    async fn deliver(&self, mut delivery: Delivery) {
        delivery.attempts += 1;
        let attempts = delivery.attempts;
        let channel = delivery.notification.channel.as_str();
        let result = self
            .channels
            .deliver(&delivery.notification, attempts)
            .await;
        let outcome = match &result {
            Ok(()) => "delivered",
            Err(error) if error.is_transient() && self.config.retry.allows_another(attempts) => {
                "retried"
            }
            Err(_) => "failed",
        };
        metrics::notification_attempted(channel, outcome);
        self.note(&delivery, outcome, result.err()).await;
        if outcome == "retried" {
            self.retry_later(delivery);
        }
    }

    async fn note(&self, delivery: &Delivery, outcome: &'static str, error: Option<CallError>) {
        let id = delivery.notification.id;
        if let Some(error) = error {
            tracing::warn!(
                notification.id = %id,
                notification.channel = delivery.notification.channel.as_str(),
                notification.attempt = delivery.attempts,
                outcome,
                error = %error,
                "notification not delivered"
            );
        }
        let status = if outcome == "retried" {
            "pending"
        } else {
            outcome
        };
        if let Err(error) = self.store.update(id, status, delivery.attempts).await {
            tracing::error!(notification.id = %id, error = %error, "outcome of a delivery not stored");
        }
    }

    fn retry_later(&self, delivery: Delivery) {
        let queue = self.queue.clone();
        let pause = self.config.retry.pause(delivery.attempts);
        drop(sim::spawn(async move {
            sim::sleep(pause).await;
            let id = delivery.notification.id;
            if let Err(error) = queue.push(delivery) {
                tracing::error!(notification.id = %id, error = %error, "notification given up");
            }
        }));
    }
}
