//! `cargo xtask ci`: exactly what CI runs, so that a green machine means a green CI.

use crate::shell::{command, run as execute, say};
use crate::{generate, requirements, test, web};

/// Runs every check, the cheap ones first.
///
/// # Errors
/// At the first check that fails.
pub(crate) fn run() -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    execute(&mut command("cargo", &["fmt", "--all", "--check"]))?;
    requirements::ensure()?;
    // In release, so that build scripts and macros are built once for lints, tests and the binary.
    execute(&mut command(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--release",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
    ))?;
    generate::run(&generate::Arguments { check: true })?;
    web::run(&web::Arguments { check: true })?;
    requirements::ensure_cargo_deny()?;
    // Advisories need a database from outside; the rest can be judged anywhere.
    execute(&mut command(
        "cargo",
        &[
            "deny",
            "--all-features",
            "check",
            "bans",
            "licenses",
            "sources",
        ],
    ))?;
    test::run(&test::Arguments::all())?;
    say(&format!(
        "CI passed in {:.0} s.",
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}
