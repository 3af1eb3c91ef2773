//! Searching the bodies of log records: one pass over the arena of a segment.

use regex::Regex;

use super::text_match::TextMatch;
use crate::column::{Bitmap, Texts};

/// When fewer than one row in this many is left, bodies are tested one by one.
const THIN: usize = 16;

/// Keeps the rows whose body passes.
pub(super) fn keep_bodies(rows: &mut Bitmap, bodies: &Texts, matcher: &TextMatch) {
    let count = rows.count();
    if count == 0 || bodies.is_empty() {
        rows.clear();
        return;
    }
    let mut kept = Bitmap::empty(bodies.len());
    match matcher {
        TextMatch::Pattern(pattern)
            if count * THIN > bodies.len() && !looks_around(pattern.as_str()) =>
        {
            scan(pattern, bodies, &mut kept);
            rows.intersect(&kept);
        }
        matcher => {
            rows.for_each(|row| {
                if matcher.matches(bodies.get(row)) {
                    kept.insert(row);
                }
            });
            *rows = kept;
        }
    }
}

/// Whether the pattern could see where a body begins or ends (anchors, word boundaries); such a pattern
/// cannot be run over bodies that stand end to end. Errs on the careful side.
fn looks_around(pattern: &str) -> bool {
    pattern.contains(['^', '$'])
        || ["\\b", "\\B", "\\A", "\\z", "\\<", "\\>"]
            .iter()
            .any(|sign| pattern.contains(sign))
}

/// Finds matches in the arena. A match that runs over the end of its body proves nothing, so that body
/// is tested alone.
fn scan(pattern: &Regex, bodies: &Texts, kept: &mut Bitmap) {
    let (arena, ends) = (bodies.arena(), bodies.ends());
    let mut body = 0;
    let mut from = 0;
    while let Some(found) = pattern.find_at(arena, from) {
        body += ends[body..].partition_point(|end| *end as usize <= found.start());
        let Some(end) = ends.get(body).map(|end| *end as usize) else {
            // An empty match at the very end; it belongs to the last body.
            return keep_empty_matches(pattern, bodies, kept);
        };
        if found.is_empty() {
            return keep_empty_matches(pattern, bodies, kept);
        }
        if found.end() <= end || pattern.is_match(bodies.get(body)) {
            kept.insert(body);
        }
        from = end;
        body += 1;
        if body == ends.len() {
            return;
        }
    }
}

/// A pattern that matches the empty text matches every body.
fn keep_empty_matches(pattern: &Regex, bodies: &Texts, kept: &mut Bitmap) {
    for row in 0..bodies.len() {
        if pattern.is_match(bodies.get(row)) {
            kept.insert(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keep_bodies;
    use crate::column::{Bitmap, Texts};
    use crate::filter::Test;
    use crate::query::text_match::TextMatch;

    const BODIES: [&str; 7] = [
        "time",
        "out after 12ms",
        "Timeout after 9ms",
        "",
        "ab",
        "abab",
        "größe 12ms",
    ];

    fn check(matcher: TextMatch, expect: &[u16]) {
        let bodies: Texts = BODIES.into_iter().collect();
        let mut all = Bitmap::range(BODIES.len(), 0, BODIES.len());
        keep_bodies(&mut all, &bodies, &matcher);
        assert_eq!(all.rows(), expect, "{matcher:?}");
        let naive: Vec<u16> = (0..BODIES.len())
            .filter(|row| matcher.matches(BODIES[*row]))
            .map(|row| row as u16)
            .collect();
        assert_eq!(naive, expect);
    }

    fn regex(pattern: &str) -> TextMatch {
        TextMatch::of(&Test::Regex(pattern.to_owned()))
            .unwrap()
            .unwrap()
    }

    #[test]
    fn matches_never_cross_from_one_body_to_the_next() {
        check(TextMatch::contains("TIMEOUT").unwrap(), &[2]);
        check(TextMatch::contains("ms").unwrap(), &[1, 2, 6]);
        check(TextMatch::contains("").unwrap(), &[0, 1, 2, 3, 4, 5, 6]);
        check(regex("[0-9]+ms.*"), &[1, 2, 6]);
        check(regex("b.*b"), &[5]);
        check(regex("^ab$"), &[4]);
        check(regex("x*"), &[0, 1, 2, 3, 4, 5, 6]);
        check(regex("a.*"), &[1, 2, 4, 5]);
    }
}
