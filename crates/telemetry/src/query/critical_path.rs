//! The critical path of a trace: the stretches of its spans that it waited for, so that making any of them shorter
//! would have ended it earlier.
//!
//! From the end of a root backwards: whenever a child ended last before the moment that is looked at, the path goes on
//! in that child, and at the child's start it returns to the parent. Before that, children are clipped to their
//! parents, those outside are dropped with all below them, and so are those that nobody waits for: a consumer below
//! the producer of its message. The method is that of Jaeger's page, whose published test cases are repeated below;
//! other than there, a child that ends at the very moment at which the next one starts is on the path, since clocks of
//! a simulation are exact.

use super::records::SpanRecord;
use crate::table::SpanKind;

/// A stretch of a span that is on the critical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CriticalSection {
    /// Place of the span in the list that was given.
    pub span: usize,
    /// Start, nanoseconds since the epoch.
    pub start: i64,
    /// End, nanoseconds since the epoch.
    pub end: i64,
}

/// The critical path of a trace's spans, root by root, from the end to the start. A span whose parent is not in the list
/// is a root.
#[must_use]
pub fn critical_path(spans: &[SpanRecord]) -> Vec<CriticalSection> {
    let mut places = std::collections::HashMap::new();
    for (place, span) in spans.iter().enumerate() {
        places.entry(span.span_id).or_insert(place);
    }
    let kind = |place: usize| spans[place].kind.as_str();
    let is = |place: usize, wanted: SpanKind| kind(place) == SpanKind::NAMES[wanted as usize];
    let links: Vec<Link> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| {
            let parent = places
                .get(&span.parent_span_id)
                .copied()
                .filter(|parent| *parent != place && span.parent_span_id != 0);
            Link {
                parent,
                start: span.start_unix_nano,
                end: span.start_unix_nano.saturating_add(span.duration_ns),
                is_waited_for: !parent.is_some_and(|parent| {
                    is(parent, SpanKind::Producer) && is(place, SpanKind::Consumer)
                }),
            }
        })
        .collect();
    path(links)
}

/// A span as the path sees it.
#[derive(Clone, Debug)]
struct Link {
    parent: Option<usize>,
    start: i64,
    end: i64,
    /// Whether its parent waits for it.
    is_waited_for: bool,
}

fn path(mut links: Vec<Link>) -> Vec<CriticalSection> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); links.len()];
    let mut roots = Vec::new();
    for (place, link) in links.iter().enumerate() {
        match link.parent {
            None => roots.push(place),
            Some(parent) if link.is_waited_for => children[parent].push(place),
            Some(_) => {}
        }
    }
    let mut sections = Vec::new();
    for root in roots {
        clip(root, &mut links, &mut children);
        walk_back(root, &links, &children, &mut sections);
    }
    sections
}

/// Clips everything below a root to its parent, and takes out what lies outside.
fn clip(root: usize, links: &mut [Link], children: &mut [Vec<usize>]) {
    let mut pending = vec![root];
    while let Some(parent) = pending.pop() {
        let (start, end) = (links[parent].start, links[parent].end);
        children[parent].retain(|child| {
            let child = &mut links[*child];
            let is_outside = if child.start >= start {
                child.start >= end
            } else {
                child.end <= start
            };
            child.start = child.start.max(start);
            child.end = child.end.min(end);
            !is_outside
        });
        // Of two that end together the first one is on the path.
        children[parent].sort_by_key(|child| std::cmp::Reverse(links[*child].end));
        pending.extend(&children[parent]);
    }
}

/// Walks from the end of a root to its start.
fn walk_back(
    root: usize,
    links: &[Link],
    children: &[Vec<usize>],
    sections: &mut Vec<CriticalSection>,
) {
    let mut section = |span: usize, start: i64, end: i64| {
        if start >= end {
            return;
        }
        match sections.last_mut() {
            // A child without length does not cut its parent's stretch in two.
            Some(last) if last.span == span && last.start == end => last.start = start,
            _ => sections.push(CriticalSection { span, start, end }),
        }
    };
    // A span, the next of its children to look at, and the moment up to which the path is known.
    let mut open = vec![(root, 0, links[root].end)];
    while let Some((span, next, until)) = open.pop() {
        let rest = children[span].iter().enumerate().skip(next);
        let found = rest
            .map(|(place, child)| (place, *child))
            .find(|(_, child)| links[*child].end <= until);
        match found {
            Some((place, child)) => {
                section(span, links[child].end, until);
                open.push((span, place + 1, links[child].start));
                open.push((child, 0, links[child].end));
            }
            None => section(span, links[span].start, until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spans as `name parent start end`, `-` for no parent, `!` before the name when nobody waits for it; the path as
    /// `name start end` from the end to the start.
    #[track_caller]
    fn check(spans: &str, expect: &str) {
        let parse = |line: &str| -> (String, String, i64, i64) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |at: usize| words[at].parse().unwrap();
            (words[0].into(), words[1].into(), number(2), number(3))
        };
        let rows: Vec<_> = spans.split(',').map(parse).collect();
        let name = |row: usize| rows[row].0.trim_start_matches('!');
        let links = rows
            .iter()
            .map(|(own, parent, start, end)| Link {
                parent: (0..rows.len()).find(|row| name(*row) == parent),
                start: *start,
                end: *end,
                is_waited_for: !own.starts_with('!'),
            })
            .collect();
        let found: Vec<String> = path(links)
            .iter()
            .map(|section| format!("{} {} {}", name(section.span), section.start, section.end))
            .collect();
        assert_eq!(found.join(", "), expect);
    }

    /// The nine cases that Jaeger's page is tested with, in its order.
    #[test]
    fn the_published_cases() {
        check(
            "E C 50 60, C - 1 101, D C 20 40",
            "C 60 101, E 50 60, C 40 50, D 20 40, C 1 20",
        );
        check(
            "X - 1 101, A X 10 50, C X 20 60",
            "X 60 101, C 20 60, X 1 20",
        );
        check("A - 100 140, B A 150 180", "A 100 140");
        check("A - 1 31, B A 40 80, C B 50 60", "A 1 31");
        check("A - 1 31, !B A 10 20, C B 12 14", "A 1 31");
        check("A - 1 30, B A 15 35, C B 10 25", "B 25 30, C 15 25, A 1 15");
        check("A - 1 30, B A 15 35, C B 20 40", "C 20 30, B 15 20, A 1 15");
        check("A - 10 30, B A 5 35", "B 10 30");
        check("A - 10 30, B A 1 5", "A 10 30");
    }

    #[test]
    fn children_that_follow_each_other_at_once_are_all_on_the_path() {
        check(
            "A - 0 30, B A 0 10, C A 10 20, D A 20 30",
            "D 20 30, C 10 20, B 0 10",
        );
    }

    #[test]
    fn of_children_that_end_together_one_is_on_the_path() {
        check("A - 0 30, B A 5 30, C A 10 30", "B 5 30, A 0 5");
    }

    #[test]
    fn a_child_without_length_cuts_nothing() {
        check("A - 0 30, B A 10 10, C A 10 10", "A 0 30");
    }

    #[test]
    fn every_root_has_its_path() {
        check("A - 0 10, B - 20 30, C B 25 30", "A 0 10, C 25 30, B 20 25");
    }

    #[test]
    fn a_circle_of_parents_is_on_no_path() {
        check("A - 0 10, B C 1 2, C B 1 2", "A 0 10");
    }
}
