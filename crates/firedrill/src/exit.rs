//! Exit codes: one enum, so that scripts can tell a wrong argument from a broken engine.

use std::process::ExitCode;

#[expect(dead_code, reason = "the commands that need the others land next")]
/// Why the command ended as it did. The numbers are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Success = 0,
    /// The arguments are wrong: unknown drill, seed that is no number, unknown option.
    Usage = 2,
    /// Something that the command needs is not usable: port in use, folder not writable.
    Environment = 3,
    /// A recording is damaged or none at all.
    Recording = 4,
    /// A system could not be simulated to the end.
    Simulation = 5,
    /// A drill is not valid.
    Catalogue = 6,
    /// A defect in Firedrill itself.
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What is wrong, one sentence or more.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) next_step: String,
}

impl Failure {
    /// A failure with this code.
    pub(crate) fn new(exit: Exit, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            next_step: next_step.into(),
        }
    }
}

/// The exit codes for `firedrill --help`.
pub(crate) const HELP: &str = "\
Exit codes:
   0  done
   2  wrong arguments (unknown drill, a seed that is no number, …)
   3  something needed is not usable (port in use, folder not writable, …)
   4  a recording is damaged or none at all
   5  a system could not be simulated to the end
   6  a drill is not valid
  70  a defect in Firedrill";
