//! A switch that ends a run from another thread.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Ends the run it was given to. Copies share the switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    shared: Arc<(Mutex<bool>, Condvar)>,
}

impl Cancel {
    /// Ends the run: its child is killed and it fails with
    /// [`IncidentErrorKind::Cancelled`](super::IncidentErrorKind::Cancelled).
    pub fn cancel(&self) {
        let (flag, changed) = &*self.shared;
        *flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Whether [`Cancel::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the cancellation until `deadline`; tells whether it came.
    pub(crate) fn wait_until(&self, deadline: Instant) -> bool {
        let (flag, changed) = &*self.shared;
        let left = deadline.saturating_duration_since(Instant::now());
        let guard = flag.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, _) = changed
            .wait_timeout_while(guard, left.max(Duration::from_millis(1)), |cancelled| {
                !*cancelled
            })
            .unwrap_or_else(PoisonError::into_inner);
        *guard
    }
}
