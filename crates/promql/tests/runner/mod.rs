//! Runs Prometheus' test scripts. `script` reads them, `store` holds what they load, `execute`
//! runs an eval and `compare` judges its answer.

mod compare;
mod execute;
mod script;
mod series;
mod store;

use std::fmt::Write as _;
use std::path::Path;

use script::Command;
use store::Store;

/// How an eval ended.
pub(crate) enum Outcome {
    Passed,
    /// It needs something that is not supported.
    Skipped(String),
    Failed(String),
}

/// The outcomes of one script.
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) passed: usize,
    /// Line and reason.
    pub(crate) skipped: Vec<(usize, String)>,
    /// Line and reason.
    pub(crate) failed: Vec<(usize, String)>,
}

/// Runs all scripts of a folder, by name.
pub(crate) fn run_folder(folder: &Path) -> Vec<Report> {
    let entries = std::fs::read_dir(folder).expect("the folder with the scripts is readable");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "test"))
        .collect();
    paths.sort();
    paths.iter().map(|path| run_file(path)).collect()
}

fn run_file(path: &Path) -> Report {
    let text = std::fs::read_to_string(path).expect("the script is readable");
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut report = Report {
        name: name.into_owned(),
        passed: 0,
        skipped: Vec::new(),
        failed: Vec::new(),
    };
    let mut store = Store::default();
    for command in script::parse(&text).expect("the script is well-formed") {
        match command {
            Command::Clear => store = Store::default(),
            Command::Load(load) => store.load(load),
            Command::Eval(eval) => match execute::run(&eval, &store) {
                Outcome::Passed => report.passed += 1,
                Outcome::Skipped(why) => report.skipped.push((eval.line, why)),
                Outcome::Failed(why) => report.failed.push((eval.line, why)),
            },
        }
    }
    report
}

/// The table of all scripts.
pub(crate) fn table(reports: &[Report]) -> String {
    let mut text = String::new();
    let mut total = [0; 3];
    let mut row = |name: &str, [passed, failed, skipped]: [usize; 3]| {
        let all = passed + failed + skipped;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{name:<20} {all:>5} {passed:>7} {failed:>7} {skipped:>8}"
        );
    };
    for report in reports {
        let counts = [report.passed, report.failed.len(), report.skipped.len()];
        row(&report.name, counts);
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    row("total", total);
    format!("script               evals  passed  failed  skipped\n{text}")
}
