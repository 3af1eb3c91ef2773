//! Where in the code the fault stands.
//!
//! The best of the first three places counts: right file and function, all points; right file only,
//! half. More places than three do not help, so listing every file is no way to the points.

use catalogue::{AcceptedLocation, Location, LocationCriterion};

use super::score::{Criterion, share};

/// Places that count.
const COUNTED: usize = 3;

/// Scores the places `given`.
pub(super) fn score(
    criterion: &LocationCriterion,
    given: &[Location],
    function_at: &dyn Fn(&str, u32) -> Option<String>,
) -> Criterion {
    let mut best = 0.0;
    let mut explanation = match given.len() {
        0 => "No place was named.".to_owned(),
        _ => "None of the places named is in a file that carries the fault.".to_owned(),
    };
    for place in given.iter().take(COUNTED) {
        let function = function(place, function_at);
        for accepted in &criterion.accept {
            let (reached, reason) = compare(accepted, place, function.as_deref());
            if reached > best {
                best = reached;
                explanation = reason;
            }
        }
    }
    if given.len() > COUNTED {
        explanation.push_str(" Only the first three places count.");
    }
    let places: Vec<String> = given
        .iter()
        .map(|place| {
            describe(
                &place.path,
                function(place, function_at).as_deref(),
                place.line,
            )
        })
        .collect();
    let expected: Vec<String> = criterion
        .accept
        .iter()
        .map(|accepted| describe(&accepted.path, Some(&accepted.function), None))
        .collect();
    Criterion {
        id: "location".to_owned(),
        title: "Place in the code".to_owned(),
        points: share(criterion.points, best),
        max: f64::from(criterion.points),
        seen: if places.is_empty() {
            "nothing".to_owned()
        } else {
            places.join(", ")
        },
        expected: expected.join(" or "),
        explanation,
    }
}

fn compare(accepted: &AcceptedLocation, place: &Location, function: Option<&str>) -> (f64, String) {
    if normalise(&place.path) != normalise(&accepted.path) {
        return (0.0, String::new());
    }
    let note = &accepted.note;
    match function {
        Some(function) if function == accepted.function => {
            (1.0, format!("Right file and function. {note}"))
        }
        Some(function) => (
            0.5,
            format!(
                "Right file, but `{function}` is not the function; it is `{}`. {note}",
                accepted.function
            ),
        ),
        None => (
            0.5,
            format!(
                "Right file; the function `{}` was not named. {note}",
                accepted.function
            ),
        ),
    }
}

/// The function's bare name: as given (`Service::create()` counts as `create`), or by its line.
fn function(place: &Location, function_at: &dyn Fn(&str, u32) -> Option<String>) -> Option<String> {
    let named = place.function.as_deref().and_then(|function| {
        let name = function.trim().trim_end_matches("()");
        let name = name.rsplit([':', '.']).next().unwrap_or(name);
        (!name.is_empty()).then(|| name.to_owned())
    });
    named.or_else(|| function_at(normalise(&place.path), place.line?))
}

fn normalise(path: &str) -> &str {
    path.trim().trim_start_matches("./").trim_start_matches('/')
}

fn describe(path: &str, function: Option<&str>, line: Option<u32>) -> String {
    match (function, line) {
        (Some(function), _) => format!("{path}, {function}"),
        (None, Some(line)) => format!("{path}:{line}"),
        (None, None) => path.to_owned(),
    }
}
