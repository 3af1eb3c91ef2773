//! Flame graphs of hand-made traces.

use crate::query::{Flame, FlameFrame, FlameLimits, FrameFigures, Scope, flame};
use crate::table::{Signal, SpanKind, SpanRow, Status, TableBuilder, TimeRange};

const LIMITS: FlameLimits = FlameLimits {
    traces: 100,
    frames: 100,
};

/// Spans as `trace id parent name start end`; parent 0 is a root. A segment ends after each place in `seals`.
fn table(spans: &str, seals: &[usize]) -> TableBuilder {
    let mut builder = TableBuilder::new(Signal::Spans);
    let resource = builder.resource("api", &[]);
    for (place, line) in spans.split(',').enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<i64>().unwrap();
        builder.append_span(&SpanRow {
            resource,
            trace_id: number(0) as u128,
            span_id: number(1) as u64,
            parent_span_id: number(2) as u64,
            start_unix_nano: number(4),
            duration_ns: number(5) - number(4),
            name: words[3],
            kind: SpanKind::Internal,
            status: Status::Unset,
            status_message: "",
            attributes: &[],
        });
        if seals.contains(&place) {
            builder.seal();
        }
    }
    builder
}

fn shown(flame: &Flame) -> Vec<String> {
    let path = |mut at: usize| {
        let mut names = vec![flame.frames[at].name.as_str()];
        while let Some(parent) = flame.frames[at].parent {
            names.insert(0, &flame.frames[parent].name);
            at = parent;
        }
        names.join("/")
    };
    let line = |(place, frame): (usize, &FlameFrame)| {
        let FrameFigures {
            count,
            total_ns,
            self_ns,
            ..
        } = frame.figures.now;
        format!("{} × {count}: {total_ns}, own {self_ns}", path(place))
    };
    flame.frames.iter().enumerate().map(line).collect()
}

#[track_caller]
fn check(spans: &str, expect: &[&str]) {
    let scope = Scope::all(TimeRange::ALL);
    for seal in 0..spans.split(',').count() {
        let builder = table(spans, &[seal]);
        let found = flame(&builder.view(), &scope, None, LIMITS).unwrap();
        assert_eq!(shown(&found), expect, "sealed after {seal}");
    }
}

#[test]
fn spans_of_one_path_are_one_frame() {
    check(
        "1 1 0 run 0 100, 1 2 1 step 0 40, 1 3 1 step 40 90, 1 4 2 load 5 15, 1 5 3 load 50 55",
        &[
            "run × 1: 100, own 10",
            "run/step × 2: 90, own 75",
            "run/step/load × 2: 15, own 15",
        ],
    );
    check(
        "1 1 0 run 0 100, 2 1 0 run 1000 1010, 2 2 1 load 1000 1004",
        &["run × 2: 110, own 106", "run/load × 1: 4, own 4"],
    );
}

#[test]
fn a_moment_that_two_children_share_is_taken_off_once() {
    check(
        "1 1 0 run 0 100, 1 2 1 a 10 60, 1 3 1 b 40 70, 1 4 1 c 45 50",
        &[
            "run × 1: 100, own 40",
            "run/a × 1: 50, own 50",
            "run/b × 1: 30, own 30",
            "run/c × 1: 5, own 5",
        ],
    );
}

#[test]
fn a_child_that_outlives_its_parent_takes_off_what_they_share() {
    check(
        "1 1 0 run 0 100, 1 2 1 late 80 300",
        &["run × 1: 100, own 80", "run/late × 1: 220, own 220"],
    );
}

#[test]
fn a_trace_without_its_root_is_merged_from_where_it_begins() {
    check("1 2 1 load 0 10", &["load × 1: 10, own 10"]);
}

#[test]
fn the_filter_selects_traces_and_limits_are_told() {
    let builder = table(
        "1 1 0 run 0 9, 1 2 1 load 1 2, 2 1 0 run 10 19, 3 1 0 run 20 29, 3 2 1 load 21 25",
        &[],
    );
    let view = builder.view();
    let scope = Scope::parse(TimeRange::ALL, "name:load").unwrap();
    let found = flame(&view, &scope, None, LIMITS).unwrap();
    assert_eq!(
        shown(&found),
        ["run × 2: 18, own 13", "run/load × 2: 5, own 5"]
    );
    let one = FlameLimits {
        traces: 1,
        frames: 1,
    };
    let found = flame(&view, &scope, None, one).unwrap();
    assert_eq!(shown(&found), ["run × 1: 9, own 8"]);
    assert_eq!(found.total_frames, 2);
    let merged = found.merged.now;
    assert_eq!((merged.traces, merged.taken, merged.spans), (2, 1, 2));
}

#[test]
fn what_was_before_stands_beside_it_path_by_path() {
    let builder = table(
        "1 1 0 run 0 9, 1 2 1 old 1 2, 2 1 0 run 100 120, 2 2 1 new 101 105",
        &[],
    );
    let scope = |from, to| Scope::all(TimeRange::new(from, to));
    let before = scope(0, 50);
    let found = flame(&builder.view(), &scope(50, 200), Some(&before), LIMITS).unwrap();
    let totals: Vec<(&str, i64, i64)> = found
        .frames
        .iter()
        .map(|frame| {
            let before = frame.figures.before.unwrap_or_default();
            (
                frame.name.as_str(),
                frame.figures.now.total_ns,
                before.total_ns,
            )
        })
        .collect();
    assert_eq!(totals, [("run", 20, 9), ("new", 4, 0), ("old", 0, 1)]);
}

#[test]
fn what_lies_too_deep_is_counted() {
    let deep: Vec<String> = (1..=150)
        .map(|id| format!("1 {id} {} call 0 10", id - 1))
        .collect();
    let builder = table(&deep.join(","), &[]);
    let scope = Scope::all(TimeRange::ALL);
    let limits = FlameLimits {
        traces: 1,
        frames: 1_000,
    };
    let found = flame(&builder.view(), &scope, None, limits).unwrap();
    let merged = found.merged.now;
    assert_eq!(
        (found.frames.len(), merged.spans, merged.left_out),
        (100, 100, 50)
    );
}
