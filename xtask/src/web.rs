//! `cargo xtask web`: builds the page and puts it where the server embeds it.
//!
//! The built page is committed, so that `cargo run` needs no Node.js; `--check` proves that what is
//! committed is what the sources give.

use std::process::Command;

use anyhow::bail;

use crate::shell::{command, root, run as execute, target};

/// How to build the page.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fail when the committed page differs from what its sources give
    #[arg(long)]
    pub(crate) check: bool,
}

/// Where the built page lies, from the workspace root.
const DIST: &str = "crates/server/dist";

/// Builds the page; with `--check` only compares it with what is committed.
///
/// # Errors
/// When a tool fails or, with `--check`, when the committed page is stale.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    install()?;
    if arguments.check {
        return check();
    }
    execute(&mut npm(&["run", "build"]))
}

/// Builds beside the committed page: touching that would make Cargo build the server once more.
fn check() -> anyhow::Result<()> {
    let built = root().join(target()).join("page");
    execute(npm(&["run", "build", "--", "--emptyOutDir", "--outDir"]).arg(&built))?;
    let compare = ["diff", "--no-index", "--stat", "--", DIST];
    let same = command("git", &compare).arg(&built).status()?;
    if !same.success() {
        bail!("the committed page is stale; run `cargo xtask web` and commit {DIST}");
    }
    Ok(())
}

/// Installs the page's packages exactly as locked, running none of their scripts.
///
/// # Errors
/// When npm fails.
pub(crate) fn install() -> anyhow::Result<()> {
    execute(
        npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )
}

/// npm, in the page's folder.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut npm = command("npm", arguments);
    npm.current_dir(root().join("web"));
    npm
}
