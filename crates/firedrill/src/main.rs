//! The `firedrill` command: command line, configuration and wiring.
//!
//! Start reading at [`cli::Cli`]; each command is a module of `commands`. The work is done in the
//! libraries: `server` for the page and the API, `examiner` for incidents, `telemetry` for
//! recordings.

mod cli;
mod commands;
mod drills;
mod exit;
mod output;
mod systems;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};

/// A simulated hour is tens of millions of small allocations; this allocator takes a fifth off its time, and
/// builds in seconds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            output::fail(&failure);
            failure.exit.into()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let command = match cli.command {
        // A system brings its own logging, which is part of what it records.
        Some(Command::System { name, arguments }) => {
            return commands::system::run(&name, arguments);
        }
        Some(command) => command,
        None => Command::Serve(cli.serve),
    };
    log_to_stderr();
    match command {
        Command::Serve(options) => commands::serve::run(&options),
        Command::Drills(options) => commands::drills::run(&options),
        Command::Simulate(options) => commands::simulate::run(&options),
        Command::Liveness(options) => commands::liveness::run(&options),
        Command::Open(options) => commands::open::run(&options),
        Command::Verify(options) => return commands::judge::verify(&options),
        Command::Judge(options) => return commands::judge::run(&options),
        Command::Heap(question) => commands::heap::run(&question),
        Command::Inspect { recording } => commands::inspect::run(&recording),
        Command::Openapi => commands::openapi::run(),
        Command::Completions { shell } => commands::completions::run(shell),
        Command::System { name, arguments } => return commands::system::run(&name, arguments),
    }?;
    Ok(Exit::Success.into())
}

/// Warnings and errors; `FIREDRILL_LOG=debug` shows more.
fn log_to_stderr() {
    let filter =
        EnvFilter::try_from_env("FIREDRILL_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
