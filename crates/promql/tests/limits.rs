//! A query that goes too far ends with an error that says how far and how to narrow it.

mod support;

use promql::{
    Cancel, Error, ErrorKind, Labels, Limits, Options, Selection, Series, Source, SourceError,
};
use support::Memory;

const HOUR: i64 = 3_600_000;

/// Series by a text of their labels, such as `a` or `a,job=x`, with minutes and values.
fn memory(series: &[(&str, &[(i64, f64)])]) -> Memory {
    let parse = |text: &str| {
        let mut parts = text.split(',');
        let mut pairs = vec![("__name__", parts.next().unwrap_or(""))];
        pairs.extend(parts.filter_map(|pair| pair.split_once('=')));
        Labels::from_pairs(pairs)
    };
    let build = |(labels, samples): &(&str, &[(i64, f64)])| {
        let samples = samples
            .iter()
            .map(|(minute, value)| (minute * 60_000, *value));
        Series::from_samples(parse(labels), samples)
    };
    Memory {
        series: series.iter().map(build).collect(),
    }
}

fn store() -> Memory {
    let samples: Vec<(i64, f64)> = (0..=60).map(|minute| (minute, minute as f64)).collect();
    memory(&[
        ("a_total,job=x", &samples),
        ("a_total,job=y", &samples),
        ("b,job=x", &samples),
    ])
}

fn limited(limits: Limits) -> Options {
    Options {
        limits,
        ..Options::default()
    }
}

fn check(result: Result<promql::Range, Error>, kind: ErrorKind, message: &str) {
    let error = result.expect_err(message);
    assert_eq!((error.kind, error.to_string().as_str()), (kind, message));
}

#[test]
fn steps() {
    check(
        promql::range("b", &store(), 0, 12_000 * 1000, 1000, &Options::default()),
        ErrorKind::Limit,
        "the range has 12001 steps, the limit is 11000; use a step of at least 2 s, or a shorter \
         range",
    );
    check(
        promql::range("b", &store(), 1, 0, 1000, &Options::default()),
        ErrorKind::Request,
        "the end is before the start; swap them",
    );
    check(
        promql::range("b", &store(), 0, 1, 0, &Options::default()),
        ErrorKind::Request,
        "the step must be positive; ask for a step of at least 1 ms",
    );
    check(
        promql::range("b", &store(), 0, i64::MAX, 1, &Options::default()),
        ErrorKind::Request,
        "the time 9223372036854775807 ms is out of range; write milliseconds since 1970",
    );
    check(
        promql::range("b[5m]", &store(), 0, HOUR, HOUR, &Options::default()),
        ErrorKind::Type,
        "a range vector cannot be drawn over time; wrap it in rate(…) or avg_over_time(…)",
    );
    check(
        promql::range(
            "max_over_time(b[1h:1ms])",
            &store(),
            0,
            HOUR,
            HOUR,
            &limited(Limits {
                samples: 100_000,
                ..Limits::default()
            }),
        ),
        ErrorKind::Limit,
        "the subquery has 7200000 steps, the limit is 100000; give it a larger step, such as \
         [1d:5m], or a shorter range",
    );
}

#[test]
fn series_and_samples_count_over_all_selectors() {
    let tight = Limits {
        series: 2,
        ..Limits::default()
    };
    assert!(promql::range("a_total", &store(), 0, HOUR, HOUR, &limited(tight)).is_ok());
    let error = promql::range("a_total + b", &store(), 0, HOUR, HOUR, &limited(tight)).unwrap_err();
    assert_eq!((error.span.start, error.span.len), (10, 1));
    assert_eq!(
        error.to_string(),
        "the query touches at least 3 series with 183 samples, the limit is 2 series with \
         50000000 samples; narrow it with label matchers such as {job=\"…\"}, or ask for a \
         shorter range",
    );
    let few = Limits {
        samples: 100,
        ..Limits::default()
    };
    let error = promql::range("sum(a_total)", &store(), 0, HOUR, HOUR, &limited(few)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit);
}

#[test]
fn intermediate_results() {
    let few = Limits {
        samples: 300,
        ..Limits::default()
    };
    // 61 loaded samples, but as many values as there are steps.
    check(
        promql::range("b", &store(), 0, HOUR, 10_000, &limited(few)),
        ErrorKind::Limit,
        "1 series at 361 steps are 361 values, the limit is 300; narrow it with label matchers, \
         aggregate earlier, or use a larger step",
    );
    let labels = promql::range(
        "count_values(\"v\", b)",
        &store(),
        0,
        HOUR,
        60_000,
        &limited(few),
    );
    assert_eq!(labels.unwrap_err().kind, ErrorKind::Limit);
}

#[test]
fn cancellation() {
    let cancel = Cancel::default();
    cancel.clone().cancel();
    let options = Options {
        cancel,
        ..Options::default()
    };
    let error = promql::instant("sum(b)", &store(), 0, &options).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
}

#[test]
fn stats_say_what_was_touched() {
    let answer = promql::range("b + b", &store(), 0, HOUR, HOUR, &Options::default()).unwrap();
    assert_eq!((answer.stats.series, answer.stats.samples), (2, 122));
}

struct Broken(fn() -> Result<Vec<Series>, SourceError>);

impl Source for Broken {
    fn select(&self, _: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        (self.0)()
    }
}

#[test]
fn failures_of_the_store() {
    let check = |source: fn() -> Result<Vec<Series>, SourceError>, kind, message: &str| {
        let error = promql::instant("1 + up", &Broken(source), 0, &Options::default());
        let error = error.expect_err(message);
        assert_eq!((error.kind, error.message.as_str()), (kind, message));
        assert_eq!((error.span.start, error.span.len), (4, 2));
    };
    check(
        || Err(SourceError::Failed("disk on fire".into())),
        ErrorKind::Source,
        "the store failed: disk on fire",
    );
    check(
        || {
            Err(SourceError::TooMuch {
                series: 7,
                samples: 9,
            })
        },
        ErrorKind::Limit,
        "the query touches at least 7 series with 9 samples, the limit is 50000 series with \
         50000000 samples",
    );
    check(
        || Err(SourceError::Unsupported("native histograms".into())),
        ErrorKind::Unsupported,
        "the selection holds native histograms, which cannot be evaluated yet",
    );
    check(
        || Ok(memory(&[("up", &[(1, 1.0), (0, 2.0)])]).series),
        ErrorKind::Source,
        "the store returned up with broken columns",
    );
    check(
        || Ok(memory(&[("up", &[(0, 1.0)]), ("up", &[(0, 2.0)])]).series),
        ErrorKind::Source,
        "the store returned up twice",
    );
}
