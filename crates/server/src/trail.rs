//! The evidence trail as handlers see it: an extractor that knows which session asked.

use std::collections::BTreeSet;
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
/// Characters of a query that one entry keeps.
const MAX_QUERY: usize = 4000;

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
    /// A query of a tool; it joins the trail when it has been answered.
    pub(crate) fn ask(
        &self,
        tool: Tool,
        view: &str,
        query: &str,
        start_ms: Option<i64>,
        end_ms: Option<i64>,
    ) -> Asked {
        let query = self.session.is_some().then(|| TrailQuery {
            at_ms: clock::now_ms(),
            tool,
            view: view.to_owned(),
            query: query.chars().take(MAX_QUERY).collect(),
            start_ms,
            end_ms,
            spans: Vec::new(),
            services: Vec::new(),
        });
        Asked {
            session: self.session.clone().zip(query),
        }
    }
}

/// A query that was asked and may still fail: what was not answered is no evidence.
#[derive(Debug)]
pub(crate) struct Asked {
    session: Option<(String, TrailQuery)>,
}

impl Asked {
    /// The query was answered.
    pub(crate) fn answered(self, app: &App) {
        if let Some((session, query)) = self.session {
            app.trail().record(&session, query);
        }
    }

    /// The query was answered with a trace that holds these spans.
    pub(crate) fn answered_with_trace<'a>(
        mut self,
        app: &App,
        spans: impl Iterator<Item = &'a str>,
        services: &[String],
    ) {
        if let Some((_, query)) = &mut self.session {
            let names: BTreeSet<&str> = spans.collect();
            query.spans = names
                .into_iter()
                .take(MAX_NAMES)
                .map(str::to_owned)
                .collect();
            query.services = services.iter().take(MAX_NAMES).cloned().collect();
        }
        self.answered(app);
    }
}
