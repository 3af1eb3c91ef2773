//! The evidence trail as handlers see it: an extractor that knows which session asked.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use catalogue::{AskedBy, Tool, TrailQuery};
use interview::Entry;
use serde::Deserialize;
use utoipa::ToSchema;

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
    /// Up to where there was telemetry when the question came, while the session's incident plays.
    known_until_ms: Option<i64>,
}

impl FromRequestParts<App> for Trail {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let session = parts
            .headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| (1..=64).contains(&id.len()))
            .map(str::to_owned);
        let known_until_ms = session
            .as_deref()
            .and_then(|session| app.recordings().playing_until_ms(session));
        Ok(Self {
            session,
            known_until_ms,
        })
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
            asked_by: AskedBy::Person,
            spans: Vec::new(),
            services: Vec::new(),
            edges: Vec::new(),
            classes: Vec::new(),
        });
        Asked {
            session: self.session.clone().zip(query),
            known_until_ms: self.known_until_ms,
        }
    }
}

/// Whoever pins an answer has looked at it, whoever asked: the queries of `trail` that `entries` pin become a
/// person's. A pin names the queries of what it shows, one a line, whatever tool shows it; where a view takes no
/// query, its first word is the view's name.
pub(crate) fn count_pins(trail: &mut [TrailQuery], entries: &[Entry]) {
    let is_pinned = |query: &TrailQuery| {
        entries.iter().any(|entry| {
            let text = entry.query.as_deref().unwrap_or_default();
            if query.query.is_empty() {
                entry.tool == Some(query.tool) && text.split(' ').next() == Some(&query.view)
            } else {
                text.lines().any(|line| line == query.query)
            }
        })
    };
    for query in trail {
        if query.asked_by == AskedBy::Page && is_pinned(query) {
            query.asked_by = AskedBy::Person;
        }
    }
}

/// A query that was asked and may still fail: what was not answered is no evidence.
#[derive(Debug)]
pub(crate) struct Asked {
    session: Option<(String, TrailQuery)>,
    known_until_ms: Option<i64>,
}

/// Who wants to know what a query answers. What the page asks by itself is no evidence that anybody looked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// Somebody wrote the query or chose what to look at.
    #[default]
    Person,
    /// A view that fills its panels.
    Page,
}

impl Asked {
    /// Who asked; a person when the request does not say.
    pub(crate) fn by(mut self, asker: Option<Asker>) -> Self {
        if let Some((_, query)) = &mut self.session {
            query.asked_by = match asker.unwrap_or_default() {
                Asker::Person => AskedBy::Person,
                Asker::Page => AskedBy::Page,
            };
        }
        self
    }

    /// The query was answered. What an incident that still plays could not answer yet is no evidence.
    pub(crate) fn answered(self, app: &App) {
        let Some((session, mut query)) = self.session else {
            return;
        };
        if let Some(until_ms) = self.known_until_ms {
            if query.start_ms.is_some_and(|start_ms| start_ms >= until_ms) {
                return;
            }
            query.end_ms = query.end_ms.map(|end_ms| end_ms.min(until_ms));
        }
        app.trail().record(&session, query);
    }

    /// The query was answered with these nodes and edges of the service graph.
    pub(crate) fn answered_with_graph(
        mut self,
        app: &App,
        services: impl Iterator<Item = String>,
        edges: impl Iterator<Item = String>,
    ) {
        if let Some((_, query)) = &mut self.session {
            query.services = services.take(MAX_NAMES).collect();
            query.edges = edges.take(MAX_NAMES).collect();
        }
        self.answered(app);
    }

    /// The query was answered with these classes of a heap.
    pub(crate) fn answered_with_classes<'a>(
        mut self,
        app: &App,
        classes: impl Iterator<Item = &'a str>,
    ) {
        if let Some((_, query)) = &mut self.session {
            query.classes = classes.take(MAX_NAMES).map(str::to_owned).collect();
        }
        self.answered(app);
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
