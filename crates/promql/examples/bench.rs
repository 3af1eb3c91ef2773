//! Measures a typical panel: `sum by (x) (rate(m[5m]))` over 1000 series of 1440 samples at 361
//! steps.
//!
//! `cargo run --release -p promql --example bench`; with `-- --json` one object a line, for the benchmark table.

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]

use std::time::Instant;

use promql::{Error, Labels, Options, Query, Selection, Series, Source, SourceError};

const MINUTE: i64 = 60_000;
const ROUNDS: usize = 21;

/// A day of 1000 counters, one sample a minute.
struct Day {
    series: Vec<Series>,
}

impl Day {
    fn new() -> Self {
        let build = |at: i64| {
            let (group, instance) = (format!("g{}", at % 20), format!("i{at}"));
            let pairs = [
                ("__name__", "m_total"),
                ("x", &group),
                ("instance", &instance),
            ];
            let samples = (0..1440).map(|minute| {
                // Each counter restarts now and then, at its own time.
                let since_restart = (minute + at * 7) % 500;
                (minute * MINUTE, (since_restart * (1 + at % 13)) as f64)
            });
            Series::from_samples(Labels::from_pairs(pairs), samples)
        };
        Day {
            series: (0..1000).map(build).collect(),
        }
    }
}

impl Source for Day {
    fn select(&self, selection: &Selection<'_>) -> Result<Vec<Series>, SourceError> {
        let matching = self
            .series
            .iter()
            .filter(|one| selection.matches(&one.labels));
        let cut = matching.map(|one| {
            let from = one.timestamps.partition_point(|t| *t < selection.start_ms);
            let to = one.timestamps.partition_point(|t| *t <= selection.end_ms);
            Series {
                labels: one.labels.clone(),
                timestamps: one.timestamps[from..to].to_vec(),
                values: one.values[from..to].to_vec(),
            }
        });
        Ok(cut.collect())
    }
}

fn main() -> Result<(), Error> {
    let day = Day::new();
    let queries = [
        "m_total",
        "sum by (x) (m_total)",
        "sum by (x) (rate(m_total[5m]))",
        "sum by (x) (rate(m_total[1h]))",
        "avg_over_time(m_total[1h])",
        "max_over_time(m_total[1h])",
        "quantile_over_time(0.99, m_total[1h])",
        "topk(5, rate(m_total[5m]))",
        "rate(m_total[5m]) / on (x) group_left sum by (x) (rate(m_total[5m]))",
    ];
    let json = std::env::args().any(|argument| argument == "--json");
    if !json {
        println!("1000 series × 1440 samples, 361 steps; median and slowest of {ROUNDS} rounds");
    }
    for query in queries {
        let (median, slowest) = measure(&day, query)?;
        if json {
            println!("{{\"name\":\"{query}\",\"value\":{median},\"unit\":\"ms\"}}");
        } else {
            println!("{median:>8.2} ms {slowest:>8.2} ms  {query}");
        }
    }
    Ok(())
}

fn measure(day: &Day, query: &str) -> Result<(f64, f64), Error> {
    let query = Query::parse(query)?;
    let options = Options::default();
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let answer = query.range(day, 0, 1440 * MINUTE, 4 * MINUTE, &options)?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        std::hint::black_box(answer);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[ROUNDS / 2], times[ROUNDS - 1]))
}
