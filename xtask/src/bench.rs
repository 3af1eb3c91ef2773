//! `cargo xtask bench`: measures what the design sets bars for and prints each figure beside its bar.
//!
//! Start at [`run`]: each step is a program that measures one thing and gives back [`Figure`]s.
//! Speed is judged here and never by a test: a timed test is a flaky test on somebody's machine.

mod cold_start;
mod memory;
mod programs;
mod simulate;

use std::path::PathBuf;

use anyhow::Context as _;

use crate::shell::{command, run as execute, say};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also write the figures to this file as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Only the steps whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Hours of incident to simulate
    #[arg(long, default_value_t = 6)]
    hours: u32,
}

/// One measured figure, and the bar that it is held against if there is one.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    pub(crate) bar: Option<Bar>,
}

/// What the design asks for.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &str, bar: Option<Bar>) -> Self {
        Self {
            name: name.into(),
            value,
            unit: unit.to_owned(),
            bar,
        }
    }

    fn holds(&self) -> Option<bool> {
        self.bar.map(|bar| match bar {
            Bar::AtMost(limit) => self.value <= limit,
            Bar::AtLeast(limit) => self.value >= limit,
        })
    }
}

type Step = fn(&Arguments) -> anyhow::Result<Vec<Figure>>;

const STEPS: &[(&str, Step)] = &[
    ("simulate", simulate::measure),
    ("cold-start", cold_start::measure),
    ("queries", programs::queries),
    ("ingest", programs::ingest),
    ("emit", programs::emit),
    ("promql", programs::promql),
];

/// Measures and prints; the exit code does not depend on the figures, since the machine may be busy.
///
/// # Errors
/// When something cannot be built or run.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    execute(&mut command(
        "cargo",
        &["build", "--release", "--package", "firedrill"],
    ))?;
    let mut figures = Vec::new();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        if name.contains(arguments.only.as_str()) {
            say(&format!("measuring: {name}"));
            // What took minutes to measure is not thrown away for a step that fails.
            match step(arguments) {
                Ok(measured) => figures.extend(measured),
                Err(error) => {
                    say(&format!("while measuring `{name}`: {error:#}"));
                    failed.push(*name);
                }
            }
        }
    }
    table(&figures);
    if let Some(path) = &arguments.json {
        std::fs::write(path, json(&figures))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    anyhow::ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

fn table(figures: &[Figure]) {
    let width = figures
        .iter()
        .map(|figure| figure.name.len())
        .max()
        .unwrap_or(0);
    for figure in figures {
        let bar = match figure.bar {
            Some(Bar::AtMost(limit)) => format!("at most {limit}"),
            Some(Bar::AtLeast(limit)) => format!("at least {limit}"),
            None => String::new(),
        };
        let verdict = match figure.holds() {
            Some(true) => "holds",
            Some(false) => "MISSED",
            None => "",
        };
        print(&format!(
            "{:width$}  {:>14.3} {:<18} {bar:<20} {verdict}",
            figure.name, figure.value, figure.unit
        ));
    }
}

fn json(figures: &[Figure]) -> String {
    let rows: Vec<serde_json::Value> = figures
        .iter()
        .map(|figure| {
            let (at_most, at_least) = match figure.bar {
                Some(Bar::AtMost(limit)) => (Some(limit), None),
                Some(Bar::AtLeast(limit)) => (None, Some(limit)),
                None => (None, None),
            };
            serde_json::json!({
                "name": figure.name, "value": figure.value, "unit": figure.unit,
                "at_most": at_most, "at_least": at_least, "holds": figure.holds(),
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}

#[expect(clippy::print_stdout, reason = "the table is what this command is for")]
fn print(line: &str) {
    println!("{line}");
}
