//! Which state of an execution may follow which.
//!
//! ```text
//! pending ◀─▶ running ──▶ completed
//!    │           ├──────▶ failed
//!    └───────────┴──────▶ cancelled
//! ```

use thiserror::Error;

use crate::types::workflow::ExecutionStatus;

/// A change of state that may not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an execution cannot go from {} to {}", from.as_str(), to.as_str())]
pub struct IllegalTransition {
    /// The state it is in.
    pub from: ExecutionStatus,
    /// The state it was to reach.
    pub to: ExecutionStatus,
}

/// Checks a change of state.
///
/// # Errors
/// When `to` may not follow `from`.
pub const fn transition(
    from: ExecutionStatus,
    to: ExecutionStatus,
) -> Result<ExecutionStatus, IllegalTransition> {
    use ExecutionStatus::{Cancelled, Completed, Failed, Pending, Running};
    match (from, to) {
        // Back to pending: the engine could not go on with it.
        (Pending, Running | Cancelled) | (Running, Pending | Completed | Failed | Cancelled) => {
            Ok(to)
        }
        _ => Err(IllegalTransition { from, to }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_final_state() {
        for from in ExecutionStatus::ALL
            .into_iter()
            .filter(|status| status.is_final())
        {
            for to in ExecutionStatus::ALL {
                assert_eq!(transition(from, to), Err(IllegalTransition { from, to }));
            }
        }
    }

    #[test]
    fn only_a_running_execution_ends_by_itself() {
        let ending = |from| {
            let reachable = ExecutionStatus::ALL
                .into_iter()
                .filter(move |to| transition(from, *to).is_ok());
            reachable.map(ExecutionStatus::as_str).collect::<Vec<_>>()
        };
        assert_eq!(ending(ExecutionStatus::Pending), ["running", "cancelled"]);
        assert_eq!(
            ending(ExecutionStatus::Running),
            ["pending", "completed", "failed", "cancelled"]
        );
    }
}
