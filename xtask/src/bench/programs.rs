//! Figures that a crate measures about itself: its example is run with `--json` and prints one object a line,
//! `{"name": …, "value": …, "unit": …}`. Which bar a figure is held against is decided here.

use std::process::Stdio;

use anyhow::Context as _;
use serde::Deserialize;

use super::{Arguments, Bar, Figure};
use crate::shell::{command, say};

#[derive(Deserialize)]
struct Line {
    name: String,
    value: f64,
    unit: String,
}

/// Queries of the tools on a whole recording, and its memory.
///
/// # Errors
/// When the example fails.
pub(crate) fn queries(_arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    example("telemetry", "queries", |name| match name {
        name if name.ends_with("p95") && name.contains("whole recording") => {
            Some(Bar::AtMost(500.0))
        }
        name if name.ends_with("p95") => Some(Bar::AtMost(100.0)),
        "memory" => Some(Bar::AtMost(100.0)),
        _ => None,
    })
}

/// From OTLP bytes to durable storage.
///
/// # Errors
/// When the example fails.
pub(crate) fn ingest(_arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    example("telemetry", "measure", |name| match name {
        "append and seal, durable, per CPU second" => Some(Bar::AtLeast(150.0)),
        "on disk" => Some(Bar::AtMost(40.0)),
        "in memory" => Some(Bar::AtMost(100.0)),
        _ => None,
    })
}

/// What a span, a log line and a metric cost the system that emits them.
///
/// # Errors
/// When the example fails.
pub(crate) fn emit(_arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    example("emit", "cost", |_| None)
}

/// `PromQL` over 1000 series.
///
/// # Errors
/// When the example fails.
pub(crate) fn promql(_arguments: &Arguments) -> anyhow::Result<Vec<Figure>> {
    example("promql", "bench", |_| Some(Bar::AtMost(100.0)))
}

fn example(package: &str, name: &str, bar: fn(&str) -> Option<Bar>) -> anyhow::Result<Vec<Figure>> {
    let run = [
        "run",
        "--quiet",
        "--release",
        "--package",
        package,
        "--example",
        name,
        "--",
        "--json",
    ];
    say(&format!("$ cargo {}", run.join(" ")));
    let output = command("cargo", &run).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(
        output.status.success(),
        "the example {package}/{name} failed ({})",
        output.status
    );
    let text = String::from_utf8(output.stdout)?;
    let mut figures: Vec<Figure> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('{')) {
        let line: Line = serde_json::from_str(line)
            .with_context(|| format!("{package}/{name} printed what is no figure: {line}"))?;
        let bar = bar(&line.name);
        let figure = Figure::new(
            format!("{package}: {}", line.name),
            line.value,
            &line.unit,
            bar,
        );
        // A program may warm up: the last round counts.
        figures.retain(|earlier| earlier.name != figure.name);
        figures.push(figure);
    }
    Ok(figures)
}
