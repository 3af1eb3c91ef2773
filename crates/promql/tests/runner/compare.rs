//! Judges an answer against what a script expects.

use promql::{Annotation, Labels, Sample, Series, Severity};

use crate::runner::script::{Eval, Expected};
use crate::runner::series::Point;

/// The relative error that upstream allows.
const TOLERANCE: f64 = 0.000_001;

fn almost_equal(a: f64, b: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    let sum = a.abs() + b.abs();
    let difference = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < TOLERANCE
}

pub(crate) fn annotations(eval: &Eval, query: &str, found: &[Annotation]) -> Result<(), String> {
    for severity in [Severity::Warning, Severity::Info] {
        let texts: Vec<String> = found
            .iter()
            .filter(|annotation| annotation.severity == severity)
            .map(|annotation| {
                let (line, column) = annotation.span.line_and_column(query);
                format!("{annotation} ({line}:{column})")
            })
            .collect();
        let expected = || eval.annotations.iter().filter(|(of, _)| *of == severity);
        for (_, pattern) in expected() {
            if !texts.iter().any(|text| pattern.matches(text)) {
                return Err(format!(
                    "an expected {severity:?} is missing, found {texts:?}"
                ));
            }
        }
        let is_stated = expected().next().is_some();
        let is_expected = |text: &String| expected().any(|(_, pattern)| pattern.matches(text));
        if is_stated && !texts.iter().all(is_expected) {
            return Err(format!("an unexpected {severity:?} among {texts:?}"));
        }
        if eval.no_annotations.contains(&severity) && !texts.is_empty() {
            return Err(format!("expected no {severity:?}, found {texts:?}"));
        }
    }
    Ok(())
}

fn expected_series(eval: &Eval) -> Result<&[(Labels, Vec<Point>)], String> {
    match &eval.expected {
        Expected::Series(series) => Ok(series),
        Expected::Scalar(number) => Err(format!("expected the number {number}, found a vector")),
        Expected::Text(text) => Err(format!("expected the text {text:?}, found a vector")),
    }
}

pub(crate) fn scalar(eval: &Eval, found: f64) -> Result<(), String> {
    match &eval.expected {
        Expected::Scalar(expected) if almost_equal(*expected, found) => Ok(()),
        Expected::Scalar(expected) => Err(format!("expected {expected}, found {found}")),
        _ => Err(format!("found the number {found}")),
    }
}

pub(crate) fn text(eval: &Eval, found: &str) -> Result<(), String> {
    match &eval.expected {
        Expected::Text(expected) if expected == found => Ok(()),
        _ => Err(format!("found the text {found:?}")),
    }
}

pub(crate) fn vector(eval: &Eval, found: &[Sample], ordered: bool) -> Result<(), String> {
    let expected = expected_series(eval)?;
    for (position, sample) in found.iter().enumerate() {
        let at = expected
            .iter()
            .position(|(labels, _)| *labels == sample.labels);
        let at = at.ok_or(format!("unexpected {} = {}", sample.labels, sample.value))?;
        if ordered && at != position {
            return Err(format!(
                "{} is at {position}, expected at {at}",
                sample.labels
            ));
        }
        match expected[at].1.as_slice() {
            [Point::Float(value)] if almost_equal(*value, sample.value) => {}
            other => {
                return Err(format!(
                    "{}: expected {other:?}, found {}",
                    sample.labels, sample.value
                ));
            }
        }
    }
    missing(expected, found.iter().map(|sample| &sample.labels))?;
    if found.len() > expected.len() {
        return Err("a series appears twice".to_owned());
    }
    Ok(())
}

pub(crate) fn matrix(
    eval: &Eval,
    found: &[Series],
    (start_ms, end_ms, step_ms): (i64, i64, i64),
) -> Result<(), String> {
    let expected = expected_series(eval)?;
    if !found.is_sorted_by(|a, b| a.labels < b.labels) {
        return Err("the series are not sorted".to_owned());
    }
    for series in found {
        let labels = &series.labels;
        let points = expected.iter().find(|(of, _)| of == labels);
        let (_, points) = points.ok_or(format!("unexpected {labels} {:?}", series.values))?;
        let times = (0..).map(|step| start_ms + step * step_ms);
        let wanted: Vec<(i64, Point)> = times
            .zip(points.iter().copied())
            .filter(|(_, point)| *point != Point::Omitted)
            .collect();
        if wanted.iter().any(|(t, _)| *t > end_ms) {
            return Err(format!(
                "{labels}: more points are expected than there are steps"
            ));
        }
        let same = |((t, point), (found_t, value)): (&(i64, Point), (i64, f64))| match point {
            Point::Float(expected) => *t == found_t && almost_equal(*expected, value),
            _ => false,
        };
        let equal =
            wanted.len() == series.values.len() && wanted.iter().zip(series.samples()).all(same);
        if !equal {
            let found: Vec<_> = series.samples().collect();
            return Err(format!("{labels}: expected {wanted:?}, found {found:?}"));
        }
    }
    missing(expected, found.iter().map(|series| &series.labels))
}

fn missing<'a>(
    expected: &[(Labels, Vec<Point>)],
    found: impl Iterator<Item = &'a Labels> + Clone,
) -> Result<(), String> {
    let lost = expected
        .iter()
        .find(|(labels, _)| !found.clone().any(|one| one == labels));
    match lost {
        Some((labels, points)) => Err(format!("{labels} is missing, expected {points:?}")),
        None => Ok(()),
    }
}
