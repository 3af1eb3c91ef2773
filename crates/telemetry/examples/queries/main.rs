//! Measures the query layer on a large deterministic recording in memory: ingest, memory, and the
//! questions that the tools ask, each with its median and 95th percentile.
//!
//! `cargo run --release --package telemetry --example queries -- [--json] [--spans N] [--logs N] [--runs N] [--only TEXT]`.
//! With `--json` it prints one object a line: `{"name": …, "value": …, "unit": …}`.

mod questions;
mod random;
mod stream;

use std::time::Instant;

use telemetry::table::Signal;
use telemetry::{Table, TableBuilder};

/// What to measure.
struct Arguments {
    json: bool,
    spans: usize,
    logs: usize,
    runs: usize,
    /// Only questions whose name contains this.
    only: String,
}

/// One measured figure.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

fn main() {
    let arguments = arguments();
    let mut figures = Vec::new();
    let (spans, ingest) = ingest(Signal::Spans, arguments.spans);
    let rows = spans.rows() as f64;
    let used = spans.memory();
    figure(&mut figures, "spans", rows, "spans");
    figure(
        &mut figures,
        "ingest, per CPU second",
        rows / ingest / 1e6,
        "million spans/s",
    );
    figure(&mut figures, "memory", used.total() as f64 / rows, "B/span");
    figure(
        &mut figures,
        "memory, times to parents",
        used.core as f64 / rows,
        "B/span",
    );
    figure(
        &mut figures,
        "memory, columns",
        used.columns as f64 / rows,
        "B/span",
    );
    figure(
        &mut figures,
        "memory, dictionaries",
        used.dictionaries as f64 / rows,
        "B/span",
    );
    figure(&mut figures, "keys", spans.keys().len() as f64, "keys");
    let (logs, ingest) = self::ingest(Signal::Logs, arguments.logs);
    figure(
        &mut figures,
        "ingest of logs, per CPU second",
        logs.rows() as f64 / ingest / 1e6,
        "million logs/s",
    );
    figure(
        &mut figures,
        "memory of logs",
        logs.memory().total() as f64 / logs.rows() as f64,
        "B/log",
    );
    let questions = questions::all(&spans, &logs);
    for question in questions
        .iter()
        .filter(|question| question.name.contains(&arguments.only))
    {
        let mut times: Vec<f64> = (0..arguments.runs)
            .map(|_| {
                let start = Instant::now();
                (question.ask)();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            times[((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1]
        };
        figure(
            &mut figures,
            &format!("{}, p50", question.name),
            at(0.5),
            "ms",
        );
        figure(
            &mut figures,
            &format!("{}, p95", question.name),
            at(0.95),
            "ms",
        );
    }
    print(&figures, arguments.json);
}

/// Builds a table and says how many CPU seconds the building took, without making the rows.
fn ingest(signal: Signal, rows: usize) -> (Table, f64) {
    let mut builder = TableBuilder::new(signal);
    let mut stream = stream::Stream::new(rows);
    let mut spent = 0.0;
    while let Some(batch) = stream.next_batch(signal) {
        let values = batch.values();
        let start = cpu_seconds();
        batch.append(&values, &mut builder);
        spent += cpu_seconds() - start;
    }
    let start = cpu_seconds();
    let table = builder.finish();
    (table, spent + cpu_seconds() - start)
}

/// Seconds that this thread has run, where the system tells; wall time elsewhere.
fn cpu_seconds() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(
            || START.elapsed().as_secs_f64(),
            |nanoseconds| nanoseconds / 1e9,
        )
}

fn arguments() -> Arguments {
    let mut arguments = Arguments {
        json: false,
        spans: 4_100_000,
        logs: 2_000_000,
        runs: 21,
        only: String::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => arguments.only = words.next().unwrap_or_default(),
            "--json" => arguments.json = true,
            "--spans" => arguments.spans = number(&mut words, arguments.spans),
            "--logs" => arguments.logs = number(&mut words, arguments.logs),
            "--runs" => arguments.runs = number(&mut words, arguments.runs).max(1),
            _ => {}
        }
    }
    arguments
}

fn number(words: &mut impl Iterator<Item = String>, default: usize) -> usize {
    words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(default)
}

fn figure(figures: &mut Vec<Figure>, name: &str, value: f64, unit: &'static str) {
    figures.push(Figure {
        name: name.to_owned(),
        value,
        unit,
    });
}

#[expect(clippy::print_stdout, reason = "this program is there to print")]
fn print(figures: &[Figure], json: bool) {
    for Figure { name, value, unit } in figures {
        if json {
            println!(
                "{}",
                serde_json::json!({ "name": name, "value": value, "unit": unit })
            );
        } else {
            println!("{name:<70} {value:>12.2} {unit}");
        }
    }
}
