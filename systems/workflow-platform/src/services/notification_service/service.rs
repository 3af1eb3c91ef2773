//! Accepting notifications and seeing them delivered.

use std::sync::Arc;

use ::metrics::Gauge;

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
    planned: Gauge,
}

/// A notification that is to be delivered, with the trace that it belongs to.
struct Delivery {
    notification: Arc<Notification>,
    /// Which retry this is; 0 is the first attempt.
    retry: u32,
    traceparent: Option<String>,
}

impl Delivery {
    /// The same notification once more, later.
    fn again(&self, retry: u32) -> Self {
        Self {
            notification: Arc::clone(&self.notification),
            retry,
            traceparent: self.traceparent.clone(),
        }
    }
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
            planned: metrics::retries_planned(),
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
            notification: Arc::new(notification),
            retry: 0,
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
            notification.retry_count = delivery.retry,
            tenant.id = delivery.notification.tenant_id.as_str(),
        )
    )]
    async fn deliver(&self, delivery: Delivery) {
        let notification = &delivery.notification;
        if delivery.retry > 0 && self.is_delivered(notification.id).await {
            return;
        }
        let channel = notification.channel.as_str();
        let result = self
            .channels
            .deliver(notification, delivery.retry + 1)
            .await;
        let outcome = match &result {
            Ok(()) => "delivered",
            Err(error) if self.is_worth_a_retry(&delivery, error) => "retried",
            Err(_) => "failed",
        };
        metrics::notification_attempted(channel, outcome);
        self.note(&delivery, outcome, result.err()).await;
        if outcome == "retried" {
            self.plan_retries(&delivery);
        }
    }

    fn is_worth_a_retry(&self, delivery: &Delivery, error: &CallError) -> bool {
        error.is_transient() && self.config.retry.allows_another(delivery.retry + 1)
    }

    /// Whether an earlier attempt got through. If that cannot be found out, trying again is the lesser evil.
    async fn is_delivered(&self, id: NotificationId) -> bool {
        match self.store.status(id).await {
            Ok(status) => status.as_deref() == Some("delivered"),
            Err(error) => {
                tracing::warn!(notification.id = %id, error = %error, "status of a notification not known");
                false
            }
        }
    }

    /// Plans the retries of a delivery that failed, each after a longer pause. Those that come after one that got
    /// through find it delivered and do nothing.
    fn plan_retries(&self, delivery: &Delivery) {
        for retry in 1..self.config.retry.attempts {
            let again = delivery.again(retry);
            let pause = self.config.retry.pause(retry);
            let (queue, planned) = (self.queue.clone(), self.planned.clone());
            planned.increment(1.0);
            drop(sim::spawn(async move {
                sim::sleep(pause).await;
                planned.decrement(1.0);
                let id = again.notification.id;
                if let Err(error) = queue.push(again) {
                    tracing::error!(notification.id = %id, error = %error, "retry given up");
                }
            }));
        }
    }

    async fn note(&self, delivery: &Delivery, outcome: &'static str, error: Option<CallError>) {
        let Notification {
            id,
            channel,
            recipient,
            ..
        } = &*delivery.notification;
        if let Some(error) = error {
            tracing::warn!(
                notification.id = %id,
                notification.channel = channel.as_str(),
                notification.recipient = recipient.as_str(),
                notification.retry_count = delivery.retry,
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
        if let Err(error) = self.store.update(*id, status, delivery.retry + 1).await {
            tracing::error!(notification.id = %id, error = %error, "outcome of a delivery not stored");
        }
    }
}
