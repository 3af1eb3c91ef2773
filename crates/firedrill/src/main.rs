//! The `firedrill` command: command line, configuration and wiring.
//!
//! Start reading at [`cli::Cli`]; each command is a module of `commands`. The work is done in the
//! libraries: `server` for the page and the API, `examiner` for incidents, `telemetry` for
//! recordings.

mod cli;
mod commands;
mod exit;
mod output;

use std::path::Path;
use std::process::ExitCode;

use catalogue::{Catalogue, CatalogueError};
use clap::Parser;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => Exit::Success.into(),
        Err(failure) => {
            output::fail(&failure);
            failure.exit.into()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        None | Some(Command::Drills) => commands::drills::run(&catalogue(cli.drills.as_deref())?),
        Some(Command::Openapi) => commands::openapi::run(),
        Some(Command::Completions { shell }) => commands::completions::run(shell),
    }
}

fn catalogue(folder: Option<&Path>) -> Result<Catalogue, Failure> {
    Catalogue::load(folder).map_err(|error| match &error {
        CatalogueError::Folder { .. } => Failure::new(
            Exit::Environment,
            error.to_string(),
            "give a folder of drills, or leave --drills out",
        ),
        CatalogueError::Invalid(_) => Failure::new(
            Exit::Catalogue,
            error.to_string(),
            "correct the files above",
        ),
    })
}
