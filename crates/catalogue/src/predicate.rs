//! A pattern over one query of the evidence trail.

use serde::Deserialize;

use crate::drill::Tool;

/// Matches a query when everything that is given matches it; what is not given matches anything.
///
/// Words are compared as whole words of the query text, so that `http_server` does not match
/// `http_server_request_duration_seconds_count`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The tool that was used.
    pub tool: Tool,
    /// The view of that tool, such as `sessions` or `statements` of the database.
    pub view: Option<String>,
    /// A metric (Prometheus name) that the query reads.
    pub metric: Option<String>,
    /// An attribute or label key that the query names.
    pub attribute: Option<String>,
    /// A value that the query names.
    pub value: Option<String>,
    /// A span name that the opened trace contains.
    pub span: Option<String>,
    /// A service whose spans the opened trace contains, or that the service graph showed.
    pub service: Option<String>,
    /// An edge that the service graph showed: `caller→callee`.
    pub edge: Option<String>,
    /// A source file that was opened.
    pub path: Option<String>,
    /// A class that the answer about a heap shows among its first, or whose paths were asked for.
    pub class: Option<String>,
}

impl Predicate {
    /// Views that a predicate may name, per tool.
    pub(crate) fn views(tool: Tool) -> &'static [&'static str] {
        match tool {
            Tool::Metrics => &["range", "instant", "exemplars"],
            Tool::Traces => &[
                "search", "scatter", "trace", "query", "facets", "stats", "flame",
            ],
            Tool::Logs => &["search", "histogram", "patterns", "facets"],
            Tool::Database => &["sessions", "statements"],
            Tool::Services => &["graph", "history"],
            Tool::Heap => &["summary", "diff", "paths", "owners", "node"],
            Tool::Code => &["file", "search"],
        }
    }

    /// Whether nothing but the tool is given.
    pub(crate) fn is_bare(&self) -> bool {
        [
            &self.view,
            &self.metric,
            &self.attribute,
            &self.value,
            &self.span,
            &self.service,
            &self.edge,
            &self.path,
            &self.class,
        ]
        .iter()
        .all(|field| field.is_none())
    }
}
