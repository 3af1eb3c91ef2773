//! What must hold for any series and any query.

mod support;

use promql::{Labels, METRIC_NAME, Options, STALE, Series, Value, is_stale};
use proptest::prelude::*;
use support::Memory;

/// A series with gaps, resets, NaN and ends.
fn samples() -> impl Strategy<Value = Vec<(i64, f64)>> {
    let value = prop_oneof![
        12 => (0_u32..50).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(STALE),
        1 => Just(f64::INFINITY),
    ];
    let gap = 1_i64..90_000;
    proptest::collection::vec((gap, value), 0..60).prop_map(|steps| {
        let mut time = 0;
        let advance = |(gap, value)| {
            time += gap;
            (time, value)
        };
        steps.into_iter().map(advance).collect()
    })
}

fn store(all: &[Vec<(i64, f64)>]) -> Memory {
    let build = |(at, samples): (usize, &Vec<(i64, f64)>)| {
        let host = format!("h{at}");
        let labels = Labels::from_pairs([(METRIC_NAME, "m_total"), ("host", host.as_str())]);
        Series::from_samples(labels, samples.iter().copied())
    };
    Memory {
        series: all.iter().enumerate().map(build).collect(),
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// The value of a window function, from the definition.
fn naive(function: &str, window: &[f64]) -> Option<f64> {
    let pairs = || window.windows(2);
    let finite = |best: fn(f64, f64) -> f64| window.iter().copied().reduce(best);
    if window.is_empty() {
        return None;
    }
    match function {
        "count_over_time" => Some(window.len() as f64),
        "first_over_time" => window.first().copied(),
        "last_over_time" => window.last().copied(),
        "min_over_time" => finite(f64::min),
        "max_over_time" => finite(f64::max),
        "present_over_time" => Some(1.0),
        "resets" => Some(pairs().filter(|pair| pair[1] < pair[0]).count() as f64),
        "changes" => {
            let changed = |pair: &&[f64]| !same(pair[0], pair[1]);
            Some(pairs().filter(changed).count() as f64)
        }
        "idelta" => pairs().last().map(|pair| pair[1] - pair[0]),
        other => panic!("no definition of {other}"),
    }
}

const WINDOW_FUNCTIONS: [&str; 9] = [
    "count_over_time",
    "first_over_time",
    "last_over_time",
    "min_over_time",
    "max_over_time",
    "present_over_time",
    "resets",
    "changes",
    "idelta",
];

/// Queries in which every kind of expression appears.
const QUERIES: [&str; 24] = [
    "m_total",
    "m_total offset 90s",
    "m_total @ 600 + time()",
    "rate(m_total[3m])",
    "increase(m_total[150s] offset -1m)",
    "irate(m_total[4m])",
    "deriv(m_total[5m])",
    "predict_linear(m_total[5m] @ 900, 60)",
    "sum_over_time(m_total[2m])",
    "avg_over_time(m_total[2m])",
    "stddev_over_time(m_total[2m])",
    "quantile_over_time(0.3, m_total[4m])",
    "sum by (host) (m_total)",
    "avg(m_total)",
    "stdvar without (host) (m_total)",
    "quantile(0.7, m_total)",
    "topk(2, m_total)",
    "count_values(\"v\", m_total)",
    "m_total > 20 or -m_total",
    "m_total / on (host) group_left sum by (host) (m_total)",
    "m_total unless m_total{host=\"h1\"} > 10",
    "max_over_time(rate(m_total[2m])[5m:70s])",
    "absent(m_total > 30)",
    "timestamp(m_total)",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_sliding_window_holds_what_its_definition_says(
        samples in samples(),
        function in proptest::sample::select(&WINDOW_FUNCTIONS[..]),
        range_s in 1_i64..400,
        step_s in 1_i64..200,
    ) {
        let query = format!("{function}(m_total[{range_s}s])");
        let end_ms = samples.last().map_or(0, |(time, _)| *time) + 100_000;
        let source = store(std::slice::from_ref(&samples));
        let options = Options::default();
        let answer = promql::range(&query, &source, 0, end_ms, step_s * 1000, &options).unwrap();
        let found = answer.series.into_iter().next().unwrap_or_default();
        let mut found = found.samples().peekable();
        for time_ms in (0..=end_ms).step_by(usize::try_from(step_s * 1000).unwrap()) {
            let inside = |(t, v): &&(i64, f64)| {
                *t > time_ms - range_s * 1000 && *t <= time_ms && !is_stale(*v)
            };
            let window: Vec<f64> = samples.iter().filter(inside).map(|(_, v)| *v).collect();
            let expected = naive(function, &window);
            let value = found.next_if(|(t, _)| *t == time_ms).map(|(_, value)| value);
            prop_assert!(
                match (expected, value) {
                    (Some(expected), Some(value)) => same(expected, value),
                    (None, None) => true,
                    _ => false,
                },
                "{query} at {time_ms}: {window:?} gave {value:?}, expected {expected:?}"
            );
        }
        prop_assert_eq!(found.next(), None);
    }

    #[test]
    fn a_range_holds_at_each_step_what_an_instant_says(
        series in proptest::collection::vec(samples(), 1..4),
        query in proptest::sample::select(&QUERIES[..]),
        start_s in -100_i64..600,
        step_s in 1_i64..300,
    ) {
        let source = store(&series);
        let options = Options::default();
        let (start_ms, step_ms) = (start_s * 1000, step_s * 1000);
        let end_ms = start_ms + 12 * step_ms;
        let range = promql::range(query, &source, start_ms, end_ms, step_ms, &options).unwrap();
        for time_ms in (0..=12).map(|step| start_ms + step * step_ms) {
            let instant = promql::instant(query, &source, time_ms, &options).unwrap();
            let Value::Vector(vector) = instant.value else {
                panic!("{query} is a vector");
            };
            let mut at_step: Vec<(&Labels, f64)> = Vec::new();
            for one in &range.series {
                let sample = one.samples().find(|(t, _)| *t == time_ms);
                at_step.extend(sample.map(|(_, value)| (&one.labels, value)));
            }
            prop_assert_eq!(at_step.len(), vector.len(), "{} at {}", query, time_ms);
            for sample in &vector {
                let found = at_step.iter().find(|(labels, _)| **labels == sample.labels);
                prop_assert!(
                    found.is_some_and(|(_, value)| same(*value, sample.value)),
                    "{query} at {time_ms}: {sample:?} as an instant, {found:?} in the range"
                );
            }
        }
    }
}

/// Pieces from which both right and wrong queries are made.
const PIECES: [&str; 52] = [
    "m_total",
    "up",
    "sum",
    "rate",
    "topk",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "@",
    "start",
    "end",
    "and",
    "or",
    "unless",
    "atan2",
    "fill",
    "count_values",
    "histogram_quantile",
    "label_replace",
    "time",
    "vector",
    "scalar",
    "absent",
    "inf",
    "nan",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "!=",
    "=~",
    "!~",
    "<",
    "+",
    "-",
    "*",
    "^",
    "5m",
    "1e309",
    "0x",
    "\"a\"",
    "'\\xff",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_text_brings_the_evaluator_down(
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24),
        spaced in any::<bool>(),
    ) {
        let query = pieces.join(if spaced { " " } else { "" });
        answer_or_explain(&query);
    }

    #[test]
    fn no_unicode_brings_the_evaluator_down(query in "\\PC{0,40}") {
        answer_or_explain(&query);
    }
}

/// Either there is an answer, or an error that marks a part of the query.
fn answer_or_explain(query: &str) {
    let source = store(&[vec![(0, 1.0), (60_000, 2.0)]]);
    let options = Options::default();
    let instant = promql::instant(query, &source, 60_000, &options).err();
    let range = promql::range(query, &source, 0, 120_000, 60_000, &options).err();
    for error in instant.into_iter().chain(range) {
        assert!(
            query.get(error.span.start..error.span.end()).is_some(),
            "{query}: {error:?}"
        );
        assert!(!error.next_step.is_empty() && !error.render(query).is_empty());
    }
}
