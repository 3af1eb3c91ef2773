//! One query of the evidence trail, and whether a predicate matches it.

use serde::{Deserialize, Serialize};

use crate::drill::Tool;
use crate::predicate::Predicate;

/// A query that a candidate made in a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailQuery {
    /// When it was made, ms since the epoch.
    pub at_ms: i64,
    /// The tool.
    pub tool: Tool,
    /// The view of the tool, such as `range` or `sessions`.
    pub view: String,
    /// The query text: PromQL, a filter, a trace id, a path; empty when the view takes none.
    pub query: String,
    /// Start of the range that was asked for, ms since the epoch.
    pub start_ms: Option<i64>,
    /// End of the range that was asked for, ms since the epoch.
    pub end_ms: Option<i64>,
    /// Who wanted to know.
    #[serde(default)]
    pub asked_by: AskedBy,
    /// Names of the spans that the answer showed, where that is what the view shows (a trace).
    #[serde(default)]
    pub spans: Vec<String>,
    /// Services of those spans, or those that the service graph showed.
    #[serde(default)]
    pub services: Vec<String>,
    /// Edges that the service graph showed, as `caller→callee`.
    #[serde(default)]
    pub edges: Vec<String>,
    /// Classes that the answer about a heap showed among its first.
    #[serde(default)]
    pub classes: Vec<String>,
}

/// Who wanted to know what a query answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// The candidate wrote the query, chose what to look at, or pinned the answer.
    #[default]
    Person,
    /// A view of the page asked by itself, to fill its panels. Nobody may have looked.
    Page,
}

impl Predicate {
    /// Whether everything that the predicate gives matches `query`.
    pub fn matches(&self, query: &TrailQuery) -> bool {
        let named = |word: &Option<String>| {
            word.as_ref()
                .is_none_or(|word| mentions(&query.query, word))
        };
        self.tool == query.tool
            && self.view.as_ref().is_none_or(|view| *view == query.view)
            && self
                .metric
                .as_ref()
                .is_none_or(|metric| reads_metric(&query.query, metric))
            && named(&self.attribute)
            && named(&self.value)
            && self
                .span
                .as_ref()
                .is_none_or(|span| query.spans.contains(span))
            && self
                .service
                .as_ref()
                .is_none_or(|service| query.services.contains(service))
            && self
                .edge
                .as_ref()
                .is_none_or(|edge| query.edges.contains(edge))
            && self.path.as_ref().is_none_or(|path| query.query == *path)
            && self
                .class
                .as_ref()
                .is_none_or(|class| query.classes.contains(class))
    }
}

/// Whether the PromQL text names `metric`, as itself, as a series of a histogram of that name, or with
/// the suffix that Prometheus gives it when its sender declares the unit `1`.
fn reads_metric(promql: &str, metric: &str) -> bool {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    promql.split(|c| !part_of_name(c)).any(|word| {
        word.strip_prefix(metric)
            .is_some_and(|rest| matches!(rest, "" | "_bucket" | "_sum" | "_count" | "_ratio"))
    })
}

/// Whether `text` contains `word` with nothing before or after that would make it a longer word.
fn mentions(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(word).any(|(at, _)| {
        let mut before = text[..at].chars().rev();
        let starts = match before.next() {
            // A hyphen negates a condition, but joins two halves of a name.
            Some('-') => before.next().is_none_or(|c| !inside(c)),
            Some(c) => !inside(c),
            None => true,
        };
        let after = text[at + word.len()..].chars().next();
        starts && after.is_none_or(|c| !inside(c) && c != '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_metric(promql: &str, metric: &str, expect: bool) {
        assert_eq!(reads_metric(promql, metric), expect, "{metric} in {promql}");
    }

    #[track_caller]
    fn check_mentions(text: &str, word: &str, expect: bool) {
        assert_eq!(mentions(text, word), expect, "{word} in {text}");
    }

    #[test]
    fn a_metric_is_a_whole_name() {
        check_metric("rate(http_requests_total[5m])", "http_requests_total", true);
        check_metric("rate(http_requests_total[5m])", "http_requests", false);
        check_metric("a-http_requests", "http_requests", true);
        check_metric(
            "sum by (le) (rate(wait_seconds_bucket[1m]))",
            "wait_seconds",
            true,
        );
        check_metric("my_wait_seconds", "wait_seconds", false);
        check_metric("max(connection_count_ratio)", "connection_count", true);
    }

    #[test]
    fn a_word_is_not_a_part_of_a_longer_one() {
        check_mentions(
            "peer.service:validation-service",
            "validation-service",
            true,
        );
        check_mentions("peer.service:validation-service", "service", false);
        check_mentions("peer.service:validation-service", "peer.service", true);
        check_mentions("-status:error", "status", true);
        check_mentions("\"idle in transaction\"", "idle in transaction", true);
        check_mentions("http.route:x", "http", false);
        check_mentions("", "x", false);
    }

    #[test]
    fn a_predicate_needs_all_that_it_gives() {
        let predicate: Predicate =
            toml::from_str("tool = \"traces\"\nview = \"trace\"\nspan = \"transaction\"").unwrap();
        let mut query = TrailQuery {
            at_ms: 0,
            tool: Tool::Traces,
            view: "trace".to_owned(),
            query: String::new(),
            start_ms: None,
            end_ms: None,
            asked_by: AskedBy::Person,
            spans: vec!["transaction".to_owned()],
            services: Vec::new(),
            edges: Vec::new(),
            classes: Vec::new(),
        };
        assert!(predicate.matches(&query));
        query.spans.clear();
        assert!(!predicate.matches(&query));

        let predicate: Predicate =
            toml::from_str("tool = \"services\"\nedge = \"api→validation-service\"").unwrap();
        query.tool = Tool::Services;
        query.services = vec!["api".to_owned(), "validation-service".to_owned()];
        assert!(!predicate.matches(&query));
        query.edges = vec!["api→validation-service".to_owned()];
        assert!(predicate.matches(&query));

        let predicate: Predicate =
            toml::from_str("tool = \"heap\"\nview = \"diff\"\nclass = \"Session\"").unwrap();
        query.tool = Tool::Heap;
        query.view = "diff".to_owned();
        assert!(!predicate.matches(&query));
        query.classes = vec!["Session".to_owned()];
        assert!(predicate.matches(&query));
    }
}
