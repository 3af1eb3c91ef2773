//! Running one execution from its first open step to its end.

use std::time::Duration;

use super::state_machine::transition;
use super::steps::{Outcome, StepError, StepRunner};
use super::store::{Claimed, HistoryEntry, Store};
use crate::infra::{DatabaseError, metrics};
use crate::types::ExecutionId;
use crate::types::workflow::ExecutionStatus;

/// Runs executions that were taken. Cheap to clone.
#[derive(Clone)]
pub(super) struct Runner {
    store: Store,
    steps: StepRunner,
    step_timeout: Duration,
}

/// How the steps of an execution ended.
enum Ending {
    Completed,
    Failed {
        step: String,
        error: StepError,
    },
    /// Someone else ended it meanwhile.
    Stopped,
}

impl Runner {
    pub(super) fn new(store: Store, steps: StepRunner, step_timeout: Duration) -> Self {
        Self {
            store,
            steps,
            step_timeout,
        }
    }

    /// Takes an execution and runs it. Failures of the platform itself leave it running in the database, from where
    /// it is taken up again.
    #[tracing::instrument(
        name = "workflow.execute",
        skip_all,
        fields(
            traceparent = traceparent,
            execution.id = %id,
            workflow.id = tracing::field::Empty,
            tenant.id = tracing::field::Empty,
            workflow.outcome = tracing::field::Empty,
        )
    )]
    pub(super) async fn run(&self, id: ExecutionId, traceparent: Option<&str>) {
        let result = match self.store.claim(id).await {
            Ok(Some(execution)) => self.run_claimed(execution).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            tracing::error!(execution.id = %id, error = %error, "execution interrupted");
        }
    }

    async fn run_claimed(&self, mut execution: Claimed) -> Result<(), DatabaseError> {
        let span = tracing::Span::current();
        span.record(
            "workflow.id",
            tracing::field::display(execution.workflow_id),
        );
        span.record("tenant.id", execution.tenant_id.as_str());
        let mut history = Vec::with_capacity(execution.definition.steps.len() + 1);
        let mut current = execution.first_step;
        let ending = self
            .run_steps(&mut execution, &mut current, &mut history)
            .await?;
        let (status, event, error) = match &ending {
            Ending::Completed => (ExecutionStatus::Completed, "execution.completed", None),
            Ending::Failed { step, error } => (
                ExecutionStatus::Failed,
                "execution.failed",
                Some(format!("step `{step}`: {error}")),
            ),
            Ending::Stopped => return Ok(()),
        };
        let Ok(status) = transition(ExecutionStatus::Running, status) else {
            return Ok(());
        };
        if !self
            .store
            .finish(execution.id, status, current, error.as_deref())
            .await?
        {
            return Ok(());
        }
        history.push(HistoryEntry {
            event,
            step: None,
            at: sim::now(),
        });
        self.store.record(&execution, history).await?;
        report(&execution, status, error.as_deref());
        Ok(())
    }

    async fn run_steps(
        &self,
        execution: &mut Claimed,
        current: &mut usize,
        history: &mut Vec<HistoryEntry>,
    ) -> Result<Ending, DatabaseError> {
        let steps = std::mem::take(&mut execution.definition.steps);
        for (index, step) in steps.iter().enumerate().skip(execution.first_step) {
            *current = index;
            if execution.state.has(&step.id) {
                continue;
            }
            let outcome =
                match sim::timeout(self.step_timeout, self.steps.run(execution, step)).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(StepError::Timeout {
                        limit: self.step_timeout,
                    }),
                };
            let event = if outcome.is_ok() {
                "step.completed"
            } else {
                "step.failed"
            };
            history.push(HistoryEntry {
                event,
                step: Some(step.id.clone()),
                at: sim::now(),
            });
            match outcome {
                Ok(Outcome::Continue(result)) => execution.state.keep(&step.id, result),
                Ok(Outcome::Finish) => return Ok(Ending::Completed),
                Err(StepError::Database(error)) => return Err(error),
                Err(error) => {
                    return Ok(Ending::Failed {
                        step: step.id.clone(),
                        error,
                    });
                }
            }
            // A step without effects can be run again at no harm, so only the others are worth a write.
            if step.action.has_effects()
                && !self
                    .store
                    .save(execution.id, &execution.state, index + 1)
                    .await?
            {
                return Ok(Ending::Stopped);
            }
        }
        Ok(Ending::Completed)
    }
}

fn report(execution: &Claimed, status: ExecutionStatus, error: Option<&str>) {
    let took = sim::now() - execution.created_at;
    metrics::workflow_finished(status.as_str(), took);
    tracing::Span::current().record("workflow.outcome", status.as_str());
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match error {
        None => tracing::info!(
            execution.id = %execution.id,
            tenant.id = execution.tenant_id.as_str(),
            duration_ms,
            "workflow completed"
        ),
        Some(error) => tracing::warn!(
            execution.id = %execution.id,
            tenant.id = execution.tenant_id.as_str(),
            duration_ms,
            error,
            "workflow failed"
        ),
    }
}
