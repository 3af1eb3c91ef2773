//! Prints how many evals of Prometheus' test scripts pass, fail and are skipped.
//!
//! `cargo run -p promql --example conformance [-- --why]`; with `--why` also each failure, and
//! what the skipped ones need.

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]

#[path = "../tests/runner/mod.rs"]
mod runner;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let reports = runner::run_folder(&folder);
    print!("{}", runner::table(&reports));
    let failed: usize = reports.iter().map(|report| report.failed.len()).sum();
    if std::env::args().any(|arg| arg == "--why") {
        explain(&reports);
    }
    ExitCode::from(u8::from(failed > 0))
}

fn explain(reports: &[runner::Report]) {
    let mut needs: BTreeMap<&str, usize> = BTreeMap::new();
    for report in reports {
        for (line, why) in &report.failed {
            println!("failed {}:{line} {why}", report.name);
        }
        for (_, why) in &report.skipped {
            *needs.entry(why).or_default() += 1;
        }
    }
    for (why, count) in needs {
        println!("skipped {count}: {why}");
    }
}
