//! What an execution knows while it runs: its input and the results of its steps.

use serde_json::{Map, Value as Json};
use tracing::Instrument as _;

use crate::infra::json;

/// The values that templates and conditions see.
///
/// In JSON `{"input": …, "steps": {"<step id>": …}}`, so that `{{steps.fetch.total}}` and `{{input.order}}` are paths.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExecutionState {
    values: Json,
    /// Length of the document that it was read from, in bytes.
    size_bytes: u64,
}

impl ExecutionState {
    /// The state before the first step.
    pub(super) fn new(input: Json) -> Self {
        let values = serde_json::json!({ "input": input, "steps": {} });
        Self {
            size_bytes: sim::json::len(&values),
            values,
        }
    }

    /// Reads the state as it was stored, or gives that before the first step when nothing was stored yet.
    pub(super) async fn parse(stored: Json, input: &Json) -> Self {
        if !stored.is_object() {
            return Self::new(input.clone());
        }
        let size_bytes = sim::json::len(&stored);
        let span = json::span_for(size_bytes, || {
            tracing::info_span!("state.parse", state.size_bytes = size_bytes)
        });
        let values = json::parse(size_bytes, stored).instrument(span).await;
        Self { values, size_bytes }
    }

    /// Writes the state as it is to be stored; gives it with its length in bytes.
    pub(super) async fn serialize(&self) -> (Json, u64) {
        let size_bytes = sim::json::len(&self.values);
        let span = json::span_for(size_bytes, || {
            tracing::info_span!("state.serialize", state.size_bytes = size_bytes)
        });
        let document = json::serialize(size_bytes, &self.values)
            .instrument(span)
            .await;
        (document, size_bytes)
    }

    pub(super) fn values(&self) -> &Json {
        &self.values
    }

    /// Length of the document that it was read from, in bytes.
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
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
        sim::Runtime::virtual_time(1, sim::Timestamp::from_unix_secs(0)).run(async {
            let mut state = ExecutionState::new(Json::Null);
            state.keep("a", Json::from(1));
            let (stored, size_bytes) = state.serialize().await;
            let parsed = ExecutionState::parse(stored, &Json::Null).await;
            assert_eq!(parsed.values(), state.values());
            assert_eq!(parsed.size_bytes(), size_bytes);
            assert_eq!(
                ExecutionState::parse(Json::Null, &Json::from(3)).await,
                ExecutionState::new(Json::from(3))
            );
        });
    }
}
