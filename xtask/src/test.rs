//! `cargo xtask test`: every test of the project, in the order in which a failure is cheapest.

use crate::shell::{binary, build_everything, command, run as execute, say};
use crate::{liveness, requirements, web};

/// Which tests to run; all when nothing is said.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the Rust tests
    #[arg(long, conflicts_with = "page")]
    rust: bool,
    /// Only the page's own tests and the tests in a browser
    #[arg(long)]
    page: bool,
}

impl Arguments {
    /// Everything.
    pub(crate) fn all() -> Self {
        Self {
            rust: false,
            page: false,
        }
    }
}

/// Runs the tests.
///
/// # Errors
/// When a requirement is missing or a test fails.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    requirements::ensure()?;
    if !arguments.page {
        rust()?;
    }
    if !arguments.rust {
        page()?;
    }
    say("All tests passed.");
    Ok(())
}

fn rust() -> anyhow::Result<()> {
    execute(&mut command(
        "cargo",
        &["nextest", "run", "--workspace", "--release"],
    ))?;
    execute(&mut command(
        "cargo",
        &["test", "--workspace", "--release", "--doc", "--quiet"],
    ))?;
    liveness::run(&liveness::Arguments::quick())
}

fn page() -> anyhow::Result<()> {
    web::install()?;
    execute(&mut web::npm(&["run", "check"]))?;
    execute(&mut web::npm(&["test"]))?;
    build_everything()?;
    execute(web::npm(&["run", "e2e"]).env("FIREDRILL_BIN", binary()))
}
