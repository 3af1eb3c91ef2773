//! Taking events from the log, each partition in its order.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Span;
use tracing::field::Empty;

use super::handler::Handler;
use super::log::{Backlog, EventLog, LoggedEvent};
use crate::infra::config::EventConfig;
use crate::infra::external_apis::ValidationService;
use crate::infra::{Database, DatabaseError, metrics};
use crate::services::ServiceError;
use crate::services::workflow_engine::Engine;
use crate::types::ExecutionId;

/// Handles events. Clones share which partitions are worked on.
#[derive(Clone)]
pub struct EventConsumer {
    log: EventLog,
    handler: Handler,
    engine: Engine,
    config: EventConfig,
    /// Partitions that a task works on.
    busy: Arc<Mutex<BTreeSet<i64>>>,
}

impl EventConsumer {
    /// A consumer that does nothing yet; see [`run`](Self::run).
    #[must_use]
    pub fn new(
        db: Database,
        validation: ValidationService,
        engine: Engine,
        config: EventConfig,
    ) -> Self {
        let log = EventLog::new(db.clone());
        Self {
            handler: Handler::new(db, log.clone(), validation),
            log,
            engine,
            config,
            busy: Arc::default(),
        }
    }

    /// Looks for events that wait and has them handled, for ever.
    pub async fn run(&self) {
        let mut ticks = sim::interval(self.config.poll_interval);
        loop {
            ticks.tick().await;
            match self.log.backlog().await {
                Ok(partitions) => partitions.into_iter().for_each(|it| self.look_at(it)),
                Err(error) => tracing::error!(error = %error, "cannot look for events"),
            }
        }
    }

    /// Notes how far a partition is, and has its events handled unless that goes on already.
    fn look_at(&self, backlog: Backlog) {
        let lag = backlog.head - backlog.committed;
        let waits = backlog.waits_since.map(|since| sim::now() - since);
        metrics::event_backlog(backlog.partition, lag, waits.unwrap_or_default());
        if lag == 0 || !self.busy().insert(backlog.partition) {
            return;
        }
        let consumer = self.clone();
        drop(sim::spawn(async move {
            let Backlog {
                partition,
                committed,
                ..
            } = backlog;
            if let Err(error) = consumer.drain(partition, committed).await {
                tracing::error!(
                    messaging.destination.partition.id = partition,
                    error = %error,
                    "cannot read events"
                );
            }
            consumer.busy().remove(&partition);
        }));
    }

    /// Handles the events of a partition after `committed`, one after the other, until there are no more.
    async fn drain(&self, partition: i64, mut committed: i64) -> Result<(), DatabaseError> {
        loop {
            let events = self
                .log
                .read(partition, committed, self.config.batch_size)
                .await?;
            if events.is_empty() {
                return Ok(());
            }
            for event in events {
                self.see_through(&event).await;
                committed = event.sequence;
            }
        }
    }

    /// Handles an event. What fails is tried again: the events behind it must not overtake it.
    async fn see_through(&self, event: &LoggedEvent) {
        let mut attempts = event.attempts;
        while let Err(error) = self.attempt(event, attempts + 1).await {
            attempts += 1;
            self.note_failure(event, attempts, &error).await;
            sim::sleep(self.config.retry.pause(attempts)).await;
        }
    }

    #[tracing::instrument(
        name = "event.process",
        skip_all,
        fields(
            otel.name = "process events",
            otel.kind = "consumer",
            traceparent = event.traceparent,
            messaging.system = "postgresql",
            messaging.operation.name = "process",
            messaging.operation.type = "process",
            messaging.destination.name = "events",
            messaging.destination.partition.id = %event.partition,
            messaging.message.id = %event.id,
            event.sequence = event.sequence,
            event.attempt = attempt,
            tenant.id = event.tenant_id.as_str(),
            otel.status_code = Empty,
            error.type = Empty,
        )
    )]
    async fn attempt(&self, event: &LoggedEvent, attempt: u32) -> Result<(), ServiceError> {
        let started_at = sim::now();
        let result = self.handler.handle(event).await;
        let took = sim::now() - started_at;
        let error_type = result.as_ref().err().map(ServiceError::kind);
        metrics::event_attempted(event.partition, error_type, took);
        if let Some(error_type) = error_type {
            let span = Span::current();
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error_type);
        }
        for execution in result? {
            self.hand_over(execution);
        }
        Ok(())
    }

    /// Has an execution run soon. One for which there is no room stays pending; the engine looks for such executions.
    fn hand_over(&self, execution: ExecutionId) {
        if let Err(error) = self.engine.accept(execution) {
            tracing::warn!(execution.id = %execution, error = %error, "engine did not take the execution yet");
        }
    }

    async fn note_failure(&self, event: &LoggedEvent, attempts: u32, error: &ServiceError) {
        tracing::warn!(
            messaging.destination.partition.id = event.partition,
            messaging.message.id = %event.id,
            event.sequence = event.sequence,
            event.attempt = attempts,
            tenant.id = event.tenant_id.as_str(),
            error = reason(error),
            "event not handled yet"
        );
        if let Err(error) = self.log.note_attempts(event, attempts).await {
            tracing::warn!(messaging.message.id = %event.id, error = %error, "attempts at an event not kept");
        }
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is wrong, with the rules where there are some.
fn reason(error: &ServiceError) -> String {
    match error {
        ServiceError::Invalid(violations) => violations
            .iter()
            .map(|violation| format!("{} {}", violation.field, violation.message))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}
