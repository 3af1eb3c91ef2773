//! What happens to an execution while it runs, told to whoever registered for it.
//!
//! Steps do not know what is kept of them: history, log and metrics hang on events. Start at [`EventBus`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::metrics::Gauge;

use super::journal::Journal;
use crate::infra::metrics;
use crate::types::ExecutionId;
use crate::types::workflow::ExecutionStatus;

/// Handlers beyond this are worth a word in the log: there are a few for each execution that runs.
const HANDLERS_USUAL: usize = 1_000;

/// Something that happened to an execution.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event<'e> {
    /// A step was done.
    StepCompleted {
        /// Which.
        step: &'e str,
    },
    /// A step failed, and with it the execution.
    StepFailed {
        /// Which.
        step: &'e str,
    },
    /// The execution reached a final state.
    Finished {
        /// Which.
        status: ExecutionStatus,
        /// Why, if it failed.
        error: Option<&'e str>,
    },
}

/// Somebody who wants to know of an execution's events.
pub(super) struct Handler {
    /// What it keeps; the journal of the execution that it belongs to.
    pub(super) journal: Arc<Journal>,
    /// What it does with an event.
    pub(super) handle: fn(&Journal, &Event<'_>),
}

/// Carries events of executions to their handlers. Clones share them.
#[derive(Clone)]
pub(super) struct EventBus {
    shared: Arc<Mutex<Registered>>,
    gauge: Gauge,
}

sim::heap!(Handler { journal });
sim::heap!(Registered { handlers });

#[derive(Default)]
struct Registered {
    handlers: BTreeMap<ExecutionId, Vec<Handler>>,
    count: usize,
    /// The number of handlers that is worth the next word.
    warn_at: usize,
}

impl EventBus {
    /// A bus without handlers.
    pub(super) fn new() -> Self {
        let registered = Registered {
            warn_at: HANDLERS_USUAL,
            ..Registered::default()
        };
        let shared = Arc::new(Mutex::new(registered));
        sim::heap::root("event bus", Arc::clone(&shared));
        Self {
            shared,
            gauge: metrics::event_handlers(),
        }
    }

    /// Registers a handler for what happens to an execution.
    pub(super) fn on(&self, execution: ExecutionId, handler: Handler) {
        let mut registered = self.lock();
        registered
            .handlers
            .entry(execution)
            .or_default()
            .push(handler);
        registered.count += 1;
        self.gauge.set(registered.count as f64);
        if registered.count > registered.warn_at {
            registered.warn_at *= 2;
            tracing::warn!(
                handlers = registered.count,
                usual = HANDLERS_USUAL,
                "more event handlers than usual are registered"
            );
        }
    }

    /// Removes the handlers of an execution.
    pub(super) fn off(&self, execution: ExecutionId) {
        let mut registered = self.lock();
        let removed = registered.handlers.remove(&execution).unwrap_or_default();
        registered.count -= removed.len();
        self.gauge.set(registered.count as f64);
    }

    /// Tells the handlers of an execution what happened.
    pub(super) fn emit(&self, execution: ExecutionId, event: &Event<'_>) {
        let registered = self.lock();
        for handler in registered.handlers.get(&execution).into_iter().flatten() {
            (handler.handle)(&handler.journal, event);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
