//! Runs Prometheus' own test scripts and pins how many evals pass.

mod runner;

use std::path::Path;

#[test]
fn upstream_scripts_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let reports = runner::run_folder(&folder);
    let mut text = runner::table(&reports);
    for report in &reports {
        for (line, why) in &report.failed {
            text.push_str(&format!("failed {}:{line} {why}\n", report.name));
        }
    }
    insta::assert_snapshot!("upstream_scripts", text);
}
