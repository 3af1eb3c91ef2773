//! What is kept of one execution while it runs: where it came from, and what happened to it.
//!
//! Events fill it ([`Journal::register`]); when the execution ends, its history goes into the database.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use sim::Timestamp;

use super::events::{Event, EventBus, Handler};
use super::store::{Claimed, HistoryEntry};
use crate::infra::metrics;
use crate::types::{ExecutionId, TenantId};

/// Bytes that a journal takes beside the documents in it.
const OVERHEAD_BYTES: u64 = 512;

/// The journal of one execution.
pub(super) struct Journal {
    execution_id: ExecutionId,
    tenant_id: TenantId,
    created_at: Timestamp,
    /// For the entries of the audit log, which name what came in.
    input: Arc<Json>,
    history: Mutex<Vec<HistoryEntry>>,
    /// The memory that all this takes.
    _memory: sim::memory::Charge,
}

sim::heap!(Journal {
    execution_id,
    tenant_id,
    input,
    history
});

impl Journal {
    /// An empty journal.
    pub(super) fn new(execution: &Claimed) -> Arc<Self> {
        let bytes = OVERHEAD_BYTES + sim::json::len(&execution.input);
        Arc::new(Self {
            execution_id: execution.id,
            tenant_id: execution.tenant_id.clone(),
            created_at: execution.created_at,
            input: Arc::clone(&execution.input),
            history: Mutex::default(),
            _memory: sim::memory::charge(bytes),
        })
    }

    /// Registers what fills the journal and reports the end.
    #[tracing::instrument(name = "workflow.register_event_handlers", skip_all)]
    pub(super) fn register(self: &Arc<Self>, bus: &EventBus) {
        for handle in [keep_history, report] {
            let journal = Arc::clone(self);
            bus.on(self.execution_id, Handler { journal, handle });
        }
    }

    /// Removes what [`register`](Self::register) registered.
    #[tracing::instrument(name = "workflow.remove_event_handlers", skip_all)]
    pub(super) fn unregister(&self, bus: &EventBus) {
        bus.off(self.execution_id);
    }

    /// What happened so far; the journal is empty afterwards.
    pub(super) fn take_history(&self) -> Vec<HistoryEntry> {
        std::mem::take(&mut *self.history.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn keep_history(journal: &Journal, event: &Event<'_>) {
    let (event, step) = match event {
        Event::StepCompleted { step } => ("step.completed", Some((*step).to_owned())),
        Event::StepFailed { step } => ("step.failed", Some((*step).to_owned())),
        Event::Finished { status, .. } => (status.event(), None),
    };
    let entry = HistoryEntry {
        event,
        step,
        at: sim::now(),
    };
    let mut history = journal
        .history
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    history.push(entry);
}

fn report(journal: &Journal, event: &Event<'_>) {
    let Event::Finished { status, error } = event else {
        return;
    };
    let took = sim::now() - journal.created_at;
    metrics::workflow_finished(&journal.tenant_id, status.as_str(), took);
    tracing::Span::current().record("workflow.outcome", status.as_str());
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match error {
        None => tracing::info!(
            execution.id = %journal.execution_id,
            tenant.id = journal.tenant_id.as_str(),
            duration_ms,
            "workflow completed"
        ),
        Some(error) => tracing::warn!(
            execution.id = %journal.execution_id,
            tenant.id = journal.tenant_id.as_str(),
            duration_ms,
            input_fields = journal.input.as_object().map_or(0, serde_json::Map::len),
            error,
            "workflow failed"
        ),
    }
}
