//! `cargo xtask gen`: the committed files that are made from others.
//!
//! The API document comes from the server's types, the page's typed client from the API document;
//! with `--check`, drift between the two sides is an error instead of a surprise at run time.

use anyhow::bail;

use crate::shell::{command, firedrill, read, root, run as execute};
use crate::web;

/// What to do with generated files.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fail when a committed file differs from what its source gives
    #[arg(long)]
    pub(crate) check: bool,
}

const OPENAPI: &str = "web/openapi.json";
const GENERATED: &[&str] = &[OPENAPI, "web/src/api/schema.ts"];

/// Writes the generated files; with `--check` also compares them with what is committed.
///
/// # Errors
/// When a generator fails or, with `--check`, when a committed file is stale.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    execute(&mut command(
        "cargo",
        &["build", "--release", "--locked", "-p", "firedrill"],
    ))?;
    let document = read(firedrill().arg("openapi"))?;
    std::fs::write(root().join(OPENAPI), document)?;
    web::install()?;
    execute(&mut web::npm(&["run", "gen"]))?;
    if !arguments.check {
        return Ok(());
    }
    let mut status = vec!["status", "--porcelain", "--"];
    status.extend(GENERATED);
    let changed = read(&mut command("git", &status))?;
    if !changed.trim().is_empty() {
        bail!("generated files are stale; run `cargo xtask gen` and commit them:\n{changed}");
    }
    Ok(())
}
