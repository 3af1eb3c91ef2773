//! Figures are what the model computes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::model::{ModelSpan, filter, spans, table};
use crate::filter::{Figure, FigureKind, Filter, Group, Pipe};
use crate::query::{Cell, Figures, Scope, figures};
use crate::table::{OwnedValue, TimeRange};

/// Numbers of a field on a row; mixed types count as floating point.
fn numbers(row: &ModelSpan, key: &str) -> Option<f64> {
    if key == "duration" {
        return Some(row.duration as f64);
    }
    row.attribute(key)
        .into_iter()
        .find_map(|value| match value {
            OwnedValue::I64(value) => Some(value as f64),
            OwnedValue::F64(value) => Some(value),
            _ => None,
        })
}

fn cell(value: Option<OwnedValue>) -> Cell {
    match value {
        None => Cell::Null,
        Some(OwnedValue::Str(text)) => Cell::Text(text),
        Some(OwnedValue::Bool(value)) => Cell::Bool(value),
        Some(OwnedValue::I64(value)) => Cell::I64(value),
        Some(OwnedValue::F64(value)) => Cell::F64(value),
    }
}

fn figure(kind: FigureKind, values: &[f64], rows: usize) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    match kind {
        FigureKind::Count => Some(rows as f64),
        _ if values.is_empty() => None,
        FigureKind::Sum => Some(values.iter().sum()),
        FigureKind::Avg => Some(values.iter().sum::<f64>() / values.len() as f64),
        FigureKind::Min => values.first().copied(),
        FigureKind::Max => values.last().copied(),
        FigureKind::Percentile(part) => {
            let rank = ((values.len() as f64 * part).ceil() as usize).clamp(1, values.len());
            Some(values[rank - 1])
        }
    }
}

/// Groups by the text of their cells.
fn model(rows: &[&ModelSpan], pipe: &Pipe) -> BTreeMap<String, Vec<Option<f64>>> {
    let mut groups: BTreeMap<String, Vec<&ModelSpan>> = BTreeMap::new();
    for row in rows {
        let mut key: Vec<Cell> = Vec::new();
        key.extend(
            pipe.every
                .map(|step| Cell::I64(row.start.div_euclid(step) * step / 1_000_000)),
        );
        for group in &pipe.by {
            key.push(match group {
                Group::Key(name) => cell(row.values(name).into_iter().next()),
                Group::Duration => Cell::I64(quarter_octave(row.duration)),
            });
        }
        groups.entry(format!("{key:?}")).or_default().push(row);
    }
    let figures = |rows: Vec<&ModelSpan>| {
        let of = |wanted: &Figure| {
            let key = wanted.key.as_deref().unwrap_or("duration");
            let values: Vec<f64> = rows.iter().filter_map(|row| numbers(row, key)).collect();
            figure(wanted.kind, &values, rows.len())
        };
        pipe.figures.iter().map(of).collect()
    };
    groups
        .into_iter()
        .map(|(key, rows)| (key, figures(rows)))
        .collect()
}

/// Where the bucket of a duration begins: powers of two divided in four, from 1,024 ns on.
fn quarter_octave(duration: i64) -> i64 {
    let mut start = 1_024i64;
    let mut last = 0;
    loop {
        for quarter in 0..4 {
            let from = start + start / 4 * quarter;
            if duration < from {
                return last;
            }
            last = from;
        }
        start *= 2;
    }
}

fn shown(figures: &Figures, groups: usize) -> BTreeMap<String, Vec<Option<f64>>> {
    let number = |cell: &Cell| match cell {
        Cell::I64(value) => Some(*value as f64),
        Cell::F64(value) => Some(*value),
        _ => None,
    };
    figures
        .rows
        .iter()
        .map(|row| {
            (
                format!("{:?}", row[..groups].to_vec()),
                row[groups..].iter().map(number).collect(),
            )
        })
        .collect()
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    }
}

fn pipe() -> impl Strategy<Value = Pipe> {
    let kinds = vec![
        FigureKind::Sum,
        FigureKind::Avg,
        FigureKind::Min,
        FigureKind::Max,
        FigureKind::Percentile(0.5),
        FigureKind::Percentile(0.95),
        FigureKind::Percentile(0.0),
    ];
    let key = prop_oneof![
        Just("duration"),
        Just("size"),
        Just("http.status"),
        Just("nobody.has.this")
    ];
    let figure = (prop::sample::select(kinds), key).prop_map(|(kind, key)| Figure {
        kind,
        key: Some(key.to_owned()),
    });
    let group = prop_oneof![
        Just("service"),
        Just("tenant.id"),
        Just("size"),
        Just("http.status"),
        Just("rare"),
        Just("host.name"),
        Just("nobody.has.this")
    ]
    .prop_map(|key| Group::Key(key.to_owned()));
    let groups = prop::collection::vec(prop_oneof![6 => group, 1 => Just(Group::Duration)], 0..4);
    let step = proptest::option::of(prop_oneof![Just(10_000_000i64), Just(37_000_000)]);
    (prop::collection::vec(figure, 0..5), groups, step).prop_map(|(mut figures, by, every)| {
        figures.insert(
            0,
            Figure {
                kind: FigureKind::Count,
                key: None,
            },
        );
        Pipe {
            figures,
            by,
            every,
            top: None,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn figures_are_those_of_a_walk_over_rows(
        rows in spans(0..200),
        filter in prop_oneof![Just(Filter::All), filter()],
        pipe in pipe(),
        dictionary_values in prop_oneof![Just(6usize), Just(1_000)],
    ) {
        let range = TimeRange::from_millis(-50, 150);
        let builder = table(&rows, dictionary_values);
        let scope = Scope { range, filter: filter.clone() };
        let found = figures(&builder.view(), &scope, &pipe, usize::MAX).expect("the question is sound");
        prop_assert!(!found.approximate);
        let chosen: Vec<&ModelSpan> =
            rows.iter().filter(|row| range.contains(row.start) && row.passes(&filter)).collect();
        let expect = model(&chosen, &pipe);
        let groups = pipe.by.len() + usize::from(pipe.every.is_some());
        let found = shown(&found, groups);
        prop_assert_eq!(found.keys().collect::<Vec<_>>(), expect.keys().collect::<Vec<_>>());
        for (key, expect) in &expect {
            let found = &found[key];
            for (found, expect) in found.iter().zip(expect) {
                prop_assert!(near(*found, *expect), "{}: {:?} instead of {:?} in {}", key, found, expect, pipe);
            }
        }
    }
}

fn ask(rows: &[ModelSpan], query: &str, limit: usize) -> Figures {
    let query = crate::filter::parse(query).expect("the query is sound");
    let scope = Scope {
        range: TimeRange::ALL,
        filter: query.filter.clone(),
    };
    let pipe = query.pipe.expect("there is a pipe");
    figures(&table(rows, 1_000).view(), &scope, &pipe, limit).expect("the question is sound")
}

fn rows(count: usize) -> Vec<ModelSpan> {
    (0..count)
        .map(|index| ModelSpan {
            id: index as u64 + 1,
            trace: 1,
            parent: index as u64,
            start: index as i64 * 1_000_000,
            duration: (index as i64 * 7_919) % 1_000_003,
            service: ["api", "worker", "mailer"][(index % 6).min(2)],
            name: "work",
            status: crate::table::Status::Unset,
            attributes: vec![],
            seals: index % 1_000 == 999,
        })
        .collect()
}

#[test]
fn large_groups_get_percentiles_from_a_histogram_and_say_so() {
    let rows = rows(30_000);
    let found = ask(&rows, "| p50(duration), p99(duration), max(duration)", 10);
    assert!(found.approximate);
    let mut durations: Vec<i64> = rows.iter().map(|row| row.duration).collect();
    durations.sort_unstable();
    let exact = [durations[14_999], durations[29_699], durations[29_999]];
    for (cell, exact) in found.rows[0].iter().zip(exact) {
        let Cell::I64(near) = cell else {
            panic!("{cell:?}")
        };
        assert!(
            (near - exact).abs() as f64 <= exact as f64 * 0.032,
            "{near} for {exact}"
        );
    }
}

#[test]
fn what_is_left_out_is_said() {
    let rows = rows(6_000);
    let top = ask(&rows, "| top 2 service", 100);
    assert_eq!((top.total, top.rows.len(), top.truncated), (3, 2, true));
    assert_eq!(
        top.rows[0],
        [Cell::Text("mailer".to_owned()), Cell::I64(4_000)]
    );
    let steps = ask(&rows, "| count() by service every 1s", 7);
    assert_eq!(
        (steps.total, steps.rows.len(), steps.truncated),
        (18, 6, true),
        "one whole series fits"
    );
    assert!(
        steps
            .rows
            .iter()
            .all(|row| row[1] == Cell::Text("mailer".to_owned()))
    );
    let all = ask(&rows, "| count()", 10);
    assert_eq!((all.total, all.truncated), (1, false));
}

#[test]
fn steps_that_would_be_too_many_are_refused() {
    let mut rows = rows(2);
    rows[1].start = i64::MAX / 4;
    let query = crate::filter::parse("| count() every 1ms").expect("sound");
    let scope = Scope::all(TimeRange::ALL);
    let refused = figures(
        &table(&rows, 10).view(),
        &scope,
        &query.pipe.expect("pipe"),
        10,
    );
    assert!(
        refused
            .expect_err("too many steps")
            .to_string()
            .contains("too many")
    );
}
