//! The command line's words.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::exit;

/// Practise incident response on real, broken backends.
///
/// Without a command, Firedrill serves its page on http://127.0.0.1:7070: pick a drill, wait some
/// seconds while hours of its incident are simulated, and find out what went wrong.
#[derive(Debug, Parser)]
#[command(name = "firedrill", version, after_help = exit::HELP, after_long_help = LONG_HELP)]
pub(crate) struct Cli {
    /// Read drills from this folder instead of those in the binary
    #[arg(long, global = true, value_name = "DIR", env = "FIREDRILL_DRILLS")]
    pub(crate) drills: Option<PathBuf>,

    /// What to do; `serve` when left out
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const LONG_HELP: &str = "\
Examples:
  firedrill
      Serve the page and open it in the browser.

  firedrill drills
      List what can be practised.

  firedrill simulate timeout-cascade --seed 7 --out incident
      Run one incident without the page and keep its recording.

  firedrill inspect incident
      Say what is in a recording.

Exit codes:
   0  done
   2  wrong arguments (unknown drill, a seed that is no number, …)
   3  something needed is not usable (port in use, folder not writable, …)
   4  a recording is damaged or none at all
   5  a system could not be simulated to the end
   6  a drill is not valid
  70  a defect in Firedrill";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the drills
    Drills,

    /// Print the OpenAPI document of the HTTP API
    Openapi,

    /// Print a completion script for a shell
    ///
    /// For bash: `firedrill completions bash > ~/.local/share/bash-completion/completions/firedrill`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}
