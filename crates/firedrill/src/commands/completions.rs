//! `firedrill completions SHELL`.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Failure;

/// Prints the completion script.
pub(crate) fn run(shell: Shell) -> Result<(), Failure> {
    clap_complete::generate(shell, &mut Cli::command(), "firedrill", &mut io::stdout());
    Ok(())
}
