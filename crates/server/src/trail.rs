//! The evidence trail as handlers see it: an extractor that knows which session asked.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use catalogue::{Tool, TrailQuery};

use crate::app::App;
use crate::clock;

/// The header by which the page says for which session it asks.
pub(crate) const HEADER: &str = "firedrill-session";

/// Names of spans and services that one entry keeps; a trace with more kinds of span is rare.
const MAX_NAMES: usize = 300;

/// The session that a tool query belongs to, if any.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    session: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Trail {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let session = parts
            .headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| (1..=64).contains(&id.len()))
            .map(str::to_owned);
        Ok(Self { session })
    }
}

impl Trail {
    /// Records a query without a range.
    pub(crate) fn record(&self, app: &App, tool: Tool, view: &str, query: &str) {
        self.record_range(app, tool, view, query, None, None);
    }

    /// Records a query over a range.
    pub(crate) fn record_range(
        &self,
        app: &App,
        tool: Tool,
        view: &str,
        query: &str,
        start_ms: Option<i64>,
        end_ms: Option<i64>,
    ) {
        self.push(
            app,
            TrailQuery {
                at_ms: clock::now_ms(),
                tool,
                view: view.to_owned(),
                query: query.to_owned(),
                start_ms,
                end_ms,
                spans: Vec::new(),
                services: Vec::new(),
            },
        );
    }

    /// Records that a trace was opened, with the names of what it showed.
    pub(crate) fn record_trace(
        &self,
        app: &App,
        trace_id: &str,
        spans: impl Iterator<Item = String>,
        services: Vec<String>,
    ) {
        if self.session.is_none() {
            return;
        }
        let mut names: Vec<String> = spans.collect();
        names.sort();
        names.dedup();
        names.truncate(MAX_NAMES);
        self.push(
            app,
            TrailQuery {
                at_ms: clock::now_ms(),
                tool: Tool::Traces,
                view: "trace".to_owned(),
                query: trace_id.to_owned(),
                start_ms: None,
                end_ms: None,
                spans: names,
                services,
            },
        );
    }

    fn push(&self, app: &App, query: TrailQuery) {
        if let Some(session) = &self.session {
            app.trail().record(session, query);
        }
    }
}
