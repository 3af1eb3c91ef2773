//! `firedrill system NAME …`: a system's own command line.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::exit::Failure;
use crate::systems;

/// Runs the system in this process; its exit code is the command's.
pub(crate) fn run(name: &str, arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    systems::main(name, arguments)
}
