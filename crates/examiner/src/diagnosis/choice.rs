//! Mechanism and component: one choice from a closed list.
//!
//! Full points for any accepted id, the author's share for a partly right one, nothing otherwise.

use catalogue::ChoiceCriterion;

use super::score::{Criterion, share};

/// Scores the choice `given`.
pub(super) fn score(
    id: &str,
    title: &str,
    criterion: &ChoiceCriterion,
    given: Option<&str>,
    label: &dyn Fn(&str) -> String,
) -> Criterion {
    let expected = criterion
        .accept
        .first()
        .map_or_else(String::new, |id| label(id));
    let because = &criterion.because;
    let (reached, explanation) = match given {
        None => (0.0, format!("Nothing was picked. {because}")),
        Some(given) if criterion.accept.iter().any(|accepted| accepted == given) => {
            (1.0, format!("Right. {because}"))
        }
        Some(given) => match criterion.partial.get(given) {
            Some(part) => (
                *part,
                format!("Partly right: it is part of what happened, but not the root. {because}"),
            ),
            None => (0.0, format!("Not this one. {because}")),
        },
    };
    Criterion {
        id: id.to_owned(),
        title: title.to_owned(),
        points: share(criterion.points, reached),
        max: f64::from(criterion.points),
        seen: given.map_or_else(|| "nothing".to_owned(), label),
        expected,
        explanation,
    }
}
