//! Must-have evidence: was it really queried?

use std::collections::BTreeSet;

use catalogue::{EvidenceItem, TrailQuery};

use super::looked::{Looked, looked};
use super::score::{Criterion, share};

/// Longest query text that a result quotes.
const QUOTED: usize = 120;

/// Scores one item against everything that was queried.
pub(super) fn score(item: &EvidenceItem, trail: &[TrailQuery]) -> Criterion {
    let found = looked(&item.any, trail);
    let (seen, explanation) = match found {
        Looked::At(query) => (
            quote(query),
            format!(
                "It was looked at in {}, {}.",
                query.tool.as_str(),
                query.view
            ),
        ),
        Looked::PageOnly => (
            "nothing".to_owned(),
            "A panel of the page showed it, but it was neither pinned nor asked for.".to_owned(),
        ),
        Looked::Never => {
            let tools: BTreeSet<&str> = item
                .any
                .iter()
                .map(|predicate| predicate.tool.as_str())
                .collect();
            let tools = Vec::from_iter(tools).join(" or ");
            (
                "nothing".to_owned(),
                format!("No query in {tools} showed it."),
            )
        }
    };
    Criterion {
        id: format!("evidence.{}", item.id),
        title: format!("Evidence: {}", item.title),
        points: share(
            item.points,
            if matches!(found, Looked::At(_)) {
                1.0
            } else {
                0.0
            },
        ),
        max: f64::from(item.points),
        seen,
        expected: item.title.clone(),
        explanation,
    }
}

fn quote(query: &TrailQuery) -> String {
    let mut text: String = query.query.chars().take(QUOTED).collect();
    if text.len() < query.query.len() {
        text.push('…');
    }
    match text.is_empty() {
        true => format!("{}: {}", query.tool.as_str(), query.view),
        false => format!("{}: {text}", query.tool.as_str()),
    }
}
