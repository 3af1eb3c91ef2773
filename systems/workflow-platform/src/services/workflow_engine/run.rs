//! Running one execution from its first open step to its end.

use std::sync::Arc;
use std::time::Duration;

use super::events::{Event, EventBus};
use super::journal::Journal;
use super::state_machine::transition;
use super::steps::{Outcome, StepError, StepRunner};
use super::store::{Claimed, Store};
use crate::infra::DatabaseError;
use crate::types::ExecutionId;
use crate::types::workflow::{ExecutionStatus, Step};

/// Runs executions that were taken. Cheap to clone.
#[derive(Clone)]
pub(super) struct Runner {
    store: Store,
    steps: StepRunner,
    events: EventBus,
    step_timeout: Duration,
}

/// Before each try to give an execution back.
const GIVE_BACK_PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_mins(5),
];

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
    pub(super) fn new(
        store: Store,
        steps: StepRunner,
        events: EventBus,
        step_timeout: Duration,
    ) -> Self {
        Self {
            store,
            steps,
            events,
            step_timeout,
        }
    }

    /// Takes an execution and runs it. When the database fails meanwhile, the execution is given back and begins again
    /// later at the step that it had reached.
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
            self.give_back(id).await;
        }
    }

    /// Gives an execution back, with some patience: what kept it from going on may last.
    async fn give_back(&self, id: ExecutionId) {
        for pause in GIVE_BACK_PAUSES {
            sim::sleep(pause).await;
            match self.store.release(id).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(execution.id = %id, error = %error, "execution not given back");
                }
            }
        }
    }

    async fn run_claimed(&self, mut execution: Claimed) -> Result<(), DatabaseError> {
        let span = tracing::Span::current();
        span.record(
            "workflow.id",
            tracing::field::display(execution.workflow_id),
        );
        span.record("tenant.id", execution.tenant_id.as_str());
        let journal = Journal::new(&execution);
        journal.register(&self.events);
        let mut current = execution.first_step;
        let ending = self.run_steps(&mut execution, &mut current).await?;
        let (status, error) = match &ending {
            Ending::Completed => (ExecutionStatus::Completed, None),
            Ending::Failed { step, error } => (
                ExecutionStatus::Failed,
                Some(format!("step `{step}`: {error}")),
            ),
            Ending::Stopped => {
                journal.unregister(&self.events);
                return Ok(());
            }
        };
        let Ok(status) = transition(ExecutionStatus::Running, status) else {
            return Ok(());
        };
        self.finish(&execution, &journal, current, status, error.as_deref())
            .await
    }

    /// Stores the end of an execution and what happened to it.
    async fn finish(
        &self,
        execution: &Claimed,
        journal: &Arc<Journal>,
        current: usize,
        status: ExecutionStatus,
        error: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let finished = self.store.finish(execution.id, status, current, error);
        if !finished.await? {
            return Ok(());
        }
        self.events
            .emit(execution.id, &Event::Finished { status, error });
        self.store.record(execution, journal.take_history()).await
    }

    async fn run_steps(
        &self,
        execution: &mut Claimed,
        current: &mut usize,
    ) -> Result<Ending, DatabaseError> {
        let steps = std::mem::take(&mut execution.definition.steps);
        for (index, step) in steps.iter().enumerate().skip(execution.first_step) {
            *current = index;
            if execution.state.has(&step.id) {
                continue;
            }
            let outcome = self.run_step(execution, step).await;
            let event = if outcome.is_ok() {
                Event::StepCompleted { step: &step.id }
            } else {
                Event::StepFailed { step: &step.id }
            };
            self.events.emit(execution.id, &event);
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
            // The next step begins with what is stored, as it would after a restart in between.
            match self.store.save(execution, index + 1).await? {
                Some(stored) => {
                    execution.memory.resize(stored.size_bytes());
                    execution.state = stored;
                }
                None => return Ok(Ending::Stopped),
            }
        }
        Ok(Ending::Completed)
    }

    async fn run_step(&self, execution: &Claimed, step: &Step) -> Result<Outcome, StepError> {
        // A step that is to wait may take that much longer.
        let limit = self.step_timeout + step.action.waits();
        match sim::timeout(limit, self.steps.run(execution, step)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StepError::Timeout { limit }),
        }
    }
}
