//! What an execution knows while it runs: its input and the results of its steps.

use serde_json::{Map, Value as Json};

/// The values that templates and conditions see.
///
/// In JSON `{"input": …, "steps": {"<step id>": …}}`, so that `{{steps.fetch.total}}` and `{{input.order}}` are paths.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExecutionState {
    values: Json,
}

impl ExecutionState {
    /// The state before the first step.
    pub(super) fn new(input: Json) -> Self {
        Self {
            values: serde_json::json!({ "input": input, "steps": {} }),
        }
    }

    /// The state as it was stored, or that before the first step when nothing was stored yet.
    pub(super) fn restore(stored: Json, input: Json) -> Self {
        if stored.is_object() {
            Self { values: stored }
        } else {
            Self::new(input)
        }
    }

    pub(super) fn values(&self) -> &Json {
        &self.values
    }

    /// Keeps what a step produced.
    pub(super) fn keep(&mut self, step: &str, result: Json) {
        if let Some(steps) = self.values.get_mut("steps").and_then(Json::as_object_mut) {
            steps.insert(step.to_owned(), result);
        }
    }

    /// Whether a step ran already.
    pub(super) fn has(&self, step: &str) -> bool {
        self.steps().is_some_and(|steps| steps.contains_key(step))
    }

    fn steps(&self) -> Option<&Map<String, Json>> {
        self.values.get("steps").and_then(Json::as_object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::template::lookup;

    #[test]
    fn results_are_found_by_path() {
        let mut state = ExecutionState::new(serde_json::json!({ "order": 7 }));
        assert!(!state.has("price"));
        state.keep("price", serde_json::json!({ "total": 12 }));
        assert!(state.has("price"));
        assert_eq!(
            lookup(state.values(), "steps.price.total"),
            Some(&Json::from(12))
        );
        assert_eq!(lookup(state.values(), "input.order"), Some(&Json::from(7)));
    }

    #[test]
    fn a_stored_state_is_taken_up() {
        let mut state = ExecutionState::new(Json::Null);
        state.keep("a", Json::from(1));
        assert_eq!(
            ExecutionState::restore(state.values().clone(), Json::Null),
            state
        );
        assert_eq!(
            ExecutionState::restore(Json::Null, Json::from(3)),
            ExecutionState::new(Json::from(3))
        );
    }
}
