//! Taking executions and finding those that nobody works on.

use super::events::EventBus;
use super::run::Runner;
use super::steps::StepRunner;
use super::store::Store;
use crate::infra::Database;
use crate::infra::config::EngineConfig;
use crate::infra::external_apis::PaymentGateway;
use crate::infra::work_queue::{QueueFull, WorkQueue};
use crate::services::ServiceError;
use crate::services::notification_service::NotificationClient;
use crate::types::ExecutionId;

/// What an engine works with.
pub struct EngineParts {
    /// The database.
    pub db: Database,
    /// For steps that notify.
    pub notifications: NotificationClient,
    /// For steps that charge.
    pub payments: PaymentGateway,
    /// How much at a time, and for how long.
    pub config: EngineConfig,
}

/// Runs executions. Clones share the queue.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    runner: Runner,
    config: EngineConfig,
    queue: WorkQueue<Accepted>,
}

/// An execution in the queue, with the trace that it belongs to.
struct Accepted {
    id: ExecutionId,
    traceparent: Option<String>,
}

impl Engine {
    /// An engine that does not run yet; see [`run`](Self::run).
    #[must_use]
    pub fn new(parts: EngineParts) -> Self {
        let store = Store::new(parts.db.clone());
        let steps = StepRunner::new(parts.db, parts.notifications, parts.payments);
        let runner = Runner::new(
            store.clone(),
            steps,
            EventBus::new(),
            parts.config.step_timeout,
        );
        let queue = WorkQueue::new(
            parts.config.queue_size,
            metrics::gauge!("workflow.queue.length"),
        );
        Self {
            store,
            runner,
            config: parts.config,
            queue,
        }
    }

    /// Accepts an execution to run soon.
    ///
    /// # Errors
    /// When too many wait already; the execution stays pending and is found again later.
    pub fn accept(&self, id: ExecutionId) -> Result<(), QueueFull> {
        self.queue.push(Accepted {
            id,
            traceparent: emit::traceparent(),
        })
    }

    /// Works on accepted executions for ever.
    pub async fn run(&self) {
        let work = |accepted: Accepted| {
            let runner = self.runner.clone();
            async move {
                // Boxed: a whole run is several KiB, which would be moved from hand to hand on the way
                // into a task.
                Box::pin(runner.run(accepted.id, accepted.traceparent.as_deref())).await;
            }
        };
        self.queue.work(self.config.concurrency, work).await;
    }

    /// Looks for executions that nobody works on, for ever: those whose hand-over failed, and those that an engine
    /// accepted and went away before it began.
    pub async fn recover(&self) {
        let mut ticks = sim::interval(self.config.recovery_interval);
        loop {
            ticks.tick().await;
            match self.recover_once().await {
                Ok(0) => {}
                Ok(recovered) => {
                    tracing::warn!(executions = recovered, "abandoned executions taken up");
                }
                Err(error) => {
                    tracing::error!(error = %error, "cannot look for abandoned executions");
                }
            }
        }
    }

    async fn recover_once(&self) -> Result<usize, ServiceError> {
        let limit = self.queue.room().min(500);
        let abandoned = self
            .store
            .abandoned(self.config.recovery_age, limit as i64)
            .await?;
        for id in &abandoned {
            self.queue.push(Accepted {
                id: *id,
                traceparent: None,
            })?;
        }
        Ok(abandoned.len())
    }
}
